import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const PLAN = `query ($input: PlanSendsInput!) { planSends(input: $input) {
  slots fits doesNotFit binding { code message limit { max } } } }`;
const DAY = 86_400_000;

function inputOf({ seat }: SeededAgency, other: object = {}): Json {
  const until = new Date(Date.now() + 30 * DAY).toISOString();
  return { seatId: toId('seat', seat.id), action: 'CONNECTION_REQUEST', count: 20, until, ...other };
}

async function plan(agency: SeededAgency, other: object = {}): Promise<Json> {
  return (await api.data(agency.key, PLAN, { input: inputOf(agency, other) })).planSends;
}

describe('planSends', () => {
  it('plans within working hours and under the recommended numbers, and holds nothing', async () => {
    const agency = await api.seed();
    const { slots, ...counts } = await plan(agency);
    expect(counts).toEqual({ fits: 20, doesNotFit: 0, binding: null });
    const instants: number[] = slots.map(Date.parse);
    for (const [index, slot] of instants.entries()) {
      const date = new Date(slot);
      expect([0, 6]).not.toContain(date.getUTCDay());
      expect(date.getUTCHours()).toBeGreaterThanOrEqual(9);
      expect(date.getUTCHours()).toBeLessThan(18);
      const before = instants.slice(0, index).filter((other) => other > slot - DAY);
      expect(before.length).toBeLessThan(16);
      if (index > 0) expect(slot - instants[index - 1]!).toBeGreaterThanOrEqual(90_000);
    }
    const held = await api.data(agency.key, '{ reservations { nodes { id } } decisions { nodes { id } } }');
    expect(held).toEqual({ reservations: { nodes: [] }, decisions: { nodes: [] } });
  });

  it('tells what does not fit, and why', async () => {
    const agency = await api.seed();
    const until = new Date(Date.now() + 300 * DAY).toISOString();
    const pause = 'mutation ($input: SeatInput!) { pauseSeat(input: $input) { userErrors { code } } }';
    const message = await plan(agency, { count: 1000, until: new Date(Date.now() + 7 * DAY).toISOString() });
    expect(message).toMatchObject({ binding: { code: 'LIMIT_REACHED' } });
    expect(message.fits + message.doesNotFit).toBe(1000);
    expect(message.fits).toBeLessThanOrEqual(80 + 16);
    await api.data(agency.key, pause, { input: { seatId: toId('seat', agency.seat.id) } });
    const paused = await plan(agency, { until });
    expect(paused).toMatchObject({ fits: 0, doesNotFit: 20, binding: { code: 'SEAT_PAUSED', limit: null } });
  });

  it('keeps its distance from what was just done', async () => {
    const agency = await api.seed({
      seat: { workingHours: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' } },
    });
    const occurredAt = new Date().toISOString();
    const record = { seatId: toId('seat', agency.seat.id), action: 'FOLLOW', occurredAt };
    const mutation =
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
    await api.data(agency.key, mutation, { inputs: [{ ...record, idempotencyKey: randomUUID() }] });
    const { slots } = await plan(agency, { count: 1 });
    expect(Date.parse(slots[0])).toBe(Date.parse(occurredAt) + 90_000);
  });

  it.each([
    ['no sends', { count: 0 }],
    ['more than 1,000', { count: 1001 }],
    ['an end before its beginning', { from: '2026-02-02T00:00:00Z', until: '2026-02-01T00:00:00Z' }],
  ])('takes no plan of %s', async (_what, wrong) => {
    const agency = await api.seed();
    expect(await api.code(agency.key, PLAN, { input: inputOf(agency, wrong) })).toBe('BAD_USER_INPUT');
  });

  it('is for those who may preview, of seats that there are', async () => {
    const agency = await api.seed();
    const analyst = await api.keyOf(agency, 'ANALYST');
    expect(await api.code(analyst, PLAN, { input: inputOf(agency) })).toBe('FORBIDDEN');
    const nobodys = { seatId: toId('seat', randomUUID()) };
    expect(await api.code(agency.key, PLAN, { input: inputOf(agency, nobodys) })).toBe('NOT_FOUND');
  });
});
