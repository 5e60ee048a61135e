import { readFileSync } from 'node:fs';
import { buildSchema, Kind, parse } from 'graphql';
import { costOf } from '../../../src/http/cost/cost.js';
import { DEAR_MIN } from '../../../src/http/cost/operation-turns.js';
import { COST_MAX } from '../../../src/http/cost/prices.js';
import { FilterError, FILTER_LENGTH_MAX, readFilter } from '../../../src/outreach/segment-reading.js';

/** Prices by the schema as it is served. */
const SCHEMA = buildSchema(readFileSync('schema.graphql', 'utf8'));

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('There is no operation.');
  return costOf({ schema: SCHEMA, document, operation, variables });
}

const page = (of: string, node: string, args = '') => `{ ${of}(first: 100${args}) { nodes { ${node} } } }`;

describe('what is read whole, however little of it is told', () => {
  const PEOPLE = ', clientAccountId: "x"';
  // Characters that one of them may hold.
  it.each([
    ['the steps of a campaign', 100_000, page('campaigns', 'steps { version }')],
    ['what a client was asked about them', 100_000, page('campaigns', 'approval { state }')],
    ['a document that is registered', 50_000, page('trustedDocuments', 'sha256')],
    ['and told', 50_000, page('trustedDocuments', 'text')],
    ['the filter of a segment', FILTER_LENGTH_MAX, page('segments', 'name')],
    ['and told', FILTER_LENGTH_MAX, page('segments', 'filter')],
    ['an event that was not understood', 15_000, page('unreadEvents', 'why')],
    ['a person on a list', 17_500, page('prospects', 'id', PEOPLE)],
    ['a text that is kept', 20_000, page('reservations', 'keptText { unreadable }')],
    ['and told', 20_000, page('reservations', 'keptText { subject body }')],
    ['an entry of the audit log', 85_000, page('auditLog', 'verb')],
    ['a policy', 125_000, page('policies', 'version')],
    ['a campaign', 2_500, page('campaigns', 'id')],
  ])('%s: of all that one operation may ask for together 50 MB', (_, characters, query) => {
    const ofOperation = (COST_MAX / cost(query)) * 100;
    expect(ofOperation * characters * 2).toBeLessThanOrEqual(50_000_000);
    expect(cost(query)).toBeLessThan(COST_MAX / 1.9);
  });

  it('what is asked for by its id costs as much as the dearest that it may be', () => {
    const aliases = (count: number) =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: node(id: "x") { id }`).join(' ')} }`;
    expect((COST_MAX / (cost(aliases(2)) - cost(aliases(1)))) * 125_000 * 2).toBeLessThanOrEqual(50_000_000);
  });

  it('a hundred times the same campaigns are too much', () => {
    const aliases = Array.from(
      { length: 25 },
      (_, index) => `a${index}: steps(version: ${index}) { version }`,
    );
    expect(cost(page('campaigns', aliases.join(' ')))).toBeGreaterThan(COST_MAX);
  });

  it('so are twenty-five pages of decisions, and eleven of what is read of the books of seats', () => {
    const aliases = (count: number, of: string) =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${of}`).join(' ')} }`;
    expect(cost(aliases(25, 'decisions(first: 100) { nodes { id } }'))).toBeGreaterThan(COST_MAX);
    const books = 'usage { used } credits { available } pendingInvitations holdsExpiredToday';
    const seats = `seats(first: 100) { nodes { ${books} } }`;
    expect(cost(aliases(1, seats))).toBeLessThan(DEAR_MIN + 1_000);
    expect(cost(aliases(11, seats))).toBeGreaterThan(COST_MAX);
  });

  it.each([
    ['campaigns', 'seats { id }'],
    ['campaigns', 'seatShares { weight }'],
    ['members', 'seats { id }'],
    ['members', 'clientAccounts { id }'],
  ])('of a hundred %s, %s are read in a turn', (of, list) => {
    expect(cost(page(of, list))).toBeGreaterThanOrEqual(DEAR_MIN);
  });

  it('all days off of a hundred seats are nearly dear, and of more they are', () => {
    expect(cost(page('seats', 'daysOff')) * 1.25).toBeGreaterThanOrEqual(DEAR_MIN);
  });

  it('a filter is as long as it may be, and no longer', () => {
    const company = (length: number) => ({ in: Array.from({ length: 100 }, () => 'a'.repeat(length)) });
    const filter = (length: number) => ({ or: [1, 2, 3].map(() => ({ company: company(length) })) });
    expect(readFilter(filter(160))).toEqual(filter(160));
    expect(() => readFilter(filter(170))).toThrow(FilterError);
  });
});

