import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed({ plan: { seatAllowance: 1_000 } });
});

/** Two levels of a query may ask one loader in the same turn, or in the next: that is a batch more or less. */
const ASKED_TIMES = 6;

/** How many statements PostgreSQL is sent while something is asked: the fewest of several times. */
async function statementsOf(ask: () => Promise<unknown>): Promise<number> {
  const sent = jest.spyOn(pg.Client.prototype, 'query');
  try {
    const counts: number[] = [];
    for (let times = 0; times < ASKED_TIMES; times += 1) {
      sent.mockClear();
      await ask();
      counts.push(sent.mock.calls.length);
    }
    return Math.min(...counts);
  } finally {
    sent.mockRestore();
  }
}

async function addSeats(count: number): Promise<void> {
  const { seats } = servicesOn(api.dataSource);
  for (let index = 0; index < count; index += 1) {
    await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id, { holderName: `Holder ${index}` }));
  }
}

/** Several client accounts, each with seats and a campaign. */
async function addClientAccounts(count: number): Promise<void> {
  const { clientAccounts, seats, campaigns } = servicesOn(api.dataSource);
  for (let index = 0; index < count; index += 1) {
    const account = await clientAccounts.createClientAccount(agency.owner, {
      name: `Client ${index}`,
      planId: agency.plan.id,
      timeZone: 'UTC',
    });
    if (!('id' in account)) continue;
    const seat = await seats.addSeat(agency.owner, newSeat(account.id));
    const seatIds = 'id' in seat ? [seat.id] : [];
    await campaigns.createCampaign(agency.owner, { clientAccountId: account.id, name: 'Campaign', seatIds });
  }
}

describe('the number of statements', () => {
  it('of a page of seats with all that is left does not grow with the page', async () => {
    const query =
      '{ seats(first: 100) { nodes { clientAccount { plan { name } } usage { remaining } room { remaining } } } }';
    const ask = (): Promise<Json> => api.data(agency.key, query);
    await addSeats(4);
    expect((await ask()).seats.nodes).toHaveLength(5);
    const ofFive = await statementsOf(ask);
    await addSeats(95);
    expect((await ask()).seats.nodes).toHaveLength(100);
    const ofHundred = await statementsOf(ask);
    expect(ofFive).toBeGreaterThan(10);
    expect(ofHundred).toBe(ofFive);
  });

  it('of client accounts with their seats, campaigns and counters does not grow with the page', async () => {
    const query = `{ clientAccounts { nodes { seatAllowance seatsTaken seatsFree plan { name limits { max } } usage { used }
      seats(first: 5) { nodes { holderName clientAccount { name } holdsExpiredToday } }
      campaigns(first: 5) { nodes { name seats { holderName } clientAccount { name } usage { used } } } } } }`;
    const ask = (): Promise<Json> => api.data(agency.key, query);
    await addClientAccounts(2);
    expect((await ask()).clientAccounts.nodes).toHaveLength(3);
    const ofThree = await statementsOf(ask);
    await addClientAccounts(9);
    expect((await ask()).clientAccounts.nodes).toHaveLength(12);
    expect(await statementsOf(ask)).toBe(ofThree);
  });

  it('of decisions with all that they lead to does not grow with the page', async () => {
    const reserve =
      'mutation ($inputs: [ReserveInput!]!) { reserveMany(inputs: $inputs) { decision { id } } }';
    const hold = (count: number): Promise<Json> => {
      const inputs = Array.from({ length: count }, (_, index) => ({
        seatId: toId('seat', agency.seat.id),
        action: 'FOLLOW',
        recipient: { profileUrl: `linkedin.com/in/person-${index}` },
        idempotencyKey: randomUUID(),
      }));
      return api.data(agency.key, reserve, { inputs });
    };
    const query = `{ decisions { nodes { recipientProfileUrl seat { holderName } clientAccount { name } campaign { name }
      usage { used } reservation { status recipientProfileUrl seat { holderName } } } } }`;
    const ask = (): Promise<Json> => api.data(agency.key, query);
    await hold(2);
    expect((await ask()).decisions.nodes).toHaveLength(2);
    const ofTwo = await statementsOf(ask);
    await hold(10);
    expect((await ask()).decisions.nodes).toHaveLength(12);
    expect(await statementsOf(ask)).toBe(ofTwo);
  });

  it('of a fresh answer is the same with all that is known of it', async () => {
    const reserve = (fields: string) => async (): Promise<void> => {
      const input = {
        seatId: toId('seat', agency.seat.id),
        action: 'COMMENT',
        recipient: { profileUrl: `linkedin.com/in/${randomUUID()}` },
        idempotencyKey: randomUUID(),
      };
      const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { ${fields} } } }`;
      const { decision } = (await api.data(agency.key, query, { input })).reserve;
      if (!decision) throw new Error('It was not decided.');
    };
    await reserve('id')();
    const ofLittle = await statementsOf(reserve('id'));
    const all =
      'id outcome recipientProfileUrl usage { used } reasons { code } reservation { id status recipientProfileUrl }';
    expect(await statementsOf(reserve(all))).toBe(ofLittle);
    expect(ofLittle).toBeGreaterThan(5);
  });
});
