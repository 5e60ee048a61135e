import { buildSchema, Kind, parse } from 'graphql';
import { wrongWithDocument } from '../../../src/http/operations/documents.js';
import { wrongVariables } from '../../../src/http/operations/variables.js';
import { Api } from '../../support/api.js';

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
  it('is told in a short document that is registered, and looked for in no long one', () => {
    expect(wrongWithDocument(SCHEMA, text)).toContain(MEANT);
    expect(wrongWithDocument(SCHEMA, `${text} ${LONG}`)).not.toContain(MEANT);
  });
});

describe('on a running server', () => {
  let api: Api;
  beforeAll(async () => {
    api = await Api.start();
  });
  afterAll(() => api.close());

  it.each(['{ vieweer { role } }', '{ viewer { rolee } }', '{ seats(firstt: 5) { nodes { id } } }'])(
    'it is told of a short operation, and of no long one: %s',
    async (query) => {
      const { key } = await api.seed();
      const said = async (sent: string): Promise<string> => (await api.ask(key, sent)).errors[0].message;
      expect(await said(query)).toContain(MEANT);
      expect(await said(`${query} ${LONG}`)).not.toContain(MEANT);
      const looked = jest.spyOn(Array.prototype, 'fill');
      await said(`{ ${'x'.repeat(100_000)} }`);
      expect(looked.mock.instances.filter(({ length }) => length === 100_001)).toEqual([]);
      looked.mockRestore();
    },
  );
});

it('of many mistakes it is told of the first', async () => {
  const api = await Api.start();
  const { key } = await api.seed();
  const { errors } = await api.ask(
    key,
    '{ vieweer { role } seatss { nodes { id } } plaans { nodes { id } } x y }',
  );
  expect(errors?.map(({ message }: { message: string }) => message.includes(MEANT))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  await api.close();
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