it('a record is judged by itself: a thousand of them are not two in one operation', () => {
  const RECORD =
    'mutation ($inputs: [ActivityInput!]!) { a: recordActivities(inputs: $inputs) { recorded } }';
  const costOfRecords = (count: number) => cost(RECORD, { inputs: Array(count).fill({ action: 'FOLLOW' }) });
  expect(costOfRecords(1_000) - costOfRecords(100)).toBe(900 * 31);
  expect(costOfRecords(1_000)).toBeLessThan(COST_MAX);
});

it('what is told of a hundred decisions is priced before where its lists may be long', () => {
  const inputs = Array<object>(100).fill({ seatId: 'x' });
  const usages = (count: number) =>
    Array.from({ length: count }, (_, index) => `u${index}: usage { used }`).join(' ');
  const costOfTelling = (count: number) =>
    cost(
      `mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { outcome ${usages(count)} } } }`,
      { inputs },
    );
  expect(costOfTelling(1) - costOfTelling(0)).toBe(10 * 11);
  expect(costOfTelling(20) - costOfTelling(0)).toBeGreaterThan(100 * 20 * 11);
  expect(costOfTelling(90)).toBeGreaterThan(COST_MAX);
});

it('so it is where a fragment was priced before, in what few are told of', () => {
  const usages = Array.from({ length: 90 }, (_, index) => `u${index}: usage { used }`).join(' ');
  const reserves = (inputs: string) => `reserveMany(inputs: ${inputs}) { decision { ...U } }`;
  const query = `mutation ($one: [ReserveInput!]!, $inputs: [ReserveInput!]!) { ${reserves('$one')} b: ${reserves('$inputs')} }
    fragment U on Decision { ${usages} }`;
  const inputs = Array<object>(100).fill({ seatId: 'x' });
  expect(cost(query, { one: inputs.slice(0, 1), inputs })).toBeGreaterThan(COST_MAX);
});

it('what is given to a field of a row is priced for each row', () => {
  const USAGE =
    'query ($actions: [Action!]) { seats(first: 50) { nodes { usage(actions: $actions) { used } } } }';
  const costOfActions = (count: number) => cost(USAGE, { actions: Array(count).fill('FOLLOW') });
  expect(costOfActions(100)).toBe(costOfActions(1));
  expect(costOfActions(300) - costOfActions(1)).toBe(50 * 200);
});

it('so is a decision: a hundred of them wait for their turn, and ten times as many are too much', () => {
  const reserves = (times: number) =>
    `mutation ($inputs: [ReserveInput!]!) { ${Array.from({ length: times }, (_, index) => `a${index}: reserveMany(inputs: $inputs) { decision { outcome } }`).join(' ')} }`;
  const inputs = Array<object>(100).fill({ seatId: 'x' });
  expect(cost(reserves(1), { inputs })).toBeGreaterThan(DEAR_MIN);
  expect(cost(reserves(9), { inputs })).toBeLessThan(COST_MAX);
  expect(cost(reserves(10), { inputs })).toBeGreaterThan(COST_MAX);
});

it.each([
  ['commitReservations', 'CommitReservationInput'],
  ['releaseReservations', 'ReleaseReservationInput'],
])('so is each of %s', (field, type) => {
  const query = `mutation ($inputs: [${type}!]!) { ${field}(inputs: $inputs) { userErrors { code } } }`;
  const costOfMany = (count: number) => cost(query, { inputs: Array(count).fill({ reservationId: 'x' }) });
  expect(costOfMany(100) - costOfMany(1)).toBe(99 * 20);
});

