import fc from 'fast-check';
import type { Ask } from '../../src/quota/ask.js';
import { counterOf } from '../../src/quota/counter.js';
import { roomLeft, usageOf } from '../../src/quota/decide.js';
import { isInForce, limitsThrough, maxAt, NO_MAX, policyLimits, type Limit } from '../../src/quota/limit.js';
import type { PersonFacts } from '../../src/quota/person.js';
import { planSends } from '../../src/quota/plan-sends.js';
import { PolicyCourse } from '../../src/quota/policy/index.js';
import { during, firstAdmitted, type Rule } from '../../src/quota/rule.js';
import { rolling, type Instant } from '../../src/quota/window.js';
import { limitWith, ownPolicy } from './policy/make.js';
import { purseAt, termsOf, at, told } from './purses.js';
import { askOf, limitOf, Seat, SEAT, through } from './make.js';

/** P6 with versions of the policy that are published and not in force yet. */

const NOW = 1_000_000;
const THEN = NOW + 5_000;
const TERMS = { tier: 'BASIC', history: 'DECLARED', limitMode: 'CEILING' } as const;

/** A seat's policy limits at an instant, with what versions to come make of them. */
function policyLimitsFrom(course: PolicyCourse, when: Instant): Limit[] {
  return limitsThrough(course, when, (policy) => policyLimits(policy, TERMS, SEAT));
}

describe('limits of versions to come', () => {
  const rising = new PolicyCourse([
    ownPolicy(1, 0, limitWith('DIRECT_MESSAGE', 86_400, 1, 1)),
    ownPolicy(2, THEN, limitWith('DIRECT_MESSAGE', 86_400, 2, 2)),
  ]);

  it('P6: admit at the instant at which a version with more room comes into force, and not 1 ms before', () => {
    const seat = new Seat(policyLimitsFrom(rising, NOW));
    seat.record(NOW);
    expect(seat.ask(NOW + 1)).toMatchObject({ outcome: 'DENIED', retryAt: THEN, certainAt: THEN });
    const limits = policyLimitsFrom(rising, THEN - 1);
    expect(limits.find(({ counter }) => counter.key === 'DIRECT_MESSAGE@86400')).toMatchObject({
      max: 1,
      later: [{ from: THEN, max: 2 }],
    });
    const after = policyLimitsFrom(rising, THEN);
    expect(after.find(({ counter }) => counter.key === 'DIRECT_MESSAGE@86400')).toMatchObject({ max: 2 });
  });

  it('P6: do not admit when something leaves after a version with less room has come', () => {
    const falling = new PolicyCourse([
      ownPolicy(1, 0, limitWith('DIRECT_MESSAGE', 600, 2, null)),
      ownPolicy(2, THEN, limitWith('DIRECT_MESSAGE', 600, 1, null)),
    ]);
    const seat = new Seat(policyLimitsFrom(falling, NOW));
    seat.record(NOW - 300_000);
    seat.record(NOW);
    // One leaves at NOW + 300 s, when one is too many already: the other has to leave as well.
    expect(seat.ask(NOW + 1)).toMatchObject({ outcome: 'DENIED', retryAt: NOW + 600_000 });
  });

  it('are told with the limit in force where another one has none yet, and nobody is shown what is none', () => {
    const limitsOther = (rule: { kind: string; description: string }) =>
      rule.description === 'Direct messages in 10 minutes' ? { window: rolling(300) } : {};
    const course = new PolicyCourse([ownPolicy(1, 0), ownPolicy(2, THEN, limitsOther)]);
    const limits = policyLimitsFrom(course, NOW);
    const of = (key: string): Limit => limits.find(({ counter }) => counter.key === key)!;
    const coming = of('DIRECT_MESSAGE@300');
    const going = of('DIRECT_MESSAGE@600');
    expect([maxAt(coming, THEN - 1), maxAt(coming, THEN)]).toEqual([NO_MAX, 15]);
    expect([maxAt(going, THEN - 1), maxAt(going, THEN)]).toEqual([15, NO_MAX]);
    const shown = new Seat(limits).batch(NOW, ({ book }) => usageOf(limits, book));
    expect(shown.map(({ limit }) => limit.counter.key)).not.toContain('DIRECT_MESSAGE@300');
    expect(shown).toHaveLength(limits.filter(isInForce).length);
  });

  it('say how much room there is now, and nothing of later', () => {
    const limits = policyLimitsFrom(rising, NOW);
    const seat = new Seat(limits);
    seat.record(NOW);
    const left = (when: Instant) =>
      seat.batch(when, ({ book }) => roomLeft(askOf(policyLimitsFrom(rising, when)), book, when));
    expect([left(THEN - 1), left(THEN)]).toEqual([0, 1]);
  });

  it('never let a plan go over the recommended number of the version of its instant', () => {
    const hour = 3_600_000;
    const course = new PolicyCourse([
      ownPolicy(1, 0, limitWith('DIRECT_MESSAGE', 86_400, 10, 1)),
      ownPolicy(2, NOW + hour, limitWith('DIRECT_MESSAGE', 86_400, 10, 3)),
    ]);
    const seat = new Seat(policyLimitsFrom(course, NOW));
    const batch = seat.world.begin(NOW, [SEAT], seat.limits);
    const terms = {
      ...{ count: 9, from: NOW, until: NOW + 20 * hour, lastSentAt: null },
      ...{ gapSecondsAt: (when: Instant) => (when < NOW + hour ? 90 : 120), steadyMs: Infinity },
    };
    const { slots } = through(planSends(() => askOf(seat.limits), batch.book, NOW, terms));
    expect(slots).toEqual([NOW, NOW + hour, NOW + hour + 120_000]);
  });
});

