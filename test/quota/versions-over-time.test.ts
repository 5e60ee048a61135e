import fc from 'fast-check';
import {
  limitsThrough,
  lowestLimits,
  maxAt,
  policyLimits,
  stepsAhead,
  withoutSteps,
  NO_MAX,
  type Limit,
} from '../../src/quota/limit.js';
import { PolicyCourse, type Policy } from '../../src/quota/policy/index.js';
import { halfCapLimits } from '../../src/quota/rules/restriction.rule.js';
import { loweredLimitsAt, seatLimitsOverTime } from '../../src/ledger/reading/seat-limits.js';
import type { RestrictionFacts } from '../../src/quota/seat-facts.js';
import { warmUpLimits, type WarmUp } from '../../src/quota/warm-up.js';
import { DAY as DAY_MS, type Instant } from '../../src/quota/window.js';
import { limitWith, ownPolicy } from './policy/make.js';
import { at, SEAT } from './make.js';

const TERMS = { tier: 'BASIC', history: 'DECLARED', limitMode: 'CEILING' } as const;

/** A seat's policy limits at an instant, with what versions to come make of them. */
function policyLimitsFrom(course: PolicyCourse, when: Instant): Limit[] {
  return limitsThrough(course, when, (policy) => policyLimits(policy, TERMS, SEAT));
}

describe('what time alone makes of the limits of versions to come', () => {
  const KEY = 'DIRECT_MESSAGE@86400';
  const start = at('2026-11-02T00:00Z');
  const next = start + 2 * DAY_MS + 5_000;
  const course = new PolicyCourse([
    ownPolicy(1, 0, limitWith('DIRECT_MESSAGE', 86_400, 100, 50)),
    ownPolicy(2, next, limitWith('DIRECT_MESSAGE', 86_400, 40, 20)),
  ]);
  const warmUp: WarmUp = {
    startedOn: '2026-11-01',
    resumedAt: null,
    lastSentAt: start,
    heldUntil: [],
    zones: [{ from: 0, timeZone: 'UTC' }],
  };
  const restriction: RestrictionFacts = {
    kind: 'TEMPORARY',
    actions: null,
    endsAt: start + DAY_MS,
    halfCapsUntil: start + 5 * DAY_MS,
  };
  const lowestAt = (
    when: Instant,
    others: readonly ((policy: Policy, limits: Limit[]) => Limit[])[],
    versions = course,
  ): Limit => {
    const all = others.flatMap((other) =>
      limitsThrough(versions, when, (policy) => other(policy, policyLimits(policy, TERMS, SEAT))),
    );
    const lowest = lowestLimits([...policyLimitsFrom(versions, when), ...all]);
    return lowest.find(({ counter }) => counter.key === KEY)!;
  };
  const warming =
    (when: Instant, other: Partial<WarmUp> = {}) =>
    (policy: Policy, limits: Limit[]) =>
      warmUpLimits(policy, limits, { ...warmUp, ...other }, when);
  const halving = (when: Instant) => (_: Policy, limits: Limit[]) =>
    halfCapLimits(limits, [restriction], when);

  it('is a ramp of each version’s own recommended number, from its instant on', () => {
    const limit = lowestAt(start, [warming(start)]);
    // ⌈50 × 23 %⌉, ⌈50 × 26 %⌉; then ⌈20 × 29 %⌉ as soon as the version is in force, ⌈20 × 32 %⌉ at the next midnight.
    const day = (days: number) => maxAt(limit, start + days * DAY_MS);
    expect([day(0), day(1), maxAt(limit, next - 1), maxAt(limit, next), day(3)]).toEqual([12, 13, 15, 6, 7]);
    expect([day(25), day(26), day(60)]).toEqual([20, 40, 4]);
  });

  it('is the half of each version’s own maximum', () => {
    const limit = lowestAt(start, [halving(start)]);
    const day = (days: number) => maxAt(limit, start + days * DAY_MS);
    expect([day(0), day(1), maxAt(limit, next - 1), maxAt(limit, next), day(5)]).toEqual([
      100, 50, 50, 20, 40,
    ]);
  });

  it('P6: is the same whether it is asked before a version comes, or once it has come', () => {
    const instants = fc.integer({ min: 0, max: 40 * 24 }).map((hours) => start + hours * 3_600_000);
    const versions = fc.record({
      from: instants,
      recommended: fc.nat(50),
      first: fc.integer({ min: 10, max: 60 }),
      more: fc.integer({ min: 4, max: 20 }),
    });
    const held = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(versions, { maxLength: 3 }), instants, held, (some, then, holds) => {
        const own = some.map(({ from, recommended, first, more }, index) => {
          const policy = ownPolicy(index + 2, from, (rule) => ({
            ...limitWith('DIRECT_MESSAGE', 86_400, 60, recommended)(rule),
            ...(rule.kind === 'WARM_UP' && { recommended: first }),
            ...(rule.kind === 'WARM_UP_PER_DAY' && { recommended: more }),
          }));
          return policy;
        });
        const all = new PolicyCourse([ownPolicy(1, 0), ...own]);
        const before = { heldUntil: holds.map((seconds) => start + seconds * 1_000) };
        const ahead = lowestAt(start, [warming(start, before), halving(start)], all);
        const lapsed = lowestAt(then, [warming(then), halving(then)], all);
        // By then holds lapsed, and are no more.
        if (then > start + DAY_MS) expect(maxAt(ahead, then)).toBe(maxAt(lapsed, then));
        const recommended = stepsAhead(ahead, 'LAPSE').findLast(({ from }) => from <= then)?.recommended;
        if (then > start) expect(recommended ?? ahead.recommended).toBe(lapsed.recommended);
      }),
    );
  });

  it('is another one if what is held is sent', () => {
    const idle = { lastSentAt: start - 29 * DAY_MS, heldUntil: [start + 600_000], startedOn: '2026-09-01' };
    const limit = lowestAt(start, [warming(start, idle)]);
    const later = start + DAY_MS;
    // Idle for 30 days tomorrow, unless the hold is sent.
    expect([maxAt(limit, later, 'LAPSE'), maxAt(limit, later, 'COMMIT')]).toEqual([10, 100]);
    expect([maxAt(limit, next, 'LAPSE'), maxAt(limit, next, 'COMMIT')]).toEqual([4, 40]);
  });

  it('is found of one instant alone as it is found from there on', () => {
    const instants = fc.integer({ min: -60 * 24, max: 60 * 24 }).map((hours) => start + hours * 3_600_000);
    const anywhere = fc.record({ sent: fc.option(instants), again: fc.option(instants), then: instants });
    const started = fc.constantFrom(null, '2026-10-20', '2026-11-01', '2026-12-24');
    const restricted = fc.constantFrom<readonly RestrictionFacts[]>([], [restriction]);
    fc.assert(
      fc.property(anywhere, started, restricted, ({ sent, again, then }, warmUpStartedOn, restrictions) => {
        const seat = { ...TERMS, course, warmUpStartedOn, restrictions, zones: { seat: warmUp.zones } };
        const pace = { lastSentAt: sent, resumedAt: again, lastHeldAt: null, heldUntil: [] };
        const overTime = [...policyLimitsFrom(course, then), ...seatLimitsOverTime(seat, SEAT, then, pace)];
        const ofPolicy = policyLimits(course.at(then), TERMS, SEAT);
        const alone = [...ofPolicy, ...loweredLimitsAt(seat, ofPolicy, then, pace)];
        const inForce = lowestLimits(overTime).filter(({ max }) => max !== NO_MAX);
        expect(lowestLimits(alone)).toEqual(inForce.map(withoutSteps));
      }),
    );
  });
});
