import { setImmediate } from 'node:timers/promises';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { UnderWay } from '../../../src/http/cost/under-way.js';
import { Asking } from './asking.js';

/** Lists of which it turns out that they are long, or dear. */
const SCHEMA = buildSchema(`
  type Query { slow: [Slow!]! middling: [Slow!]! }
  type Slow { id: Int! }
`);
const LISTS = SCHEMA.getQueryType()!.getFields();
const rows = (count: number) => setImmediate(Array.from({ length: count }, (_, id) => ({ id })));
LISTS['slow']!.resolve = () => rows(2_000);
LISTS['middling']!.resolve = () => rows(200);

/** Of which operation each field was asked for, and once more as it was found, in their order. */
const steps: object[] = [];
(SCHEMA.getType('Slow') as GraphQLObjectType).getFields()['id']!.resolve = async (
  { id },
  _args,
  { operation },
) => {
  steps.push(operation);
  await setImmediate();
  steps.push(operation);
  return id;
};

let asking: Asking;
beforeAll(async () => {
  asking = await Asking.of(SCHEMA);
});
afterAll(() => asking.close());

const ask = (query: string, agencyId: string) => asking.ask(query, {}, agencyId);

it.each([
  ['dear', 'slow', 2_000],
  ['long', 'middling', 200],
])('those that turn out to be %s are answered one after the other', async (_, list, length) => {
  steps.length = 0;
  const query = `{ ${list} { a: id b: id c: id } }`;
  const all = await Promise.all(Array.from({ length: 4 }, () => ask(query, 'b')));
  expect(all.map(({ data }) => data[list].length)).toEqual(Array(4).fill(length));
  const begun = steps.filter((operation, index) => operation !== steps[index - 1]);
  expect([steps.length, begun.length]).toEqual([2 * 4 * length, 4]);
});

it('what was answered before its turn came gives it to the next one', async () => {
  const underWay = new UnderWay();
  underWay.end();
  const end = jest.fn();
  await expect(underWay.takeTurn(async () => end)).rejects.toThrow('Nobody waits');
  expect(end).toHaveBeenCalledTimes(1);
});

it('what waits for a turn when it takes another one has that behind it, and ends both', async () => {
  const underWay = new UnderWay();
  const ended: string[] = [];
  let begin: (end: () => void) => void = () => undefined;
  const first = underWay.takeTurn(() => new Promise((resolve) => (begin = resolve)));
  const second = underWay.takeTurn(async () => () => ended.push('second'));
  await setImmediate();
  begin(() => ended.push('first'));
  await Promise.all([first, second]);
  expect(ended).toEqual(['first']);
  underWay.end();
  expect(ended).toEqual(['first', 'second']);
});

it('lists that are long each, and dear together, keep no turn', async () => {
  const lists = Array.from({ length: 6 }, (_, index) => `m${index}: middling { a: id b: id c: id }`);
  const all = await Promise.all(Array.from({ length: 4 }, () => ask(`{ ${lists.join(' ')} }`, 'i')));
  expect(all.map(({ data }) => data.m5.length)).toEqual([200, 200, 200, 200]);
  expect((await ask('{ slow { a: id b: id c: id } }', 'i')).data.slow).toHaveLength(2_000);
});
