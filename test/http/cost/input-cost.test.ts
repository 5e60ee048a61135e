import { toId } from '../../../src/schema/ids.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type ApiAnswer } from '../../support/api.js';

/** What is long in the inputs of an operation is judged each time that it is given, also where there is too much of it. */
let api: Api;
let agency: SeededAgency;
let client: string;
beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
  client = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
});
afterAll(() => api.close());

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const costOf = ({ headers }: ApiAnswer): number => Number(headers.get('x-headroom-cost')?.split(' ')[0]);
const codeOf = ({ errors }: ApiAnswer): string => errors?.[0].extensions.code;

/** An operation that gives one variable to many fields. */
interface Case {
  readonly name: string;
  readonly query: string;
  readonly value: unknown;
}

function cases(): Case[] {
  const many = (field: string, type: string): string =>
    `mutation ($v: ${type}) { ${times(25, (index) => `a${index}: ${field}(input: $v) { userErrors { code } }`)} }`;
  const seatId = toId('seat', agency.seat.id);
  const clientAccountId = toId('client', agency.clientAccount.id);
  const prospectIds = Array<string>(5_000).fill('prospect_01h455vb4pex5vsknk084sn02q');
  const people = `query ($v: [String!]) { ${times(50, (index) => `a${index}: prospects(clientAccountId: "${clientAccountId}", tags: $v) { nodes { id } }`)} }`;
  return [
    { name: 'ids', query: many('tagProspects', 'TagProspectsInput!'), value: { prospectIds, add: ['x'] } },
    { name: 'tags', query: people, value: Array<string>(5_000).fill('a') },
    {
      name: 'inputs in a list',
      query: many('setCampaignSeats', 'SetCampaignSeatsInput!'),
      value: { campaignId: 'x', seats: Array<object>(5_000).fill({ seatId }) },
    },
    {
      name: 'characters',
      query: many('addWebhook', 'AddWebhookInput!'),
      value: { name: 'x', url: `https://${'a'.repeat(900_000)}` },
    },
    {
      name: 'a table',
      query: many('addSeats', 'AddSeatsInput!'),
      value: { csv: `holderName\n${'a\n'.repeat(300_000)}`, dryRun: true },
    },
  ];
}

it.each(['ids', 'tags', 'inputs in a list', 'characters', 'a table'])(
  'of %s very much, given to many fields, costs more than an operation may',
  async (name) => {
    const { query, value } = cases().find((one) => one.name === name)!;
    for (const key of [client, agency.key]) {
      const answer = await api.ask(key, query, { v: value });
      expect([codeOf(answer), costOf(answer) > 50_000]).toEqual(['COST_EXCEEDED', true]);
    }
  },
);

it('a list that is longer than any input takes is refused before it is read, whoever asks', async () => {
  const query = 'mutation ($v: AddProspectsInput!) { addProspects(input: $v) { userErrors { code } } }';
  for (const key of [client, agency.key]) {
    const prospects = Array<object>(40_000).fill({ profileUrl: '' });
    const { errors } = await api.ask(key, query, { v: { clientAccountId: 'x', prospects } });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('40000 entries'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  }
});

it('a table of seats is read for nobody who may add none', async () => {
  const csv = `holderName\n${'a\n'.repeat(300_000)}`;
  const query =
    'mutation ($v: AddSeatsInput!) { addSeats(input: $v) { userErrors { code message } errors { line } } }';
  const refused = await api.data(client, query, { v: { csv, dryRun: true } });
  expect(refused.addSeats).toMatchObject({ userErrors: [{ code: 'FORBIDDEN_FOR_ROLE' }], errors: [] });
  const { addSeats } = await api.data(agency.key, query, { v: { csv, dryRun: true } });
  expect(addSeats.errors.length).toBeLessThan(2_010);
});

it('of letters beyond ASCII all that are given in an operation count together', async () => {
  const clientAccountId = toId('client', agency.clientAccount.id);
  const list = (index: number): string =>
    `a${index}: prospects(clientAccountId: "${clientAccountId}", first: 1, search: $v) { nodes { id } }`;
  const cost = async (count: number, v: string): Promise<number> =>
    costOf(await api.ask(client, `query ($v: String) { ${times(count, list)} }`, { v }));
  const plain = await cost(20, 'x'.repeat(2_000));
  expect(await cost(10, 'é'.repeat(2_000))).toBe(plain / 2);
  expect((await cost(20, 'é'.repeat(2_000))) - plain).toBe((20 * 2_000 - 20_000) / 20);
});

it('what is usual costs nothing besides, wherever it stands', async () => {
  const query = 'query ($v: [SeatStatus!]) { seats(first: 1, statuses: $v) { nodes { id } } }';
  const costs = [];
  for (const count of [1, 100, 101, 600]) {
    costs.push(costOf(await api.ask(agency.key, query, { v: Array<string>(count).fill('ACTIVE') })));
  }
  expect(costs).toEqual([102, 102, 103, 602]);
  const literal = `{ seats(first: 1, statuses: [${times(600, () => 'ACTIVE')}]) { nodes { id } } }`;
  expect(costOf(await api.ask(agency.key, literal))).toBe(602);
  const byDefault = query.replace(']) {', `] = [${times(600, () => 'ACTIVE')}]) {`);
  expect(costOf(await api.ask(agency.key, byDefault))).toBe(602);
});

it('what looks through the books of many seats, or far ahead, costs as much as it takes', async () => {
  const seatId = toId('seat', agency.seat.id);
  const costs = [];
  for (const query of [
    '{ seats(first: 1, minLevel: WARNING) { nodes { id } } }',
    `{ planSends(input: { seatId: "${seatId}", action: INMAIL, count: 1, until: "2100-01-01T00:00:00Z" }) { fits } }`,
    `{ planSends(input: { seatId: "${seatId}", action: INMAIL, count: 1000, until: "2100-01-01T00:00:00Z" }) { fits } }`,
    `{ capsForTool(seatId: "${seatId}", date: "2000-01-01") { max } }`,
    '{ seats(first: 10) { nodes { room { remaining } } } }',
  ]) {
    costs.push(costOf(await api.ask(agency.key, query)));
  }
  expect(costs).toEqual([10_102, 2_509, 10_501, 9_010, 100 + 1 + 10 * (100 + 10)]);
});
