import { randomUUID } from 'node:crypto';
import type { AddSeat } from '../../src/services/seats/seat.checks.js';
import type { Json } from '../support/api.js';
import { SeatRules } from './seat-rules.support.js';

const DAY_MS = 86_400_000;
/** A Monday, a minute past nine. */
const BEGAN = Date.parse('2026-11-23T09:01:00.000Z');

let rules: SeatRules;
beforeAll(async () => {
  rules = await SeatRules.open(new Date(BEGAN).toISOString());
});
afterAll(() => rules.close());

async function roomOf(seatId: string, action: string): Promise<Json> {
  const fields = `room(actions: [${action}]) { remaining availableAt binding { code limit { max origin } } }`;
  return (await rules.seat(seatId, fields)).room[0];
}

async function record(seatId: string, action: string, ago: number, count = 1): Promise<void> {
  const mutation = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }`;
  const occurredAt = new Date(BEGAN - ago).toISOString();
  const input = { seatId, action, count, occurredAt, idempotencyKey: randomUUID() };
  await rules.api.data(rules.agency.key, mutation, { inputs: [input] });
}

interface Kind {
  readonly what: string;
  readonly action: string;
  readonly code: string;
  readonly seat?: Partial<AddSeat>;
  readonly prepare?: (seatId: string) => Promise<unknown>;
}

const KINDS: readonly Kind[] = [
  {
    ...{ what: 'a limit', action: 'REACTION', code: 'LIMIT_REACHED' },
    prepare: (seatId) => record(seatId, 'REACTION', 3_600_000, 30),
  },
  {
    ...{ what: 'hours', action: 'REACTION', code: 'OUTSIDE_WORKING_HOURS' },
    seat: { workingHours: { days: [2], from: '10:00', to: '11:00' } },
  },
  {
    ...{ what: 'a restriction', action: 'REACTION', code: 'SEAT_RESTRICTED' },
    prepare: (seatId) => rules.change('reportRestriction', { seatId, kind: 'TEMPORARY' }),
  },
  {
    ...{ what: 'a warm-up', action: 'DIRECT_MESSAGE', code: 'LIMIT_REACHED' },
    seat: { warmUpStartedOn: '2026-11-23' },
    prepare: (seatId) => record(seatId, 'DIRECT_MESSAGE', 3_600_000, 10),
  },
  { what: 'credits', action: 'INMAIL', code: 'NO_CREDITS' },
  {
    ...{ what: 'pending invitations', action: 'CONNECTION_REQUEST', code: 'TOO_MANY_PENDING_INVITATIONS' },
    prepare: (seatId) => record(seatId, 'CONNECTION_REQUEST', 100 * DAY_MS, 700),
  },
];

describe('Seat.room of a seat that has none', () => {
  it.each(KINDS)('for $what is told until exactly when', async ({ action, code, seat, prepare }) => {
    await rules.setClock(BEGAN);
    const seatId = await rules.addSeat(seat);
    await prepare?.(seatId);
    const room = await roomOf(seatId, action);
    expect(room).toMatchObject({ remaining: 0, availableAt: expect.any(String), binding: { code } });
    const ask = async (at: number) => {
      await rules.setClock(at);
      const degree = action === 'DIRECT_MESSAGE' ? 'FIRST' : 'SECOND';
      const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}`, degree };
      const { outcome } = await rules.preview(seatId, action, { recipient });
      return [outcome, (await roomOf(seatId, action)).remaining > 0];
    };
    expect(await ask(Date.parse(room.availableAt) - 1)).toEqual(['DENIED', false]);
    expect(await ask(Date.parse(room.availableAt))).toEqual(['ALLOWED', true]);
  });
});

describe('Seat.room of a seat that has some', () => {
  const SOME: readonly (Kind & { readonly remaining: number })[] = [
    {
      ...{ what: 'credits', action: 'INMAIL', code: 'NO_CREDITS', remaining: 3 },
      seat: { openingCredits: 3 },
    },
    {
      ...{ what: 'pending invitations', action: 'CONNECTION_REQUEST', remaining: 2 },
      code: 'TOO_MANY_PENDING_INVITATIONS',
      prepare: (seatId) => record(seatId, 'CONNECTION_REQUEST', 100 * DAY_MS, 698),
    },
    {
      ...{ what: 'a warm-up', action: 'DIRECT_MESSAGE', code: 'LIMIT_REACHED', remaining: 4 },
      seat: { warmUpStartedOn: '2026-11-23' },
      prepare: (seatId) => record(seatId, 'DIRECT_MESSAGE', 3_600_000, 6),
    },
    { what: 'a burst', action: 'CONNECTION_REQUEST', code: 'LIMIT_REACHED', remaining: 5 },
  ];

  it.each(SOME)('is what $what leaves, and no more can be held', async (kind) => {
    await rules.setClock(BEGAN);
    const { action, code, seat, prepare, remaining } = kind;
    const seatId = await rules.addSeat(seat);
    await prepare?.(seatId);
    expect(await roomOf(seatId, action)).toMatchObject({ remaining, binding: { code } });
    const degree = action === 'DIRECT_MESSAGE' ? 'FIRST' : 'SECOND';
    for (let held = 0; held <= remaining; held += 1) {
      const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}`, degree };
      const { outcome, reasons } = await rules.reserve(seatId, action, { recipient });
      expect([held, outcome]).toEqual([held, held < remaining ? 'ALLOWED' : 'DENIED']);
      if (outcome === 'DENIED') expect(reasons.map((reason: Json) => reason.code)).toContain(code);
    }
  });
});
