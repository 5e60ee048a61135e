import { buildSchema, Kind, parse } from 'graphql';
import { costOf } from '../../../src/http/cost/cost.js';
import { Refusals } from '../../../src/http/bounds/refusals.js';
import { COST_MAX } from '../../../src/http/cost/prices.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';

const SCHEMA = buildSchema(`
  type Query { seats(first: Int): Seats! agency: Agency! people(filter: ProspectFilter, segmentId: ID, search: String): Seats! }
  type Mutation { keep(input: KeepInput!): Agency! }
  input KeepInput { name: String filter: ProspectFilter }
  input ProspectFilter { and: [ProspectFilter!] not: ProspectFilter name: Text }
  input Text { equals: String in: [String!] isSet: Boolean }
  type Agency { name: String usage: [Usage!]! campaign: Campaign }
  type Campaign { name: String problems: [Problem!]! forecast: Forecast steps: [Step!]! }
  type Step { variants: [StepVariant!]! }
  type StepVariant { key: String body: String }
  type Problem { code: String }
  type Forecast { remaining: Int }
  type Usage { used: Int }
  type Seats { totalCount: Int nodes: [Seat!]! edges: [Edge!]! }
  type Edge { node: Seat! }
  interface Node { id: ID }
  type Seat implements Node { id: ID name: String tags: [String] client: Client }
  type Client { name: String seats(first: Int): Seats! }
`);

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('There is no operation.');
  return costOf({ schema: SCHEMA, document, operation, variables });
}

describe('the cost of an operation', () => {
  it.each([
    ['a field that asks the database', '{ agency { name } }', 101],
    ['a list that is no page counts as ten rows', '{ agency { usage { used } } }', 111],
    ['a page counts as its rows', '{ seats(first: 7) { nodes { id name } } }', 115],
    ['which are 20 unless told', '{ seats { nodes { id } } }', 121],
    ['and where they are null', '{ seats(first: null) { nodes { id } } }', 121],
    ['and the most where they are out of bounds', '{ seats(first: -1) { nodes { id } } }', 201],
    ['by edges as by nodes', '{ seats(first: 7) { edges { node { id } } } }', 115],
    ['a size is asked for by itself', '{ seats(first: 1) { totalCount } }', 200],
    ['a list of plain values is one', '{ seats(first: 1) { nodes { tags } } }', 102],
    ['checks of all of a campaign', '{ agency { campaign { problems { code } } } }', 216],
    ['a campaign that is played', '{ agency { campaign { forecast { remaining } } } }', 507],
    ['what steps are', '{ agency { campaign { steps { variants { key } } } } }', 306 + 10 * 11],
    ['what they say: as long as it may be', '{ agency { campaign { steps { variants { body } } } } }', 5_316],
    ['the schema costs next to nothing', '{ __schema { types { name } } }', 1],
  ])('%s', (_, query, expected) => expect(cost(query)).toBe(expected));

  it('a page of no whole number of rows is as much as a page may have', () => {
    expect(cost('query ($n: Int) { seats(first: $n) { nodes { id } } }', { n: 1.5 })).toBe(201);
  });

  it('what is no number is as much as a page may have, and is not turned into one at each place', () => {
    const places = Array.from({ length: 200 }, (_, index) => `p${index}: seats(first: $n) { nodes { id } }`);
    const query = `query ($n: Int) { ${places.join(' ')} }`;
    const begun = process.cpuUsage();
    for (const n of [
      Array.from({ length: 500_000 }, () => 1),
      '1'.repeat(1_000_000),
      { valueOf: 1, toString: 1 },
    ]) {
      expect(cost(query, { n })).toBeGreaterThanOrEqual(200 * 201);
    }
    // More than three seconds, where each place joined the list to a text.
    expect(process.cpuUsage(begun).user).toBeLessThan(1_000_000);
  });

  it.each([
    ['nothing for an empty one', '{}', 0],
    ['for each thing that is asked', '{ name: { equals: "a", isSet: true } }', 2],
    ['once for a list of values', '{ name: { in: ["a", "b", "c"] } }', 1],
    [
      'for each of a list of filters',
      '{ and: [{ name: { isSet: true } }, { not: { name: { isSet: true } } }] }',
      2,
    ],
    ['nothing for what is left out', '{ name: null }', 0],
    ['for each one that asks nothing within another', '{ and: [{}, { not: {} }, {}] }', 3],
  ])('a filter costs %s', (_, filter, conditions) => {
    const query = `{ people(filter: ${filter}) { totalCount } }`;
    expect(cost(query)).toBe(200 + 20 * conditions);
    const said = (text: string): unknown => JSON.parse(text.replace(/(\w+):/g, '"$1":'));
    const asked = 'query ($filter: ProspectFilter) { people(filter: $filter) { totalCount } }';
    expect(cost(asked, { filter: said(filter) })).toBe(200 + 20 * conditions);
    const byDefault = asked.replace('ProspectFilter)', `ProspectFilter = ${filter})`);
    expect(cost(byDefault)).toBe(200 + 20 * conditions);
    expect(cost(byDefault, { filter: {} })).toBe(200);
  });

  it('a filter that is to be kept costs as much', () => {
    const query = 'mutation ($input: KeepInput!) { keep(input: $input) { name } }';
    const filter = { and: [{ name: { isSet: true } }, {}] };
    expect(cost(query, { input: { name: 'a', filter } })).toBe(101 + 40);
    expect(cost(query, { input: { name: 'a' } })).toBe(101);
    expect(cost('mutation { keep(input: { filter: { not: { name: { isSet: true } } } }) { name } }')).toBe(
      121,
    );
  });

  it('a segment costs what a filter does that asks the books for two things, and as deep as nobody may say a filter it ends', () => {
    expect(cost('{ people(segmentId: "x") { totalCount } }')).toBe(2_200);
    expect(cost('query ($id: ID) { people(segmentId: $id) { totalCount } }', { id: null })).toBe(200);
    expect(cost('query ($id: ID = "x") { people(segmentId: $id) { totalCount } }')).toBe(2_200);
    const deep = Array.from({ length: 5_000 }).reduce<object>((not) => ({ not }), { name: { isSet: true } });
    const query = 'query ($filter: ProspectFilter) { people(filter: $filter) { totalCount } }';
    expect(cost(query, { filter: deep })).toBe(220);
  });

  it('a search costs by the words that it begins with', () => {
    const query = 'query ($s: String) { people(search: $s) { totalCount } }';
    expect(cost(query, { s: 'one two three' })).toBe(200);
    expect(cost(query, { s: 'one two three four' })).toBe(1_200);
    // It is refused, whatever it says.
    expect(cost(query, { s: `one ${' '.repeat(1_000)} two three four` })).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['numbers in a list that is none of values', { and: [[], ...Array<number>(400_000).fill(1)] }],
    [
      'names that say nothing',
      { not: Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`n${index}`, null])) },
    ],
  ])('of %s, given to many fields, is no more looked into than is paid for', (_, said) => {
    let looks = 0;
    const [[name, inner]] = Object.entries(said) as [[string, object]];
    const filter = {
      [name]: new Proxy(inner, {
        get: (target, key) => {
          looks += 1;
          return Reflect.get(target, key) as unknown;
        },
      }),
    };
    const fields = Array.from(
      { length: 25 },
      (_field, index) => `p${index}: people(filter: $f) { totalCount }`,
    );
    const query = `query ($f: ProspectFilter) { ${fields.join(' ')} }`;
    expect(cost(query, { f: filter })).toBeGreaterThan(COST_MAX);
    expect(looks).toBeLessThan(4 * Object.keys(inner).length);
  });

  it('a filter in a fragment is looked into no more often than it is given, however often that is spread', () => {
    let looks = 0;
    const name = {
      get isSet() {
        looks += 1;
        return true;
      },
    };
    const fragments = Array.from({ length: 8 }, (_, index) => {
      const next = index === 7 ? 'people(filter: $f) { totalCount }' : `...F${index + 1} ...F${index + 1}`;
      return `fragment F${index} on Query { ${next} }`;
    });
    const query = `query ($f: ProspectFilter) { ...F0 } ${fragments.join(' ')}`;
    expect(cost(query, { f: { name } })).toBe(128 * 220);
    // For how much is in it, and for what it asks.
    expect(looks).toBe(2);
  });

  it('multiplies lists inside of lists', () => {
    const rows = 'seats(first: 100) { nodes { client { seats(first: 100) { nodes { id } } } } }';
    expect(cost(`{ ${rows} }`)).toBe(100 + 1 + 100 * (1 + 100 + 1 + 100));
  });

  it('counts what a fragment holds wherever it is spread, and every alias', () => {
    const fragment = 'fragment F on Seats { ... { nodes { ... on Node { id } } } }';
    expect(cost(`{ a: seats(first: 9) { ...F } b: seats(first: 9) { ...F } } ${fragment}`)).toBe(220);
  });

  it('takes the rows from a variable, its default, or what is left out', () => {
    const query = 'query ($rows: Int, $few: Int = 5) { seats(first: $rows) { nodes { id } } }';
    expect(cost(query, { rows: 30 })).toBe(131);
    expect(cost(query, { rows: null })).toBe(121);
    expect(cost(query)).toBe(121);
    expect(cost(query, { rows: 'many' })).toBe(201);
    expect(cost(query.replace('$rows)', '$few)'))).toBe(106);
  });
});

