import { buildSchema, Kind, parse } from 'graphql';
import { costOf } from '../../src/http/cost.js';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';

const SCHEMA = buildSchema(`
  type Query { seats(first: Int): Seats! agency: Agency! people(filter: ProspectFilter, segmentId: ID): Seats! }
  input ProspectFilter { and: [ProspectFilter!] not: ProspectFilter name: Text }
  input Text { equals: String in: [String!] isSet: Boolean }
  type Agency { name: String usage: [Usage!]! }
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
    ['the schema costs next to nothing', '{ __schema { types { name } } }', 1],
  ])('%s', (_, query, expected) => expect(cost(query)).toBe(expected));

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
  ])('a filter costs %s', (_, filter, conditions) => {
    const query = `{ people(filter: ${filter}) { totalCount } }`;
    expect(cost(query)).toBe(200 + 20 * conditions);
    const said = (text: string): unknown => JSON.parse(text.replace(/(\w+):/g, '"$1":'));
    const asked = 'query ($filter: ProspectFilter) { people(filter: $filter) { totalCount } }';
    expect(cost(asked, { filter: said(filter) })).toBe(200 + 20 * conditions);
  });

  it('a segment costs what a filter of ten things does, and as deep as nobody may say a filter it ends', () => {
    expect(cost('{ people(segmentId: "x") { totalCount } }')).toBe(400);
    expect(cost('query ($id: ID) { people(segmentId: $id) { totalCount } }', { id: null })).toBe(200);
    const deep = Array.from({ length: 5_000 }).reduce<object>((not) => ({ not }), { name: { isSet: true } });
    const query = 'query ($filter: ProspectFilter) { people(filter: $filter) { totalCount } }';
    expect(cost(query, { filter: deep })).toBe(220);
  });

  it('multiplies lists inside of lists', () => {
    const rows = 'seats(first: 100) { nodes { client { seats(first: 100) { nodes { id } } } } }';
    expect(cost(`{ ${rows} }`)).toBe(100 + 1 + 100 * (1 + 1 + 1 + 100));
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

  it('a key is asked for first', async () => {
    expect(await api.code(null, BOMB)).toBe('UNAUTHENTICATED');
  });

  it('what is within it is answered, and told its cost', async () => {
    const query = '{ seats(first: 100) { totalCount nodes { id usage { used limit { max } } } } }';
    const { status, headers } = await api.ask(agency.key, query);
    expect([status, headers.get('x-headroom-cost')]).toEqual([200, '3401 of 50000']);
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
