import { buildSchema, Kind, parse } from 'graphql';
import { costOf } from '../../../src/http/cost/cost.js';

describe('texts that are looked at', () => {
  const TEXTS = buildSchema(`
    type Query { lint(input: LintMessageInput!): Found! preview(input: PreviewTemplateInput!): Found! count(of: [Int]): Int }
    type Mutation { reserve(input: ReserveInput!): Found! tryMany(inputs: [ReserveInput!]!): Found! }
    type Found { code: String }
    input LintMessageInput { body: String! variables: [String!] }
    input PreviewTemplateInput { body: String! values: [Value!]! }
    input Value { name: String! value: String! }
    input ReserveInput { key: String message: MessageInput after: ReserveInput }
    input MessageInput { subject: String body: String! variables: [String!] }
  `);
  const text = (length: number): string => 'x'.repeat(length);
  const costOfText = (query: string, variables: Record<string, unknown> = {}): number => {
    const document = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
    return costOf({ schema: TEXTS, document, operation, variables });
  };
  const LINT = 'query ($input: LintMessageInput!) { lint(input: $input) { code } }';
  const MANY = 'mutation ($inputs: [ReserveInput!]!) { tryMany(inputs: $inputs) { code } }';
  const message = { subject: text(100), body: text(1_000), variables: [text(60), text(40)] };

  it.each<[string, string, Record<string, unknown>, number]>([
    ['cost by their length', LINT, { input: { body: text(10_000) } }, 101 + 500],
    [
      'with the values in them',
      LINT,
      { input: { body: text(100), variables: [text(60), text(40)] } },
      101 + 10,
    ],
    ['a short one costs nothing', LINT, { input: { body: text(19) } }, 101],
    [
      'wherever they stand in an input',
      MANY,
      { inputs: [{ message }, { message }, {}, { key: text(999) }] },
      101 + 120,
    ],
    ['one where a list may be', MANY, { inputs: { message } }, 101 + 60],
    ['inputs inside of inputs are looked through', MANY, { inputs: [{ after: { message } }] }, 101 + 60],
    [
      'what is none is refused elsewhere',
      MANY,
      { inputs: [7, null, { message: 'x' }, { message: { body: 7 } }] },
      101,
    ],
  ])('%s', (_, query, variables, expected) => expect(costOfText(query, variables)).toBe(expected));

  it('cost as much where they stand in the document, in part or as a whole, or are a default', () => {
    const body = text(2_000);
    expect(costOfText(`{ lint(input: { body: "${body}" }) { code } }`)).toBe(201);
    expect(costOfText('query ($b: String!) { lint(input: { body: $b }) { code } }', { b: body })).toBe(201);
    const byDefault = LINT.replace('Input!)', `Input! = { body: "${body}" })`);
    expect(costOfText(byDefault)).toBe(201);
    expect(costOfText(byDefault, { input: { body: 'short' } })).toBe(101);
    expect(costOfText(`{ lint(input: { body: """${body}""", variables: ["${body}"] }) { code } }`)).toBe(301);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
    'cost as much by a variable of the name that every object has, %s',
    (name) => {
      const query = `query ($${name}: LintMessageInput! = { body: "${text(2_000)}" }) { lint(input: $${name}) { code } }`;
      expect(costOfText(query)).toBe(201);
      const given = query.replace(text(2_000), 'short');
      expect(costOfText(given, JSON.parse(`{ "${name}": { "body": "${text(2_000)}" } }`))).toBe(201);
    },
  );

  it('cost each time that they are asked about, by whichever alias', () => {
    const fields = Array.from({ length: 80 }, (_, index) => `f${index}: lint(input: $input) { code }`);
    const query = `query ($input: LintMessageInput!) { ${fields.join(' ')} }`;
    expect(costOfText(query, { input: { body: text(10_000) } })).toBe(80 * 601);
  });

  it('a template costs much, however short it is', () => {
    const query = 'query ($input: PreviewTemplateInput!) { preview(input: $input) { code } }';
    const input = { body: text(20), values: [{ name: text(10), value: text(30) }] };
    expect(costOfText(query, { input })).toBe(101 + 5_000 + 3);
  });

  it('nested as deep as nothing is, they are looked through no further', () => {
    let input: object = { message };
    for (let depth = 0; depth < 5_000; depth += 1) input = { after: input };
    expect(costOfText(MANY, { inputs: [input] })).toBe(101);
  });
});
