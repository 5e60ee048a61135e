import { setImmediate } from 'node:timers/promises';
import { type GraphQLObjectType, type GraphQLSchema, buildSchema } from 'graphql';
import { COST_OF_ROW_MIN } from '../../../src/http/cost/prices.js';
import { BEYOND_MAX } from '../../../src/http/cost/under-way.js';
import { Subscribing } from '../../../src/http/live/subscribing.js';
import type { Json } from '../../support/api.js';
import { Asking } from './asking.js';

/** Lists and texts of which nobody knows beforehand how long they are: a list has as many rows as it is named after. */
const SCHEMA: GraphQLSchema = buildSchema(`
  scalar Json
  type Query { fails: Int! later: Later pairs: [Pair!] slow: [Slow!]! unseen: String! few: [Row!]! many: [Row!] page(first: Int): Page! short: String! long: String huge: String texts: [String!]! json: Json tree: Json kinds: [Kind!] }
  enum Kind { ONE }
  type Mutation { each(inputs: [Int!]!): [Row!]! once: [Row!]! put(input: Put!): Putting! }
  input Put { ids: [Int!]! }
  type Putting { rows: [Row!]! left: [Row!]! whose: Putting! }
  type Page { nodes: [Row!]! }
  type Slow { id: Int! }
  type Later { page: Page! }
  type Pair { text: String! other: Later! aged(by: Int): Int! }
  type Row { id: Int! inside: [Row!] }
  type Subscription { more: [Row!]! }
`);
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, inside: () => rows(100) }));
SCHEMA.getQueryType()!.getFields()['few']!.resolve = () => rows(10);
SCHEMA.getQueryType()!.getFields()['many']!.resolve = async () => rows(2_000);
SCHEMA.getQueryType()!.getFields()['page']!.resolve = () => ({ nodes: rows(100) });
SCHEMA.getQueryType()!.getFields()['short']!.resolve = () => 'x'.repeat(50);
SCHEMA.getQueryType()!.getFields()['unseen']!.resolve = () => '\u0001'.repeat(50);
SCHEMA.getQueryType()!.getFields()['long']!.resolve = async () => 'x'.repeat(100_000);
SCHEMA.getQueryType()!.getFields()['huge']!.resolve = () => 'x'.repeat(500_000);
SCHEMA.getQueryType()!.getFields()['texts']!.resolve = () => Array(20).fill('x'.repeat(5_000));
SCHEMA.getQueryType()!.getFields()['tree']!.resolve = () => ({ a: 'x'.repeat(142) });
SCHEMA.getQueryType()!.getFields()['json']!.resolve = () => 'x'.repeat(75);

SCHEMA.getQueryType()!.getFields()['kinds']!.resolve = () => Array(2_000).fill('ONE');

/** Of which operation each field was asked for, in the order in which they were. */
const shown: object[] = [];
SCHEMA.getQueryType()!.getFields()['slow']!.resolve = () => setImmediate(rows(2_000));
(SCHEMA.getType('Slow') as GraphQLObjectType).getFields()['id']!.resolve = async (
  { id },
  _args,
  { operation },
) => {
  shown.push(operation);
  await setImmediate();
  return id;
};

SCHEMA.getQueryType()!.getFields()['later']!.resolve = () => setImmediate({});
let pagesRead = 0;
(SCHEMA.getType('Later') as GraphQLObjectType).getFields()['page']!.resolve = () => {
  pagesRead += 1;
  return { nodes: rows(1) };
};
const PAIR = (SCHEMA.getType('Pair') as GraphQLObjectType).getFields();
PAIR['text']!.resolve = ({ id }) => 'x'.repeat(id === 9 ? 30_000_000 : 1);
PAIR['other']!.resolve = () => setImmediate({});
const agedBy: unknown[] = [];
PAIR['aged']!.resolve = (_source, { by }: { by?: number }) => agedBy.push(by);
SCHEMA.getQueryType()!.getFields()['pairs']!.resolve = () => rows(10);
SCHEMA.getQueryType()!.getFields()['fails']!.resolve = () => Promise.reject(new Error('It fails.'));

let done = 0;
SCHEMA.getMutationType()!.getFields()['each']!.resolve = (_source, { inputs }: { inputs: number[] }) => {
  done += 1;
  return rows(inputs.length);
};
SCHEMA.getMutationType()!.getFields()['once']!.resolve = () => rows(200_000);
SCHEMA.getMutationType()!.getFields()['put']!.resolve = (
  _source,
  { input }: { input: { ids: number[] } },
) => {
  done += 1;
  const putting = { rows: rows(input.ids.length), left: rows(200_000) };
  return { ...putting, whose: putting };
};

SCHEMA.getSubscriptionType()!.getFields()['more']!.subscribe = async function* () {
  yield { more: rows(1_000) };
  yield { more: rows(10) };
};

let asking: Asking;
const OF_CLIENT = { agencyId: 'a', role: 'CLIENT' } as const;

beforeAll(async () => {
  asking = await Asking.of(SCHEMA);
});
afterAll(() => asking.close());

const ask = (query: string, variables: object = {}, agencyId = 'a') => asking.ask(query, variables, agencyId);