it.each([
  ['addProspects', 'AddProspectsInput', 'prospects', 20],
  ['addSeats', 'AddSeatsInput', 'seats', 60],
])('so is each of %s, which lie in its input', (field, type, list, price) => {
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`;
  const costOfMany = (count: number) => cost(query, { input: { [list]: Array(count).fill({ name: 'x' }) } });
  expect(costOfMany(100) - costOfMany(1)).toBe(99 * price);
});

it('so is each line of a table of seats: what is the same work has the same price, however it is written', () => {
  const query = 'mutation ($input: AddSeatsInput!) { addSeats(input: $input) { userErrors { code } } }';
  const costOfTable = (seats: number) =>
    cost(query, { input: { csv: `name,url\n${'a,b\n'.repeat(seats)}` } });
  const costOfList = (seats: number) => cost(query, { input: { seats: Array(seats).fill({ name: 'a' }) } });
  for (const seats of [1, 100, 500]) expect(costOfTable(seats)).toBe(costOfList(seats));
  // Of more lines none is judged, and each is read.
  expect(costOfTable(2_000)).toBe(costOfTable(500));
  expect(costOfTable(300_000)).toBeLessThan(COST_MAX);
  const literal = `{ csv: "name${'\\na'.repeat(50)}" }`;
  expect(cost(query.replace('($input: AddSeatsInput!)', '').replace('$input', literal))).toBe(costOfList(50));
});

describe('what goes through the books', () => {
  const RATES = 'acceptance { rate } ';
  it.each([
    ['rates of up to 400 days', `{ engagementRates(by: SEAT, first: 1) { nodes { ${RATES}} } }`, 2_500],
    [
      'campaigns that are compared',
      '{ compareCampaigns(campaignId: "x", otherCampaignId: "y", measure: REPLY) { message } }',
      2_500,
    ],
    ['texts that are compared', '{ compareVariants(campaignId: "x", step: "y") { message } }', 2_500],
    ['a launch', 'mutation { launchCampaign(input: { campaignId: "x" }) { campaign { id } } }', 20_000],
    ['an approval', 'mutation { askForApproval(input: { campaignId: "x" }) { campaign { id } } }', 20_000],
    [
      'a policy',
      'mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { policy { id } } }',
      20_000,
    ],
  ])('%s', (_, query, least) => {
    expect(cost(query)).toBeGreaterThanOrEqual(least);
    expect(cost(query)).toBeLessThan(COST_MAX / 2);
  });

  it('all of a person: of one an operation', () => {
    expect(cost('{ exportPerson(profileUrl: "x") }')).toBeLessThan(COST_MAX);
    expect(cost('{ a: exportPerson(profileUrl: "x") b: exportPerson(profileUrl: "y") }')).toBeGreaterThan(
      COST_MAX,
    );
  });

  it.each([
    ['a text of the list', '{ company: { contains: "a" } }', 20],
    ['since when somebody is on it', '{ addedAt: { lastDays: 30 } }', 20],
    ['a contact', '{ lastContactedAt: { lastDays: 30 } }', 1_000],
    ['whether there was one', '{ isContacted: true }', 1_000],
    ['an answer', '{ not: { hasReplied: true } }', 1_000],
    ['a mark', '{ or: [{ doNotContact: true }, { doNotContact: false }] }', 2_000],
    ['a connection', '{ degree: { seatId: "x", in: [FIRST] } }', 2_000],
    ['what is in a field of the list’s own', '{ customField: { name: "a", contains: "b" } }', 1_020],
    ['what it is', '{ customField: { name: "a", equals: "b" } }', 40],
  ])('a filter that asks for %s', (_, filter, more) => {
    const asked = (args: string) => `{ prospects(clientAccountId: "x"${args}) { totalCount } }`;
    expect(cost(asked(`, filter: ${filter}`)) - cost(asked(''))).toBe(more);
  });

  it('a list of people, and how many they are', () => {
    const asked = (of: string) => cost(`{ prospects(clientAccountId: "x", first: 1) { ${of} } }`);
    expect(asked('pageInfo { hasNextPage }')).toBeGreaterThanOrEqual(200);
    expect(asked('totalCount') - asked('pageInfo { hasNextPage }')).toBeGreaterThanOrEqual(450);
  });

  it('a search of many words', () => {
    const query =
      'query ($search: String) { prospects(clientAccountId: "x", search: $search) { totalCount } }';
    expect(cost(query, { search: 'anna, maria lopez' })).toBe(cost(query));
    expect(cost(query, { search: 'anna maria lopez sales' })).toBe(cost(query) + 1_000);
    const said = query.replace('$search)', '"a b c d")').replace('($search: String) ', '');
    expect(cost(said)).toBe(cost(query) + 1_000);
  });
});
