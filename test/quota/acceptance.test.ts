import fc from 'fast-check';
import {
  acceptanceCap,
  acceptanceSince,
  acceptanceSteps,
  acceptanceTerms,
  type Acceptance,
  type AcceptanceTerms,
  type Invited,
} from '../../src/quota/acceptance.js';
import { lowestLimits, maxAt } from '../../src/quota/limit.js';
import { BUILT_IN_POLICIES } from '../../src/quota/policy/index.js';
import { DAY, rolling } from '../../src/quota/window.js';
import { askOf, limitOf, Seat, SEAT } from './make.js';
import { counterOf } from '../../src/quota/counter.js';

const TERMS = acceptanceTerms(BUILT_IN_POLICIES[0]!)!;
const NOW = Date.parse('2026-11-24T09:00Z');

/** So many invitations of an instant, of which some were accepted, and some declined, a day later. */
function invited(sentAt: number, count: number, accepted = 0, declined = 0): Invited[] {
  return Array.from({ length: count }, (_, index) => {
    const answeredAt = index < accepted + declined ? sentAt + DAY : null;
    return { sentAt, answeredAt, acceptedAt: index < accepted ? answeredAt : null };
  });
}

function stepsAt(all: readonly Invited[], at = NOW) {
  return acceptanceSteps(all, TERMS, at).map(({ from, acceptance }) => [(from - at) / DAY, acceptance]);
}

describe('how invitations are taken', () => {
  it.each<[string, readonly Invited[], Acceptance]>([
    ['none', [], 'FINE'],
    ['49, none of them accepted', invited(NOW - 40 * DAY, 49, 0, 1), 'FINE'],
    ['50, of them 10 accepted', invited(NOW - 40 * DAY, 50, 10), 'FINE'],
    ['50, of them 9 accepted', invited(NOW - 40 * DAY, 50, 9), 'LOW'],
    ['50, of them 5 accepted', invited(NOW - 40 * DAY, 50, 5), 'LOW'],
    ['50, of them 4 accepted, of age since 10 days', invited(NOW - 40 * DAY, 50, 4), 'SLOWED'],
    ['50, of them 4 accepted, of age since 2 days', invited(NOW - 32 * DAY, 50, 4), 'STOPPED'],
    ['50, of which nobody told an answer', invited(NOW - 40 * DAY, 50), 'LOW'],
    ['50, of which one was declined and none accepted', invited(NOW - 40 * DAY, 50, 0, 1), 'SLOWED'],
    ['50 of less than 30 days, unanswered', invited(NOW - 30 * DAY + 1, 50), 'FINE'],
    ['50 declined after a day', invited(NOW - 2 * DAY, 50, 0, 50), 'STOPPED'],
    ['50 of 60 days ago', invited(NOW - 60 * DAY, 50, 0, 50), 'FINE'],
  ])('%s', (_, all, acceptance) => {
    expect(acceptanceSteps(all, TERMS, NOW)[0]).toMatchObject({ from: NOW, acceptance });
  });

  it('is known in advance: of age, stopped for 7 days, slowed, out of reach', () => {
    const all = [...invited(NOW - 25 * DAY, 50, 1)];
    expect(stepsAt(all)).toEqual([
      [0, 'FINE'],
      [5, 'STOPPED'],
      [12, 'SLOWED'],
      [35, 'FINE'],
    ]);
  });

  it('heals by answers, and is stopped anew when it falls again', () => {
    const all = [
      ...invited(NOW - 40 * DAY, 60, 1),
      ...invited(NOW - 28 * DAY, 8, 8),
      ...invited(NOW - 27 * DAY, 60),
    ];
    expect(stepsAt(all)).toEqual([
      [0, 'LOW'],
      [3, 'STOPPED'],
      [10, 'SLOWED'],
      [20, 'LOW'],
      [33, 'FINE'],
    ]);
  });
});

