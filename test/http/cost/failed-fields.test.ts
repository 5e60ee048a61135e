import { type GraphQLObjectType, type GraphQLSchema, buildSchema } from 'graphql';
import { Failure } from '../../../src/errors.js';
import type { Json } from '../../support/api.js';
import { Asking } from './asking.js';

/** A field that fails, or is answered too late, is dearer than one that is told. */
const SCHEMA: GraphQLSchema = buildSchema(`
  type Query { wide: [Wide!]! many: [Row!]! narrow: [Narrow!]! broken: [Broken!]! }
  type Narrow { rows: [Row!] }
  type Wide { rows: [Row!]! }
  type Row { id: Int! inside: [Row!] }
  type Broken { id: Int! one: Int two: Row! three: Broken }
`);
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, inside: () => rows(100) }));
const QUERY = SCHEMA.getQueryType()!.getFields();
QUERY['many']!.resolve = () => rows(2_000);
QUERY['wide']!.resolve = () => Array.from({ length: 30 }, () => ({ rows: rows(1_000) }));
QUERY['narrow']!.resolve = () => Array.from({ length: 300 }, () => ({ rows: rows(100) }));
QUERY['broken']!.resolve = () => Array.from({ length: 1_000 }, (_, id) => ({ id, three: { id } }));
const BROKEN = (SCHEMA.getType('Broken') as GraphQLObjectType).getFields();
const fail = () => {
  throw new Failure('NOT_FOUND', 'There is no such thing.');
};
BROKEN['one']!.resolve = ({ id }) => {
  if (id === 998) throw new Failure('UNAVAILABLE', 'Not now.', 1_000);
  fail();
};
BROKEN['two']!.resolve = async () => fail();

let asking: Asking;
beforeAll(async () => {
  asking = await Asking.of(SCHEMA);
});
afterAll(() => asking.close());

it('no error is made of each field that is left of what was answered as too long', async () => {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const made = jest.fn(() => 'no stack');
  Error.prepareStackTrace = made;
  try {
    const { data, errors } = await asking.ask('{ wide { rows { inside { id } } } }', {}, 'a');
    expect([data, errors.length, errors[0].extensions.code]).toEqual([null, 1, 'COST_EXCEEDED']);
    // Whoever waits for a turn gets one.
    await asking.ask('{ many { a: id b: id c: id } }', {}, 'a');
  } finally {
    Object.defineProperty(Error, 'prepareStackTrace', before ?? { value: undefined });
  }
  expect(made.mock.calls.length).toBeLessThan(200);
});

it.each([
  ['that may be null', '{ broken { id one } }', { id: 999, one: null }, ['UNAVAILABLE']],
  ['in what may be null', '{ broken { id three { two { __typename } } } }', { id: 999, three: null }, []],
])(
  'of fields that fail, %s, a hundred are told, and that there are more',
  async (_, query, last, besides) => {
    const { data, errors } = await asking.ask(query, {}, 'b');
    expect([data.broken.length, data.broken[999]]).toEqual([1_000, last]);
    const told = errors.map(({ extensions, path }: Json) => [extensions.code, path.slice(0, 2)]);
    expect(told.slice(0, 100)).toEqual(
      Array.from({ length: 100 }, (_, row) => ['NOT_FOUND', ['broken', row]]),
    );
    expect(errors[100].message).toMatch(/^More than 100 fields failed/);
    expect(errors.slice(101).map(({ extensions }: Json) => extensions.code)).toEqual(besides);
  },
);

it('so are lists that wait for a turn that is refused', async () => {
  await asking.limit.take({ agencyId: 'd', role: 'CLIENT' }, 1_990_000);
  const { data, errors } = await asking.ask('{ narrow { rows { id } } }', {}, 'd');
  const given = data.narrow.filter(({ rows: some }: Json) => some !== null);
  expect(given.length).toBeLessThan(100);
  expect(errors).toHaveLength(101);
  expect(errors[99].extensions.code).toBe('THROTTLED');
});

it('in which line a field failed is told while no text is gone through for very long', async () => {
  const { errors } = await asking.ask(`${','.repeat(190_000)}{ broken { id one } }`, {}, 'c');
  const lines = errors.map(({ locations = null }: Json) => locations !== null);
  expect(lines.slice(0, 11)).toEqual([...Array(10).fill(true), false]);
  expect(errors[50]).toMatchObject({ extensions: { code: 'NOT_FOUND' }, path: ['broken', 50, 'one'] });
});