it('as long as they are assumed to be they cost what was told, and pages always do', async () => {
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  const { data, extensions } = await ask('{ few { id } page(first: 100) { nodes { id } } }');
  expect([data.few.length, data.page.nodes.length]).toEqual([10, 100]);
  expect(before - (await asking.limit.take(OF_CLIENT, 0)).remaining).toBe(extensions.cost.requested);
});

it('longer ones are paid for afterwards', async () => {
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  const { data, extensions } = await ask('{ many { a: id b: id } }');
  expect(data.many).toHaveLength(2_000);
  const { remaining } = await asking.limit.take(OF_CLIENT, 0);
  expect(before - remaining - extensions.cost.requested).toBe(COST_OF_ROW_MIN * 1_990);
});

it.each([
  ['a text that is no longer than most', '{ short }', 0],
  ['a long one, by its characters, as often as it is told', '{ a: long b: long }', 2 * 1_999],
  ['one of signs that take six each to be written', '{ unseen }', 5],
  ['several that are long together', '{ texts }', 1_999],
  ['values that are short each', '{ kinds }', 399],
  ['what is of a kind of its own, with all that is in it', '{ tree }', 2],
  ['what is of a kind of its own, a half with the next', '{ a: json b: json c: json }', 1],
])('%s', async (_, query, beyond) => {
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  const { extensions } = await ask(query);
  const { remaining } = await asking.limit.take(OF_CLIENT, 0);
  expect(before - remaining - extensions.cost.requested).toBe(beyond);
});

it('what is asked for under many names is found once for each row, and by arguments each time', async () => {
  const { data } = await ask('{ pairs { a: aged b: aged c: aged(by: 1) d: aged(by: 2) } }', {}, 'h');
  expect(agedBy).toEqual(Array.from({ length: 10 }, () => [undefined, 1, 2]).flat());
  expect(data.pairs[9]).toEqual({ a: 28, b: 28, c: 29, d: 30 });
});

it('so much text as a process can hardly hold is not answered', async () => {
  const aliases = (count: number) => Array.from({ length: count }, (_, index) => `t${index}: huge`).join(' ');
  expect((await ask(`{ ${aliases(20)} }`)).data.t19).toHaveLength(500_000);
  const { data, errors } = await ask(`{ ${aliases(21)} }`);
  expect([data.t19.length, data.t20]).toEqual([500_000, null]);
  expect(errors[0].extensions.code).toBe('COST_EXCEEDED');
  expect(errors[0].message).toMatch(/lists and texts .* 200000 fields/);
});

it('what is too long is told once, and what may be null behind it is null', async () => {
  const aliases = Array.from({ length: 40 }, (_, index) => `t${index}: huge`).join(' ');
  const { data, errors } = await ask(`{ ${aliases} }`, {}, 'g');
  expect(Object.values(data).filter((text) => text === null)).toHaveLength(20);
  expect(errors.map(({ path }: Json) => path)).toEqual([['t20']]);
});

it('so are those of an event', async () => {
  const caller = { requestId: 'r', authorization: undefined, session: undefined };
  const asked = await new Subscribing(asking.pipeline).ask(
    { query: 'subscription { more { a: id b: id } }' },
    caller,
  );
  if (!('events' in asked)) throw new Error('It is a subscription.');
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  expect((await asked.events.next()).value?.data).toMatchObject({ more: { length: 1_000 } });
  expect(before - (await asking.limit.take(OF_CLIENT, 0)).remaining).toBe(COST_OF_ROW_MIN * 990);
  await asked.events.return();
});

it('for what rows are read by, where little is told of each, nothing is refused', async () => {
  const MANY = Array.from({ length: 20 }, (_, index) => `m${index}: many { id }`).join(' ');
  const { data, errors } = await ask(`{ ${MANY} }`, {}, 'c');
  expect(20 * COST_OF_ROW_MIN * 1_990).toBeGreaterThan(BEYOND_MAX);
  expect(errors).toBeUndefined();
  expect(data.m19).toHaveLength(2_000);
});

it('what a mutation answers with is paid for, and told, since it is done', async () => {
  const EACH = 'mutation ($inputs: [Int!]!) { each(inputs: $inputs) { a: id b: id } }';
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  const { data, extensions } = await ask(EACH, { inputs: Array(100).fill(1) });
  expect(data.each).toHaveLength(100);
  const { remaining } = await asking.limit.take(OF_CLIENT, 0);
  expect(before - remaining - extensions.cost.requested).toBe(COST_OF_ROW_MIN * 90);
  expect((await ask('mutation { once { id } }')).data.once).toHaveLength(200_000);
});

it('so are the lists in what it answers with, by the lists in what it was given', async () => {
  const PUT = 'mutation ($input: Put!) { put(input: $input) { rows { a: id b: id } } }';
  const before = (await asking.limit.take(OF_CLIENT, 0)).remaining;
  const { data, extensions } = await ask(PUT, { input: { ids: Array(100).fill(1) } });
  expect(data.put.rows).toHaveLength(100);
  const { remaining } = await asking.limit.take(OF_CLIENT, 0);
  expect(before - remaining - extensions.cost.requested).toBe(COST_OF_ROW_MIN * 90);
  const LEFT = 'mutation { put(input: { ids: [1] }) { left { id } } }';
  expect((await ask(LEFT)).data.put.left).toHaveLength(200_000);
  const WHOSE = 'mutation { put(input: { ids: [1] }) { whose { left { id } } } }';
  expect((await ask(WHOSE)).data.put.whose.left).toHaveLength(200_000);
});