describe('the cap', () => {
  const counter = counterOf(['CONNECTION_REQUEST'], false, rolling(86_400));
  const policy = limitOf(30, counter.window, { counter });

  it('is 0 while stopped, then 5 a day, and none where it is healed', () => {
    const steps = acceptanceSteps(invited(NOW - 25 * DAY, 50, 1), TERMS, NOW);
    const [limit] = lowestLimits([policy, acceptanceCap(steps, TERMS, SEAT)!]);
    expect([0, 5, 12, 35].map((day) => maxAt(limit!, NOW + day * DAY))).toEqual([30, 0, 5, 30]);
    expect([4, 11, 34].map((day) => maxAt(limit!, NOW + (day + 1) * DAY - 1))).toEqual([30, 0, 5]);
  });

  it('is none where nothing stops or slows the seat', () => {
    expect(acceptanceCap(acceptanceSteps([], TERMS, NOW), TERMS, SEAT)).toBeNull();
  });

  it('P6: one code a state, LOW_ACCEPTANCE until it is slowed, and then LIMIT_REACHED', () => {
    const acceptance = acceptanceSteps(invited(NOW - 32 * DAY, 50, 1), TERMS, NOW);
    const limits = lowestLimits([policy, acceptanceCap(acceptance, TERMS, SEAT)!]);
    const seat = new Seat(limits);
    const ask = askOf(limits, { action: 'CONNECTION_REQUEST', acceptance });
    const refused = seat.batch(NOW, (batch) => batch.decide(ask));
    expect(refused.reasons).toMatchObject([
      { code: 'LOW_ACCEPTANCE', facts: { judged: 50, accepted: 1 }, retryAt: NOW + 5 * DAY },
    ]);
    expect(refused.retryAt).toBe(NOW + 5 * DAY);
  });
});

describe('against plain counting', () => {
  const SMALL: AcceptanceTerms = {
    ...{ reach: 60, judgedAfter: 30, judgedMin: 3, low: 50, stopped: 34 },
    ...{ stopFor: 7, slowedTo: 5, slowedIn: rolling(1) },
  };

  function rate(all: readonly Invited[], at: number) {
    const judged = all.filter(
      ({ sentAt, answeredAt }) =>
        sentAt <= at && at < sentAt + 60 && (at >= sentAt + 30 || (answeredAt !== null && answeredAt <= at)),
    );
    const accepted = judged.filter(({ acceptedAt }) => acceptedAt !== null && acceptedAt <= at).length;
    const isTold = judged.some(({ answeredAt }) => answeredAt !== null && answeredAt <= at);
    const percent = (100 * accepted) / judged.length;
    if (judged.length < 3 || percent >= 50) return 'FINE';
    return percent < 34 && isTold ? 'BAD' : 'LOW';
  }

  function plainly(all: readonly Invited[], at: number): Acceptance {
    const now = rate(all, at);
    if (now !== 'BAD') return now;
    let since = at;
    while (since > at - 7 && rate(all, since - 1) === 'BAD') since -= 1;
    return since > at - 7 ? 'STOPPED' : 'SLOWED';
  }

  const invitation = fc
    .record({
      sentAt: fc.integer({ min: 1, max: 130 }),
      answeredAfter: fc.option(fc.integer({ min: 0, max: 80 })),
      acceptedAfter: fc.option(fc.integer({ min: 0, max: 10 })),
    })
    .map(({ sentAt, answeredAfter, acceptedAfter }): Invited => {
      const answeredAt = answeredAfter === null ? null : sentAt + answeredAfter;
      const acceptedAt = answeredAt === null || acceptedAfter === null ? null : answeredAt + acceptedAfter;
      return { sentAt, answeredAt, acceptedAt };
    });

  it('is the same at every instant, now and in advance', () => {
    fc.assert(
      fc.property(fc.array(invitation, { maxLength: 14 }), fc.integer({ min: 100, max: 180 }), (all, at) => {
        const read = all.filter(({ sentAt }) => sentAt > acceptanceSince(SMALL, at));
        const steps = acceptanceSteps(read, SMALL, at);
        const instants = Array.from({ length: 120 }, (_, after) => at + after);
        const found = instants.map((later) => steps.findLast(({ from }) => from <= later)?.acceptance);
        expect(found).toEqual(instants.map((later) => plainly(all, later)));
      }),
      { numRuns: 300 },
    );
  });
});