describe('on the server', () => {
  const ROWS = 'nodes { clientAccount { seats(first: 100) { nodes { clientAccount { seats(first: 100) {';
  const BOMB = `{ seats(first: 100) { ${ROWS} nodes { id } } } } } } } } }`;
  let api: Api;
  let agency: SeededAgency;

  beforeAll(async () => {
    api = await Api.start();
    agency = await api.seed();
  });
  afterAll(() => api.close());

  it('too much is COST_EXCEEDED before anything is asked, by the status 400', async () => {
    const { status, data, errors, headers } = await api.ask(agency.key, BOMB);
    expect([status, data]).toEqual([400, undefined]);
    expect(errors[0].extensions.code).toBe('COST_EXCEEDED');
    expect(headers.get('x-headroom-cost')).toMatch(/^\d{7,} of 50000$/);
  });

  it('and what is asked next with the same budget is looked at behind others', async () => {
    const note = jest.spyOn(Refusals.prototype, 'note');
    await api.ask(agency.key, '{ viewer { role } }');
    expect(note).not.toHaveBeenCalled();
    await api.ask(agency.key, BOMB);
    expect(note.mock.calls[0]?.[0]?.agencyId).toBe(agency.agencyId);
    note.mockRestore();
  });

  it('a key is asked for first', async () => {
    expect(await api.code(null, BOMB)).toBe('UNAUTHENTICATED');
  });

  it('what is within it is answered, and told its cost', async () => {
    const query = '{ seats(first: 100) { totalCount nodes { id usage { used limit { max } } } } }';
    const { status, headers } = await api.ask(agency.key, query);
    expect([status, headers.get('x-headroom-cost')]).toEqual([200, '4301 of 50000']);
  });

  it('HEADROOM_API_LIMITS=off lets everything through', async () => {
    const unlimited = await Api.start({ HEADROOM_API_LIMITS: 'off' });
    try {
      expect((await unlimited.ask(agency.key, BOMB)).status).toBe(200);
    } finally {
      await unlimited.close();
    }
  });
});
