import { buildSchema, Kind, parse, specifiedRules, validate } from 'graphql';
import { OWN_RULES } from '../../../src/http/documents/document-rules.js';
import { wrongWithDocument } from '../../../src/http/operations/documents.js';
import { wrongVariables } from '../../../src/http/operations/variables.js';

const SCHEMA = buildSchema(`
  type Query { find(colour: Colour, input: Input): Int }
  enum Colour { RED GREEN }
  input Input { name: String }
`);
const LONG = `# ${'x'.repeat(5_000)}`;
const MEANT = 'Did you mean';

const MISTAKES = [
  ['a field', '{ fin }'],
  ['an argument', '{ find(color: RED) }'],
  ['a type', '{ ... on Quer { find } }'],
  ['an enum’s value', '{ find(colour: REED) }'],
  ['a text in the place of one', '{ find(colour: "RED") }'],
  ['an input’s field', '{ find(input: { nam: "a" }) }'],
] as const;

describe.each(MISTAKES)('what may have been meant by %s', (_, text) => {
  const said = (sent: string): string[] =>
    validate(SCHEMA, parse(sent), [...specifiedRules, ...OWN_RULES]).map(({ message }) => message);

  it('is told in a short document, and looked for in no long one', () => {
    expect(said(text).join(' ')).toContain(MEANT);
    expect(said(`${text} ${LONG}`)).toEqual([expect.not.stringContaining(MEANT)]);
  });

  it('likewise where a document is registered', () => {
    expect(wrongWithDocument(SCHEMA, text)).toContain(MEANT);
    expect(wrongWithDocument(SCHEMA, `${text} ${LONG}`)).not.toContain(MEANT);
  });
});

it.each([
  ['an enum’s value', 'Colour', (long: string) => `REED${long}`, 'REED'],
  ['an input’s field', 'Input', (long: string) => ({ nam: long }), { nam: '' }],
])('of %s in variables, likewise', (_, type, valueWith, short) => {
  const document = parse(`query ($v: ${type}) { find }`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.');
  const said = (v: unknown): string[] =>
    wrongVariables({ schema: SCHEMA, document, operation, variables: { v } }).map(({ message }) => message);
  expect(said(short)).toEqual([expect.stringContaining(MEANT)]);
  expect(said(valueWith('x'.repeat(5_000)))).toEqual([expect.not.stringContaining(MEANT)]);
});
