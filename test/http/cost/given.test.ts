import { Kind, parse, type ValueNode } from 'graphql';
import { Given } from '../../../src/http/cost/given.js';

/** What the one argument of a field says. */
function said(query: string, sent: Record<string, unknown> = {}): readonly unknown[] {
  const [operation] = parse(query).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  const given = new Given(operation, sent);
  const values = operation.selectionSet.selections.flatMap((field): ValueNode[] =>
    field.kind === Kind.FIELD ? (field.arguments ?? []).map(({ value }) => value) : [],
  );
  for (const value of values) expect(given.of(value)).toBe(given.of(value));
  return values.map((value) => given.of(value));
}

it('what stands in the document is read as it is, and of what is no text or whole number only that it is there', () => {
  const query =
    '{ a(of: { text: "a", block: """b""", many: [1, [null]], none: null, enum: UP, yes: false, f: 1.5 }) }';
  expect(said(query)).toEqual([
    { text: 'a', block: 'b', many: [1, [null]], none: null, enum: true, yes: true, f: true },
  ]);
});

it('a variable is what was sent, null as well, or else its default', () => {
  const query = 'query ($v: [Int] = [1, 2], $w: Int) { a(of: $v) b(of: { v: $v, w: [$w] }) }';
  expect(said(query)).toEqual([[1, 2], { v: [1, 2], w: [undefined] }]);
  expect(said(query, { v: null, w: 7 })).toEqual([null, { v: null, w: [7] }]);
});

it('it is shared, however often it is given', () => {
  const v = { many: [1] };
  const [plain, within] = said('query ($v: Any) { a(of: $v) b(of: [$v]) }', { v });
  expect(plain).toBe(v);
  expect((within as unknown[])[0]).toBe(v);
});

it.each(['constructor', '__proto__'])('%s is a name like all others', (name) => {
  const query = `query ($${name}: Any = { ${name}: "x" }) { a(of: $${name}) }`;
  const of = (value: unknown) => Object.getOwnPropertyDescriptor(value, name)?.value as unknown;
  expect(of(said(query)[0])).toBe('x');
  expect(of(said(query, JSON.parse(`{ "${name}": { "${name}": "y" } }`) as Record<string, unknown>)[0])).toBe(
    'y',
  );
});
