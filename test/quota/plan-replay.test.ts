import fc from 'fast-check';
import { counterOf } from '../../src/quota/counter.js';
import type { PlanTerms } from '../../src/quota/plan-sends.js';
import { BUILT_IN_COURSE, PolicyCourse } from '../../src/quota/policy/index.js';
import { rolling, type Instant, type Window } from '../../src/quota/window.js';
import { DAY, limitOf, WEEK } from './make.js';
import { DAY_MS, planOf, QUIET, replay, replayByPlan, type PlannedSeat } from './plan-world.js';
import { limitWith, ownPolicy } from './policy/make.js';
import { termsOf } from './purses.js';

const RUNS = Number(process.env['HEADROOM_PLAN_RUNS'] ?? 8);
const { now: NOW } = QUIET;
const GAP_MS = 90_000;
const INVITING = { ...QUIET, action: 'CONNECTION_REQUEST' } as const;
const PREMIUM = termsOf({ openingCredits: 3, addedAt: NOW - 5 * DAY_MS });
const MAILING = { ...QUIET, action: 'INMAIL', tier: 'PREMIUM_CAREER', credits: PREMIUM } as const;

/** What is told of a rate of acceptance or of a history is told of any send: everything else a plan stays clear of. */
const OF_ANY_SEND: readonly string[] = ['LOW_ACCEPTANCE', 'HISTORY_UNKNOWN'];

/**
 * Each slot is allowed once those before it were sent, over no recommended number, and none could be earlier at the pace. Of
 * a long plan some of the slots are asked for.
 */
function check(
  seat: PlannedSeat,
  terms: Partial<PlanTerms> = {},
  { shares = [0.5], every = 1 }: { readonly shares?: readonly number[]; readonly every?: number } = {},
) {
  const plan = planOf(seat, terms);
  const { slots } = plan;
  for (const [index, slot] of slots.entries()) {
    if (index % every !== 0) continue;
    const before = slots.slice(0, index);
    const { outcome, warnings } = replay(seat, before, slot);
    const warned = warnings.flatMap(({ code }) => (OF_ANY_SEND.includes(code) ? [] : [code]));
    expect([index, outcome, warned]).toEqual([index, 'ALLOWED', []]);
    const previous = before.at(-1);
    if (previous === undefined) continue;
    expect(slot - previous).toBeGreaterThanOrEqual(GAP_MS);
    const earliest = previous + paceOf(seat, previous);
    const earlier = shares.map((share) => Math.floor(earliest + share * (slot - 1 - earliest)));
    for (const at of slot > earliest ? [...earlier, slot - 1] : []) {
      expect([index, at, replayByPlan(seat, before, at).outcome]).toEqual([index, at, 'DENIED']);
    }
  }
  return plan;
}

/** Within the policy's windows of bursts a plan goes evenly, by the caps of the instant. */
function paceOf({ action, limits, restrictions }: PlannedSeat, at: Instant): number {
  const isHalf = restrictions.some(({ endsAt, halfCapsUntil }) => endsAt! <= at && at < halfCapsUntil!);
  const [invitations, messages] = isHalf ? [3, 8] : [5, 15];
  const burst =
    action === 'INMAIL' ? 0 : 600_000 / (action === 'CONNECTION_REQUEST' ? invitations : messages);
  const own = limits.map(({ counter: { window }, max }) =>
    window.kind === 'ROLLING' && window.seconds <= 3_600 ? Math.ceil((window.seconds * 1_000) / max) : 0,
  );
  return Math.max(GAP_MS, burst, ...own);
}

function times(slots: readonly Instant[]): string[] {
  return slots.map((slot) => new Date(slot).toISOString().slice(5, 16));
}

/** Of 60 of the last two months, all judged by now, so many accepted. */
function invitedBefore(accepted: number): PlannedSeat['invited'] {
  return Array.from({ length: 60 }, (_, index) => {
    const sentAt = NOW - 58 * DAY_MS + index * 3_600_000;
    const answeredAt = index < accepted ? sentAt + DAY_MS : null;
    return { sentAt, answeredAt, acceptedAt: answeredAt };
  });
}

