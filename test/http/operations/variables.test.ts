import { buildSchema, Kind, parse } from 'graphql';
import { wrongVariables } from '../../../src/http/operations/variables.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

const SCHEMA = buildSchema(`
  type Query { find(input: Input, inputs: [Input!], name: String, count: Int, page: Int! = 1): Int }
  input Input { name: String! count: Int below: Input many: [Int!] }
`);
const FIND = '{ find }';

function wrong(
  definitions: string,
  variables: Record<string, unknown>,
  { fields = FIND, errorsMax }: { readonly fields?: string; readonly errorsMax?: number } = {},
): string[] {
  const document = parse(`query (${definitions}) ${fields}`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  const errors = wrongVariables({ schema: SCHEMA, document, operation, variables }, errorsMax);
  for (const { nodes } of errors) expect(nodes?.[0]?.kind).toBe(Kind.VARIABLE_DEFINITION);
  return errors.map(({ message }) => message);
}

it.each<[definitions: string, variables: Record<string, unknown>]>([
  ['$i: Input!', { i: { name: 'a', count: 1, below: { name: 'b', many: [1, 2] } } }],
  ['$i: [Input!]', { i: { name: 'one where a list may be' } }],
  ['$n: String, $c: Int! = 5', {}],
  ['$n: String, $c: Int = 5', { n: null, c: null, other: {} }],
])('nothing is wrong with %s and %j', (definitions, variables) =>
  expect(wrong(definitions, variables)).toEqual([]),
);

it.each<[definitions: string, variables: Record<string, unknown>, said: string[]]>([
  ['$c: Int!', {}, ['Variable "$c" of required type "Int!" was not provided.']],
  ['$c: Int!', { c: null }, ['Variable "$c" of non-null type "Int!" must not be null.']],
  ['$constructor: Int!', {}, ['Variable "$constructor" of required type "Int!" was not provided.']],
  [
    '$c: Int, $n: String',
    { c: 'x', n: 5 },
    [
      'Variable "$c" got invalid value "x"; Int cannot represent non-integer value: "x"',
      'Variable "$n" got invalid value 5; String cannot represent a non string value: 5',
    ],
  ],
  [
    '$i: [Input!]!',
    {
      i: [
        { name: 'a', below: {} },
        { name: 'b', more: 1 },
      ],
    },
    [
      'Variable "$i" got invalid value at "i[0].below"; Field "name" of required type "String!" was not provided.',
      'Variable "$i" got invalid value at "i[1]"; Field "more" is not defined by type "Input".',
    ],
  ],
])('says what is wrong with %s and %j, and where', (definitions, variables, said) =>
  expect(wrong(definitions, variables)).toEqual(said),
);

it.each<[fields: string, type: string]>([
  ['{ find @include(if: $x) }', 'Boolean!'],
  ['{ ...F } fragment F on Query { find @skip(if: $x) }', 'Boolean!'],
  ['{ find(input: { name: $x }) }', 'String!'],
  ['{ find(inputs: [{ name: "a", many: [1, $x] }]) }', 'Int!'],
  ['{ find(page: $x) }', 'Int!'],
])('null is none in %s, though a default lets the variable be there', (fields, type) => {
  const named = type.replace('!', '');
  const value = { Boolean: 'true', String: '"a"', Int: '5' }[named]!;
  const definition = `$x: ${named} = ${value}`;
  expect(wrong(definition, { x: null }, { fields })).toEqual([
    `Variable "$x" must not be null: it is given to a place of the type "${type}".`,
  ]);
  for (const variables of [{}, { x: JSON.parse(value) }])
    expect(wrong(definition, variables, { fields })).toEqual([]);
});

it('null is one where the operation itself has no such place', () => {
  const fields =
    '{ find(count: $x) } query Other($x: Int = 5) { ...F } fragment F on Query { find(page: $x) }';
  expect(wrong('$x: Int = 5', { x: null }, { fields })).toEqual([]);
});

it('tells so many mistakes and no more, without what is around them', () => {
  const around = { big: 'x'.repeat(100_000) };
  const names = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, around]));
  const said = wrong('$i: Input!', { i: { name: 'a', ...names } });
  expect(said).toHaveLength(20);
  expect(said.join('').length).toBeLessThan(3_000);
  expect(wrong('$i: Input!', { i: { name: 'a', ...names } }, { errorsMax: 3 })).toHaveLength(3);
});

describe('on a running server', () => {
  let api: Api;
  let key: string;
  beforeAll(async () => {
    api = await Api.start();
    key = (await api.seed()).key;
  });
  afterAll(() => api.close());

  const RECORD = 'mutation ($i: [ActivityInput!]!) { recordActivities(inputs: $i) { userErrors { code } } }';

  it('however many are wrong, it is the fault of whoever asks', async () => {
    const { status, errors, data } = await api.ask(key, RECORD, { i: Array(25).fill({ seatId: 's' }) });
    expect([status, data, errors.length]).toEqual([400, undefined, 20]);
    for (const { extensions, message, locations } of errors) {
      expect(extensions).toEqual({ code: 'BAD_USER_INPUT', requestId: expect.any(String) });
      expect([message, locations]).toEqual([expect.stringContaining('at "i['), expect.any(Array)]);
    }
    const definitions = Array.from({ length: 25 }, (_, index) => `$v${index}: ID!`).join(' ');
    const uses = Array.from({ length: 25 }, (_, index) => `s${index}: seat(id: $v${index}) { id }`).join(' ');
    const missing = await api.ask(key, `query (${definitions}) { ${uses} }`);
    expect([missing.status, missing.errors.length]).toEqual([400, 20]);
  });

  it('those of a subscription too', async () => {
    const raw = await RawSocket.begin(api.url, key);
    raw.subscribe('one', 'subscription ($s: ID!) { usageChanged(seatId: $s) { scopeId } }', { s: {} });
    await raw.until(() => raw.of('one').length > 0);
    expect(raw.of('one')[0]).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    raw.end();
  });
});