describe('other rules of versions to come', () => {
  const open = [limitOf(9, rolling(60))];
  const numbers = (most: number) => ({
    lengths: { subject: { recommended: null, most: null }, body: { recommended: null, most } },
    people: { recommended: null, most: null },
    windowMs: 0,
  });
  const text = (most: number) => ({
    marks: {
      lengths: { subject: null, body: 250 },
      placeholders: { subject: null, body: null },
      personal: null,
      sketches: [],
    },
    numbers: numbers(most),
    isReply: false,
    writtenBefore: null,
    earlier: [],
  });
  const person = (embargo: number): PersonFacts => ({
    degree: 'SECOND',
    openProfile: false,
    isReply: false,
    invitedAt: null,
    withdrawnAt: NOW - 1_000,
    inmailAt: null,
    declined: false,
    holds: [],
    doNotContact: null,
    spans: { invitationLapsesAfter: 0, reinviteEmbargo: embargo, awaitsReplyFor: 0 },
  });

  it('P6: a text that is too long is not, from the version that allows it on', () => {
    const seat = new Seat(open);
    const later = [{ from: THEN, ask: askOf(open, { text: text(300) }) }];
    expect(seat.ask(NOW, { text: text(200), later })).toMatchObject({
      reasons: [{ code: 'TEXT_TOO_LONG', retryAt: THEN }],
      retryAt: THEN,
      certainAt: THEN,
    });
    expect(seat.ask(NOW, { text: text(200) })).toMatchObject({ retryAt: null });
  });

  it('P6: a reason of its own goes on through the versions that say the same', () => {
    const later = [
      { from: THEN, ask: askOf(open, { text: text(249) }) },
      { from: THEN + 9, ask: askOf(open, { text: text(250) }) },
    ];
    const seat = new Seat(open);
    const shorter = [{ from: THEN, ask: askOf(open, { text: text(249) }) }];
    expect(seat.ask(NOW, { text: text(200), later })).toMatchObject({
      reasons: [{ code: 'TEXT_TOO_LONG', facts: { most: 200 }, retryAt: THEN + 9 }],
      retryAt: THEN + 9,
    });
    expect(seat.ask(NOW, { text: text(200), later: shorter })).toMatchObject({
      reasons: [{ retryAt: null }],
      retryAt: null,
    });
  });

  it('P6: an embargo that a version shortens ends with it, and one that it lengthens goes on', () => {
    const invite = { action: 'CONNECTION_REQUEST' } as const;
    const counter = counterOf(['CONNECTION_REQUEST'], false, rolling(60));
    const limits = [limitOf(9, rolling(60), { counter })];
    const later = (embargo: number) => [
      { from: THEN, ask: askOf(limits, { ...invite, person: person(embargo) }) },
    ];
    const ask = (now: number, then: number) =>
      new Seat(limits).ask(NOW, { ...invite, person: person(now), later: later(then) }).retryAt;
    expect(ask(100_000, 2_000)).toBe(THEN);
    expect(ask(100_000, 50_000)).toBe(NOW + 49_000);
    expect(ask(3_000, 9_000)).toBe(NOW + 2_000);
    expect(ask(6_000, 9_000)).toBe(NOW + 8_000);
  });

  it('P6: rules that hold for their own times alone admit when a plain search says so', () => {
    const spans = fc.array(fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12), fc.boolean()), { maxLength: 8 });
    fc.assert(
      fc.property(spans, fc.nat(12), (asked, when) => {
        const refusing = asked.map(([from, length, ends, forever]) => ({
          refuses: (instant: number) => forever || instant < ends,
          from,
          until: from + length,
          rule: {
            objectionAt: (instant) =>
              forever || instant < ends ? { code: 'TOO_SOON', facts: {}, limit: null } : null,
            admitsFrom: (instant) => (forever ? null : Math.max(instant, ends)),
          } satisfies Rule,
        }));
        const rules = refusing.map(({ rule, from, until }) => during(rule, from, until));
        const isRefused = (instant: number): boolean =>
          refusing.some(({ refuses, from, until }) => from <= instant && instant < until && refuses(instant));
        let expected = when;
        while (isRefused(expected)) expected += 1;
        expect(firstAdmitted(rules, when)).toBe(expected);
      }),
    );
  });

  it('P6: what refuses without an end in the last version refuses for ever', () => {
    const never: Rule = {
      objectionAt: () => ({ code: 'SEAT_PAUSED', facts: {}, limit: null }),
      admitsFrom: () => null,
    };
    expect(firstAdmitted([during(never, THEN, Infinity)], THEN)).toBeNull();
    expect(firstAdmitted([during(never, THEN, Infinity)], NOW)).toBe(NOW);
  });

  it('P6: a rule reads of the later ask what it judges by', () => {
    const ask: Partial<Ask> = {
      text: text(300),
      later: [{ from: THEN, ask: askOf(open, { text: text(200) }) }],
    };
    const seat = new Seat([
      limitOf(0, rolling(60), { later: [{ from: THEN + 1, max: 1, origin: 'CUSTOM' }] }),
    ]);
    // There is room only when the text has become too long.
    expect(seat.ask(NOW, ask)).toMatchObject({ outcome: 'DENIED', retryAt: null });
  });
});

describe('credits of versions to come', () => {
  const creditsFrom = (number: number, from: string, perMonth: number) => {
    const policy = ownPolicy(number, at(from));
    const creditRules = policy.creditRules.map((rule) =>
      rule.tier === 'PREMIUM_CAREER' ? { ...rule, perMonth, keep: 2 * perMonth } : rule,
    );
    return { ...policy, creditRules };
  };

  it('are granted by the version of the day of the grant, whenever somebody looks', () => {
    const course = new PolicyCourse([creditsFrom(1, '2027-02-10T00:00:00.001Z', 7)]);
    const terms = termsOf({ course, addedAt: at('2027-01-10T12:00Z') });
    expect(told(purseAt('2027-03-20T00:00Z', terms))).toEqual([
      '2027-02-10T00:00:00.000Z GRANT 5 = 5',
      '2027-03-10T00:00:00.000Z GRANT 7 = 12',
    ]);
    const before = purseAt('2027-02-20T00:00Z', terms);
    expect(before.nextGrant()).toEqual({ at: at('2027-03-10T00:00Z'), amount: 7 });
  });
});