describe('a plan is what reserve will allow', () => {
  it('takes a credit a send, and goes on with the next grant', () => {
    const { slots, binding } = check(MAILING, { count: 12, until: NOW + 50 * DAY_MS });
    expect(binding).toMatchObject({ code: 'NO_CREDITS', facts: { available: 0 } });
    expect(slots).toHaveLength(8);
    // Three at once; five on the day of the grant, the 19th of December, and the first hours are those of the Monday.
    expect(times(slots.slice(2, 4))).toEqual(['11-24T09:03', '12-21T09:00']);
    expect(binding!.retryAt).toBeGreaterThanOrEqual(Date.parse('2027-01-19T00:00:00Z'));
  });

  it('counts what is held as taken, and an expiry in its time', () => {
    const soon = termsOf({ openingCredits: 4, addedAt: NOW - 89.5 * DAY_MS, perMonth: 0 });
    const seat = { ...MAILING, credits: soon, held: [NOW + 4 * 3_600_000] };
    const { slots, binding } = check(seat, { count: 5 });
    expect(slots).toHaveLength(3);
    expect(binding).toMatchObject({ code: 'NO_CREDITS', retryAt: null });
    const dead = { ...seat, credits: { ...soon, addedAt: NOW - 89.9 * DAY_MS } };
    expect(planOf(dead, { count: 5 }).slots).toEqual([]);
  });

  it('lets each invitation be pending, up to the recommended number', () => {
    const sent = [{ at: NOW - 20 * DAY_MS, count: 495 }];
    const { slots, binding } = check({ ...INVITING, sent }, { count: 9 });
    expect(slots).toHaveLength(5);
    expect(binding).toMatchObject({ code: 'TOO_MANY_PENDING_INVITATIONS', facts: { pending: 500 } });
    const { slots: again } = check({ ...INVITING, sent }, { count: 6, until: NOW + 200 * DAY_MS });
    expect(again[5]).toBeGreaterThanOrEqual(NOW + 160 * DAY_MS);
  });

  it('waits for the end of a restriction, and keeps half caps behind it', () => {
    const endsAt = NOW + 3 * DAY_MS;
    const halfCapsUntil = endsAt + 14 * DAY_MS;
    const restriction = { kind: 'TEMPORARY', actions: null, endsAt, halfCapsUntil } as const;
    const { slots } = check({ ...INVITING, restrictions: [restriction] }, { count: 40 });
    expect(times(slots.slice(0, 1))).toEqual(['11-27T09:00']);
    // 15 in 24 hours: the policy's 30, halved.
    expect(slots.filter((slot) => slot < slots[0]! + DAY_MS)).toHaveLength(15);
  });

  it('keeps to own hours, days off and the zone of the seat', () => {
    const hours = { days: [2, 4], from: '21:00', to: '21:05' };
    const seat = { ...QUIET, hours, daysOff: ['2026-11-26'], timeZone: 'America/New_York' };
    const { slots } = check(seat, { count: 6 });
    const tuesday = ['11-25T02:00', '11-25T02:01', '11-25T02:03', '11-25T02:04'];
    expect(times(slots)).toEqual([...tuesday, '12-02T02:00', '12-02T02:01']);
  });

  it('warms up, and begins anew after an idleness that its own restriction makes', () => {
    const seat = { ...QUIET, warmUpStartedOn: '2026-11-24' };
    const { slots } = check(seat, { count: 40 });
    expect(slots.filter((slot) => slot < NOW + DAY_MS)).toHaveLength(10);
    const endsAt = NOW + 40 * DAY_MS;
    const restrictions = [{ kind: 'TEMPORARY', actions: null, endsAt, halfCapsUntil: endsAt } as const];
    const held = [NOW + 3_600_000];
    const hours = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
    // Ten, and two more from midnight on: the ramp grows again.
    const idle = check({ ...seat, restrictions, held, hours }, { count: 25, until: NOW + 90 * DAY_MS });
    expect(idle.slots.filter((slot) => slot < idle.slots[0]! + DAY_MS)).toHaveLength(12);
  });

  it('is judged by its own invitations when they are old enough', () => {
    const sentAt = NOW - 5 * DAY_MS;
    const seat = { ...INVITING, invited: [{ sentAt, answeredAt: NOW, acceptedAt: NOW }] };
    const { slots } = check(seat, { count: 400, until: NOW + 60 * DAY_MS }, { every: 19 });
    // 30 days on more than 50 of its own are judged, and nobody took one: none for a week, then five a day.
    const pauses = slots.map((slot, index) => slot - (slots[index - 1] ?? slot));
    const longest = Math.max(...pauses);
    expect(longest).toBeGreaterThanOrEqual(7 * DAY_MS);
    const resumed = slots[pauses.indexOf(longest)]!;
    expect(slots.filter((slot) => slot >= resumed && slot < resumed + DAY_MS)).toHaveLength(5);
  });

  it('sends none while hardly anybody accepts, then few', () => {
    const seat = { ...INVITING, invited: invitedBefore(1) };
    const { slots } = check(seat, { count: 12, until: NOW + 30 * DAY_MS });
    expect(slots.filter((slot) => slot < NOW + DAY_MS)).toHaveLength(5);
    // The one who accepted leaves in two days: what nobody answers says nothing any more.
    expect(slots).toHaveLength(12);
    const since = NOW - 2 * DAY_MS;
    const sent = invitedBefore(1).map((one) => ({ ...one, sentAt: one.sentAt + 26 * DAY_MS }));
    const answered = sent.map((one) =>
      one.acceptedAt ? { ...one, answeredAt: since, acceptedAt: since } : one,
    );
    const stopped = check({ ...seat, invited: answered }, { count: 6, until: NOW + 30 * DAY_MS });
    // The fiftieth of them is 30 days old in an hour: none for a week, then five a day.
    expect(sent[49]!.sentAt + 30 * DAY_MS).toBe(NOW + 3_600_000);
    expect(times([stopped.slots[0]!, stopped.slots[5]!])).toEqual(['12-01T09:00', '12-02T09:00']);
  });

  it('P1: whatever the seat is under', () => {
    const offset = (days: number) => fc.integer({ min: 0, max: days * DAY_MS });
    const window = fc.constantFrom<Window>(rolling(1_800), rolling(7_200), rolling(3 * 86_400), DAY, WEEK);
    const seats = fc.record({
      action: fc.constantFrom('DIRECT_MESSAGE', 'CONNECTION_REQUEST', 'INMAIL' as const),
      sent: fc.array(fc.record({ at: offset(8), count: fc.integer({ min: 1, max: 4 }) }), { maxLength: 6 }),
      held: fc.array(offset(1), { maxLength: 3 }),
      limits: fc.array(fc.tuple(window, fc.integer({ min: 1, max: 9 })), { maxLength: 2 }),
      restriction: fc.option(fc.tuple(fc.integer({ min: -13, max: 40 }), fc.boolean())),
      isOpen: fc.boolean(),
      daysOff: fc.subarray(['2026-11-24', '2026-11-25', '2026-11-30', '2026-12-01']),
      warmUp: fc.option(fc.constantFrom('2026-10-01', '2026-11-10', '2026-11-24')),
      perDay: fc.integer({ min: 0, max: 6 }),
      credits: fc.integer({ min: 0, max: 6 }),
      accepted: fc.option(fc.integer({ min: 1, max: 20 })),
      timeZone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu'),
      tier: fc.constantFrom('BASIC', 'PREMIUM_CAREER', 'SALES_NAVIGATOR', 'RECRUITER_LITE' as const),
      history: fc.constantFrom('DECLARED', 'UNKNOWN' as const),
      limitMode: fc.constantFrom('CEILING', 'RECOMMENDED' as const),
      versionInDays: fc.option(fc.integer({ min: 1, max: 50 })),
    });
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 1 });
    let planned = 0;
    fc.assert(
      fc.property(seats, fractions, ({ action, ...drawn }, shares) => {
        const counter = (of: Window) => counterOf([action], false, of);
        const seat: PlannedSeat = {
          ...{ now: NOW, action, daysOff: drawn.daysOff, timeZone: drawn.timeZone },
          ...{ tier: drawn.tier, history: drawn.history, limitMode: drawn.limitMode },
          course: courseOf(drawn.versionInDays),
          sent: drawn.sent.map(({ at, count }) => ({ at: NOW - at, count })),
          held: drawn.held.map((after) => NOW + 1 + after),
          limits: drawn.limits.map(([of, max]) => limitOf(max, of, { counter: counter(of) })),
          restrictions: restrictionOf(drawn.restriction),
          hours: drawn.isOpen ? { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' } : null,
          warmUpStartedOn: drawn.warmUp,
          outsideUses:
            drawn.perDay === 0
              ? []
              : [{ action, perDay: drawn.perDay, from: '2026-11-20', until: '2026-11-28' }],
          credits:
            drawn.tier === 'BASIC'
              ? null
              : termsOf({ openingCredits: drawn.credits, addedAt: NOW - 40 * DAY_MS, tier: drawn.tier }),
          invited: drawn.accepted === null ? [] : invitedBefore(drawn.accepted),
        };
        planned += check(seat, { count: 18, until: NOW + 80 * DAY_MS }, { shares }).slots.length;
      }),
      { numRuns: RUNS },
    );
    expect(planned).toBeGreaterThan(5 * RUNS);
  });
});

/** A version to come has lower numbers, none of them of a window of bursts. */
function courseOf(inDays: number | null): PolicyCourse {
  if (inDays === null) return BUILT_IN_COURSE;
  const [messages, invitations] = [
    limitWith('DIRECT_MESSAGE', 86_400, 12, 6),
    limitWith('CONNECTION_REQUEST', 604_800, 20, 11),
  ];
  const changed = ownPolicy(2, NOW + inDays * DAY_MS, (rule) => ({
    ...messages(rule),
    ...invitations(rule),
  }));
  return new PolicyCourse([ownPolicy(1, 0), changed]);
}

function restrictionOf(drawn: readonly [days: number, all: boolean] | null): PlannedSeat['restrictions'] {
  if (!drawn) return [];
  const [days, all] = drawn;
  const endsAt = NOW + days * DAY_MS;
  const actions = all ? null : (['CONNECTION_REQUEST'] as const);
  return [{ kind: 'TEMPORARY', actions, endsAt, halfCapsUntil: endsAt + 14 * DAY_MS }];
}
