import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const DECLARE = `mutation ($input: DeclareOutsideUseInput!) {
  declareOutsideUse(input: $input) { seat { id usage(actions: [DIRECT_MESSAGE]) { limit { window { seconds } } used held unknown remaining level } }
    userErrors { code field } } }`;
const ROOM = `query ($id: ID!) { seat(id: $id) { room(actions: [DIRECT_MESSAGE]) { remaining } } }`;
const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision {
  outcome retryAt reasons { code message } } } }`;
const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }`;

const today = () => new Date().toISOString().slice(0, 10);

function inputOf({ seat }: SeededAgency, other: object = {}): Json {
  const seatId = toId('seat', seat.id);
  return { seatId, action: 'DIRECT_MESSAGE', perDay: 15, from: today(), ...other };
}

async function declare(agency: SeededAgency, other: object = {}, key = agency.key): Promise<Json> {
  return (await api.data(key, DECLARE, { input: inputOf(agency, other) })).declareOutsideUse;
}

async function reserve({ key, seat }: SeededAgency): Promise<Json> {
  const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}`, degree: 'FIRST' };
  const input = { seatId: toId('seat', seat.id), action: 'DIRECT_MESSAGE', recipient };
  const answer = await api.data(key, RESERVE, { input: { ...input, idempotencyKey: randomUUID() } });
  return answer.reserve.decision;
}

describe('declareOutsideUse', () => {
  it('sets room aside at once, in the room and in decisions, until it is recorded', async () => {
    const agency = await api.seed();
    const { seat, userErrors } = await declare(agency);
    expect(userErrors).toEqual([]);
    const burst = seat.usage.find(({ limit }: Json) => limit.window.seconds === 600);
    expect(burst).toMatchObject({ used: 0, held: 0, unknown: 15, remaining: 0, level: 'REACHED' });
    const refused = await reserve(agency);
    expect(refused).toMatchObject({ outcome: 'DENIED', reasons: [{ code: 'LIMIT_REACHED' }] });
    expect(refused.reasons[0].message).toContain('15 are set aside for what is done elsewhere');

    const occurredAt = new Date(Date.now() - 1).toISOString();
    const record = { seatId: seat.id, action: 'DIRECT_MESSAGE', count: 1, occurredAt };
    await api.data(agency.key, RECORD, { inputs: [{ ...record, idempotencyKey: randomUUID() }] });
    expect((await api.data(agency.key, ROOM, { id: seat.id })).seat.room[0]).toMatchObject({ remaining: 0 });

    await declare(agency, { perDay: 3 });
    expect((await api.data(agency.key, ROOM, { id: seat.id })).seat.room[0]).toMatchObject({ remaining: 12 });
    expect((await reserve(agency)).outcome).toBe('ALLOWED');
  });

  it('takes the place of what was declared of the same days, and keeps the rest', async () => {
    const agency = await api.seed();
    await declare(agency, { from: '2026-01-01', until: '2026-01-31' });
    await declare(agency, { from: '2025-12-01', until: '2026-01-30' });
    await declare(agency, { from: '2026-01-01', until: '2026-01-31', perDay: 1 });
    await declare(agency, { action: 'FOLLOW', from: '2026-01-01', until: '2026-01-31' });
    const kept = await inBooks(
      agency,
      'SELECT action, per_day, from_on::text FROM outside_use ORDER BY declared_at',
    );
    expect(kept).toEqual([
      { action: 'DIRECT_MESSAGE', per_day: 15, from_on: '2025-12-01' },
      { action: 'DIRECT_MESSAGE', per_day: 1, from_on: '2026-01-01' },
      { action: 'FOLLOW', per_day: 15, from_on: '2026-01-01' },
    ]);
    const told = await inBooks(
      agency,
      `SELECT changes FROM audit_entry WHERE verb = 'declareOutsideUse' ORDER BY id`,
    );
    expect(told).toHaveLength(4);
    expect(told[0]).toMatchObject({
      changes: {
        outsideUse: { old: null, new: { perDay: 15, fromOn: '2026-01-01', untilOn: '2026-01-31' } },
      },
    });
    const [january, december] = told.map(({ changes }) => changes.outsideUse.new);
    expect(told.slice(1).map(({ changes }) => changes.outsideUse.old)).toEqual([
      [january],
      [january, december],
      null,
    ]);
  });

  it.each([
    ['a number below 0', { perDay: -1 }, 'INVALID', ['input', 'perDay']],
    ['a number over 100,000', { perDay: 100_001 }, 'INVALID', ['input', 'perDay']],
    [
      'an end before its beginning',
      { from: '2026-02-02', until: '2026-02-01' },
      'INVALID',
      ['input', 'until'],
    ],
    ['a seat that nobody has', { seatId: toId('seat', randomUUID()) }, 'NOT_FOUND', ['input', 'seatId']],
  ])('refuses %s', async (_what, wrong, code, field) => {
    const agency = await api.seed();
    expect(await declare(agency, wrong)).toEqual({ seat: null, userErrors: [{ code, field }] });
  });

  it('a hundred times of a seat, by whoever has it; twice as many times by those who had it, too', async () => {
    const desk = await SeatDesk.open(api);
    let days = 0;
    const declareDay = async (): Promise<Json> => {
      const on = new Date(Date.UTC(2027, 0, (days += 1))).toISOString().slice(0, 10);
      return (await declare(desk.agency, { from: on, until: on })).userErrors;
    };
    const full = [{ code: 'INVALID', field: ['input', 'seatId'] }];
    for (const clientAccountId of [desk.other, desk.client]) {
      for (let count = 0; count < 100; count += 1) expect(await declareDay()).toEqual([]);
      expect(await declareDay()).toEqual(full);
      await desk.move(clientAccountId);
    }
    expect(await declareDay()).toEqual(full);
    expect((await declare(desk.agency, { from: '2027-01-01' })).userErrors).toEqual([]);
  });

  it('is for managers, of the seats that they see', async () => {
    const agency = await api.seed();
    const { clientAccounts, seats } = servicesOn(api.dataSource);
    const terms = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
    const account = await clientAccounts.createClientAccount(agency.owner, terms);
    if (!('id' in account)) throw new Error('There is no client account.');
    const other = await seats.addSeat(agency.owner, newSeat(account.id));
    if (!('id' in other)) throw new Error('There is no seat.');
    const manager = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    expect((await declare(agency, {}, manager)).userErrors).toEqual([]);
    const hidden = await declare(agency, { seatId: toId('seat', other.id) }, manager);
    expect(hidden.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const operator = await api.keyOf(agency, 'OPERATOR');
    expect((await declare(agency, {}, operator)).userErrors).toMatchObject([{ code: 'FORBIDDEN_FOR_ROLE' }]);
  });
});

async function inBooks({ agencyId }: SeededAgency, text: string): Promise<Json[]> {
  return api.dataSource.transaction(async (manager) => {
    await manager.query('SELECT see_agencies($1)', [[agencyId]]);
    return manager.query(text);
  });
}