it('where lists inside of it are too long, the words say that it is done', async () => {
  const before = done;
  const { data, errors } = await ask(
    'mutation ($input: Put!) { put(input: $input) { rows { inside { a: id b: id } } } }',
    { input: { ids: Array(1_500).fill(1) } },
    'd',
  );
  expect(errors[0]).toMatchObject({
    extensions: { code: 'COST_EXCEEDED' },
    message: expect.stringMatching(/is done all the same\.$/),
  });
  expect(done).toBe(before + 1);
  expect(data.put.rows).toHaveLength(1_500);
});

it.each([
  ['', 'left { inside { #FIELDS } }'],
  [', also in an object of it', 'whose { left { inside { #FIELDS } } }'],
])(
  'so much of each row as nobody is told of two hundred is refused before it is done%s',
  async (_, asked) => {
    const LEFT = `mutation { put(input: { ids: [1] }) { ${asked} } }`;
    const fields = Array.from({ length: 100 }, (_, index) => `i${index}: id`).join(' ');
    const before = done;
    expect((await ask(LEFT.replace('#FIELDS', fields))).errors[0].extensions.code).toBe('COST_EXCEEDED');
    expect(done).toBe(before);
  },
);

it.each([
  ['a variable', 'mutation ($inputs: [Int!]!) { each(inputs: $inputs) { #FIELDS } }'],
  [
    'its default',
    `mutation ($inputs: [Int!] = [${'1,'.repeat(3_000)}]) { each(inputs: $inputs) { #FIELDS } }`,
  ],
  ['the text itself', `mutation { each(inputs: [${'1,'.repeat(3_000)}]) { #FIELDS } }`],
  ['a field', `mutation { put(input: { ids: [${'1,'.repeat(3_000)}] }) { rows { #FIELDS } } }`],
])('more than anybody is told of what was given in %s is refused before it is done', async (name, query) => {
  const fields = Array.from({ length: 80 }, (_, index) => `i${index}: id`).join(' ');
  const before = done;
  const variables = name === 'a variable' ? { inputs: Array(3_000).fill(1) } : {};
  const { errors, extensions } = await ask(query.replace('#FIELDS', fields), variables);
  expect(errors[0].extensions.code).toBe('COST_EXCEEDED');
  expect(extensions.cost.requested).toBe(0);
  expect(done).toBe(before);
});

it('lists in lists that are longer than a process can hold are not answered', async () => {
  const { data, errors } = await ask('{ many { inside { inside { inside { id } } } } }');
  expect(data).toEqual({ many: null });
  expect(errors[0].extensions.code).toBe('COST_EXCEEDED');
  expect(errors[0].message).toMatch(/200000 fields/);
});

it('of what was answered with null, because a field beside it failed, nothing more is shown, and no turn is kept', async () => {
  const before = shown.length;
  const LATER = 'later { page { nodes { id } } }';
  expect((await ask(`{ fails ${LATER} slow { a: id b: id c: id } }`, {}, 'd')).data).toBeNull();
  expect((await ask(`{ ${LATER} }`, {}, 'd')).data.later.page.nodes).toHaveLength(1);
  expect(pagesRead).toBe(1);
  expect((await ask('{ slow { a: id b: id c: id } }', {}, 'd')).data.slow).toHaveLength(2_000);
  expect(shown.length - before).toBe(2_000);
});

it('a row that fails at once leaves nothing behind that fails later, and is heard by nobody', async () => {
  const unheard = jest.fn();
  process.on('unhandledRejection', unheard);
  try {
    const { data, errors } = await ask('{ pairs { text other { page { nodes { id } } } } }', {}, 'e');
    expect([data, errors[0].extensions.code]).toEqual([{ pairs: null }, 'COST_EXCEEDED']);
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    expect(unheard).not.toHaveBeenCalled();
  } finally {
    process.off('unhandledRejection', unheard);
  }
});

it('however many are let in at once, no more are answered than there is budget for', async () => {
  const fields = Array.from({ length: 50 }, (_, index) => `f${index}: id`).join(' ');
  const { remaining } = await asking.limit.take({ agencyId: 'c', role: 'CLIENT' }, 0);
  const room = Math.floor(remaining / (50 * 2_000));
  const all = await Promise.all(
    Array.from({ length: room + 5 }, () => ask(`{ many { ${fields} } }`, {}, 'c')),
  );
  const codes = all.map(({ errors }) => errors?.[0].extensions.code ?? 'ANSWERED');
  expect(new Set(codes)).toEqual(new Set(['ANSWERED', 'THROTTLED']));
  expect(codes.filter((code) => code === 'ANSWERED').length).toBeLessThanOrEqual(room);
});
