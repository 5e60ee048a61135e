import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { Json } from '../support/api.js';
import { SeatRules } from './seat-rules.support.js';

const DAY_MS = 86_400_000;
const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
const iso = (at: number): string => new Date(at).toISOString();

let rules: SeatRules;
beforeAll(async () => {
  rules = await SeatRules.open(iso(BEGAN));
});
afterAll(() => rules.close());
beforeEach(() => rules.setClock(BEGAN));

const FIELDS = 'id status restrictions { id kind actions reportedAt until halfCapsUntil note }';

async function statusOf(reservationId: string): Promise<Json> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Reservation { status releasedBecause } } }`;
  return (await rules.api.data(rules.agency.key, query, { id: reservationId })).node;
}

async function seatsWith(status: string): Promise<string[]> {
  const query = `{ seats(first: 100, statuses: [${status}]) { nodes { id } } }`;
  const { seats } = await rules.api.data(rules.agency.key, query);
  return seats.nodes.map(({ id }: Json) => id);
}

/** What was told of a seat, by code and words. */
async function told(seatId: string): Promise<Json[]> {
  const query = `query ($id: ID!) { alerts(seatId: $id, kinds: [SEAT_RESTRICTED]) {
    nodes { kind severity message raisedAt clientAccount { id } seat { id } } } }`;
  return (await rules.api.data(rules.agency.key, query, { id: seatId })).alerts.nodes;
}

describe('reportRestriction', () => {
  it('lists each limit of the policy once, and the halved ones beside them once they hold', async () => {
    const seatId = await rules.addSeat();
    const query = 'query ($id: ID!) { limits(scopeId: $id) { id origin max } }';
    const limits = async (): Promise<Json[]> =>
      (await rules.api.data(rules.agency.key, query, { id: seatId })).limits;
    const before = await limits();
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY' }, FIELDS);
    expect(await limits()).toEqual(before);
    await rules.setClock(BEGAN + 4 * DAY_MS);
    const halved = (await limits()).filter(({ origin }) => origin === 'RESTRICTION');
    expect(halved).toHaveLength(before.length);
    expect(new Set((await limits()).map(({ id }) => id)).size).toBe(2 * before.length);
    await rules.setClock(BEGAN + 30 * DAY_MS);
    expect(await limits()).toEqual(before);
  });

  it.each<[string, string[] | null, number | null]>([
    ['INVITATION_LIMIT', ['CONNECTION_REQUEST'], 7],
    ['TOO_MANY_PENDING', ['CONNECTION_REQUEST'], 30],
    ['TEMPORARY', null, 3],
    ['IDENTITY_CHECK', null, null],
    ['PERMANENT', null, null],
  ])('%s stops %j for %d days', async (kind, actions, days) => {
    const seatId = await rules.addSeat();
    const { seat, userErrors } = await rules.change(
      'reportRestriction',
      { seatId, kind, note: 'seen' },
      FIELDS,
    );
    expect(userErrors).toEqual([]);
    const until = days && iso(BEGAN + days * DAY_MS);
    const halfCapsUntil = days && iso(BEGAN + (days + 14) * DAY_MS);
    expect(seat).toEqual({
      id: seatId,
      status: 'RESTRICTED',
      restrictions: [
        {
          id: expect.stringMatching(/^restriction_/),
          kind,
          actions,
          reportedAt: iso(BEGAN),
          until,
          halfCapsUntil,
          note: 'seen',
        },
      ],
    });
    const { reasons } = await rules.preview(seatId, 'CONNECTION_REQUEST', {
      recipient: { profileUrl: 'linkedin.com/in/somebody', degree: 'SECOND' },
    });
    expect(reasons).toContainEqual({
      code: 'SEAT_RESTRICTED',
      message: `LinkedIn restricted the account: ${kind}.`,
      remedy: 'Wait until it ends, or lift the restriction once LinkedIn has.',
      retryAt: until,
      limit: null,
    });
    expect((await rules.preview(seatId, 'FOLLOW')).outcome).toBe(actions ? 'ALLOWED' : 'DENIED');
  });

  it('P13: releases what is held for the stopped actions at once, and nothing else', async () => {
    const seatId = await rules.addSeat();
    const stopped = (await rules.reserve(seatId, 'COMMENT')).reservation.id;
    const other = (await rules.reserve(seatId, 'FOLLOW')).reservation.id;
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY', actions: ['COMMENT'] });
    expect(await statusOf(stopped)).toEqual({ status: 'RELEASED', releasedBecause: 'SEAT_RESTRICTED' });
    expect(await statusOf(other)).toEqual({ status: 'HELD', releasedBecause: null });
  });

  it('P6: allows at its exact end, by half of every cap for 14 days more', async () => {
    const seatId = await rules.addSeat();
    const until = iso(BEGAN + 5_000);
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY', until });
    const refused = await rules.reserve(seatId, 'COMMENT');
    expect(refused).toMatchObject({ outcome: 'DENIED', retryAt: until, certainAt: until });
    expect(await seatsWith('RESTRICTED')).toContain(seatId);
    expect(await seatsWith('ACTIVE')).not.toContain(seatId);
    expect((await rules.expectExact(seatId, 'COMMENT', until)).outcome).toBe('ALLOWED');
    expect(await seatsWith('ACTIVE')).toContain(seatId);
    const capAt = async (ms: number): Promise<Json> => {
      await rules.setClock(ms);
      const { usage, status } = await rules.seat(
        seatId,
        'status usage(actions: [COMMENT]) { limit { max origin actions } }',
      );
      return [status, usage.find(({ limit }: Json) => limit.actions.length === 1).limit];
    };
    const halfUntil = BEGAN + 5_000 + 14 * DAY_MS;
    expect(await capAt(halfUntil - 1)).toEqual([
      'ACTIVE',
      { max: 8, origin: 'RESTRICTION', actions: ['COMMENT'] },
    ]);
    expect(await capAt(halfUntil)).toEqual(['ACTIVE', { max: 15, origin: 'POLICY', actions: ['COMMENT'] }]);
  });

  it.each<[string, object, string]>([
    ['an end that has passed', { until: iso(BEGAN) }, 'until'],
    ['an end that nobody lives to see', { until: '9999-12-31T23:59:59.999Z' }, 'until'],
    ['no action at all', { actions: [] }, 'actions'],
    ['a note without end', { note: 'x'.repeat(501) }, 'note'],
  ])('refuses %s', async (_what, wrong, field) => {
    const seatId = await rules.addSeat();
    const { seat, userErrors } = await rules.change('reportRestriction', {
      seatId,
      kind: 'TEMPORARY',
      ...wrong,
    });
    expect([seat, userErrors]).toEqual([null, [{ code: 'INVALID', field: ['input', field] }]]);
  });
});

describe('the alert of a restriction', () => {
  it('P10: is told with each report, of the seat and its client account, and of no report that is refused', async () => {
    const seatId = await rules.addSeat();
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY', actions: [] });
    expect(await told(seatId)).toEqual([]);
    await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY', actions: ['COMMENT'] });
    const [restriction] = (await rules.seat(seatId, FIELDS)).restrictions;
    expect(await told(seatId)).toEqual([
      {
        kind: 'SEAT_RESTRICTED',
        severity: 'CRITICAL',
        message: 'LinkedIn restricted the account: TEMPORARY.',
        raisedAt: restriction.reportedAt,
        clientAccount: { id: toId('client', rules.agency.clientAccount.id) },
        seat: { id: seatId },
      },
    ]);
  });
});

describe('releaseReservation with LINKEDIN_LIMIT_NOTICE', () => {
  // The books have come this far already.
  const RELEASED = BEGAN + 5_000;
  beforeEach(() => rules.setClock(RELEASED));
  const RELEASE = `mutation ($input: ReleaseReservationInput!) { releaseReservation(input: $input) {
    reservation { status releasedBecause } userErrors { code } } }`;

  it.each([
    ['CONNECTION_REQUEST', 'INVITATION_LIMIT', 7],
    ['COMMENT', 'TEMPORARY', 3],
  ])('of %s reports %s and releases the others', async (action, kind, days) => {
    const seatId = await rules.addSeat();
    const recipient = () => ({
      profileUrl: `linkedin.com/in/${randomUUID()}`,
      degree: action === 'COMMENT' ? 'FIRST' : 'SECOND',
    });
    const [first, second] = [
      await rules.reserve(seatId, action, { recipient: recipient() }),
      await rules.reserve(seatId, action, { recipient: recipient() }),
    ];
    const input = { reservationId: first.reservation.id, because: 'LINKEDIN_LIMIT_NOTICE' };
    for (let times = 0; times < 2; times += 1) {
      const { releaseReservation } = await rules.api.data(rules.agency.key, RELEASE, { input });
      expect(releaseReservation).toEqual({
        reservation: { status: 'RELEASED', releasedBecause: null },
        userErrors: [],
      });
    }
    expect(await statusOf(second.reservation.id)).toEqual({
      status: 'RELEASED',
      releasedBecause: 'SEAT_RESTRICTED',
    });
    expect(await told(seatId)).toMatchObject([{ message: `LinkedIn restricted the account: ${kind}.` }]);
    const { restrictions } = await rules.seat(seatId, FIELDS);
    expect(restrictions).toMatchObject([{ kind, actions: [action], until: iso(RELEASED + days * DAY_MS) }]);
    expect((await rules.preview(seatId, 'FOLLOW')).outcome).toBe('ALLOWED');
  });

  it('P1: with others that ask at the same time, nothing stays held that LinkedIn has stopped', async () => {
    const seatId = await rules.addSeat();
    const { reservation } = await rules.reserve(seatId, 'COMMENT');
    const asked = Array.from({ length: 6 }, () => rules.reserve(seatId, 'COMMENT'));
    // One of them is held before LinkedIn's notice is told; the others come before it, with it or after it.
    expect((await Promise.race(asked)).outcome).toBe('ALLOWED');
    const input = { reservationId: reservation.id, because: 'LINKEDIN_LIMIT_NOTICE' };
    await Promise.all([
      rules.api.data(rules.agency.key, RELEASE, { input }),
      ...Array.from({ length: 6 }, () => rules.reserve(seatId, 'COMMENT')),
      ...asked,
    ]);
    expect(await rules.reserve(seatId, 'COMMENT')).toMatchObject({
      outcome: 'DENIED',
      reasons: [{ code: 'SEAT_RESTRICTED' }],
    });
    const held = `query ($id: ID!) { reservations(seatId: $id, statuses: [HELD]) { nodes { id } } }`;
    expect((await rules.api.data(rules.agency.key, held, { id: seatId })).reservations.nodes).toEqual([]);
  });
});

// The clock goes on here, and never back: the last of all.
describe('liftRestriction', () => {
  it('ends it now and begins the half caps, once', async () => {
    const seatId = await rules.addSeat();
    const { seat } = await rules.change('reportRestriction', { seatId, kind: 'PERMANENT' }, FIELDS);
    const restrictionId = seat.restrictions[0].id;
    const lifted = BEGAN + DAY_MS;
    for (const at of [lifted, lifted + DAY_MS]) {
      await rules.setClock(at);
      const answer = await rules.change('liftRestriction', { restrictionId }, FIELDS);
      expect(answer).toMatchObject({
        userErrors: [],
        seat: {
          status: 'ACTIVE',
          restrictions: [{ until: iso(lifted), halfCapsUntil: iso(lifted + 14 * DAY_MS) }],
        },
      });
    }
    const { outcome } = await rules.reserve(seatId, 'COMMENT');
    expect(outcome).toBe('ALLOWED');
  });
});
