import fc from 'fast-check';
import { BUILT_IN_POLICIES } from '../../src/quota/policy/index.js';
import {
  answeredInMails,
  isResponseArmed,
  isResponseLow,
  lowSince,
  responsesAt,
  responseTerms,
  type SentInMail,
} from '../../src/quota/response-rate.js';
import { DAY } from '../../src/quota/window.js';
import { LINKEDIN_TIERS } from '../../src/quota/words.js';

const POLICY = BUILT_IN_POLICIES[0]!;
const TERMS = responseTerms(POLICY, 'RECRUITER_CORPORATE')!;
const NOW = Date.parse('2026-11-24T09:00Z');

/** So many InMails of an instant, of which some were answered a day later. */
function inMails(sentAt: number, count: number, answered = 0): SentInMail[] {
  return Array.from({ length: count }, (_, index) => ({
    sentAt,
    answeredAt: index < answered ? sentAt + DAY : null,
  }));
}

describe('the response rate of InMails', () => {
  it('is judged of Recruiter tiers alone', () => {
    const judged = LINKEDIN_TIERS.filter((tier) => responseTerms(POLICY, tier) !== null);
    expect(judged).toEqual(['RECRUITER_LITE', 'RECRUITER_PROFESSIONAL_SERVICES', 'RECRUITER_CORPORATE']);
    expect(TERMS).toEqual({ reach: 14 * DAY, sentMin: 100, low: 13 });
  });

  it('is not judged where the policy has no such number', () => {
    const rules = POLICY.rules.filter(({ kind }) => kind !== 'RESPONSE_COUNT');
    expect(responseTerms({ ...POLICY, rules }, 'RECRUITER_LITE')).toBeNull();
  });

  it.each<[string, readonly SentInMail[], boolean]>([
    ['none', [], false],
    ['99, none of them answered', inMails(NOW - 2 * DAY, 99), false],
    ['100, of them 12 answered', inMails(NOW - 2 * DAY, 100, 12), true],
    ['100, of them 13 answered', inMails(NOW - 2 * DAY, 100, 13), false],
    ['200, of them 25 answered', inMails(NOW - 2 * DAY, 200, 25), true],
    ['100 of 14 days ago', inMails(NOW - 14 * DAY, 100), false],
    ['100 of a millisecond less', inMails(NOW - 14 * DAY + 1, 100), true],
    ['100 of this instant', inMails(NOW, 100), true],
    ['100 of now, of which 13 are answered later', inMails(NOW, 100, 13), true],
  ])('of %s', (_, all, low) => {
    expect(isResponseLow(responsesAt(all, TERMS, NOW), TERMS)).toBe(low);
  });

  it.each([
    [100, 17, false],
    [100, 18, true],
    [96, 0, false],
    [95, 0, true],
  ])('P10: of %s with %s answers is told again when it is next low: %s', (sent, answered, armed) => {
    expect(isResponseArmed({ sent, answered }, TERMS)).toBe(armed);
  });

  it('has an answer count once, for the newest InMail that the person had', () => {
    const to = (recipientId: string, at: number) => ({ recipientId, at });
    const found = answeredInMails(
      [to('a', 10), to('b', 5), to('a', 30)],
      [to('a', 9), to('a', 35), to('a', 30), to('c', 7), to('b', 5)],
    );
    expect(found).toEqual([
      { sentAt: 5, answeredAt: 5 },
      { sentAt: 10, answeredAt: null },
      { sentAt: 30, answeredAt: 30 },
    ]);
  });

  it('has the answers that a look through all of them for each InMail finds', () => {
    const toPeople = fc.array(
      fc.record({ recipientId: fc.constantFrom('a', 'b'), at: fc.integer({ min: 0, max: 30 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(toPeople, toPeople, (sends, answers) => {
        const inOrder = (all: typeof sends, id: string) =>
          all.flatMap(({ recipientId, at }) => (recipientId === id ? [at] : [])).toSorted((x, y) => x - y);
        const people = new Set(sends.toSorted((x, y) => x.at - y.at).map(({ recipientId }) => recipientId));
        const plain = [...people].flatMap((id) =>
          inOrder(sends, id).map((sentAt, index, all) => {
            const until = all[index + 1] ?? Infinity;
            const answeredAt = inOrder(answers, id).find((at) => at >= sentAt && at < until) ?? null;
            return { sentAt, answeredAt };
          }),
        );
        expect(answeredInMails(sends, answers)).toEqual(plain);
      }),
    );
  });

  it('looks at each InMail and each answer a few times, however many one person has', () => {
    const many = 2_000;
    let looks = 0;
    const look = (at: number): number => {
      looks += 1;
      return at;
    };
    const all = (from: number) =>
      Array.from({ length: many }, (_, index) => ({
        recipientId: 'a',
        get at() {
          return look(from + index);
        },
      }));
    // All answers are of the newest InMail: none is of any before it.
    const found = answeredInMails(all(0), all(many));
    expect(found.filter(({ answeredAt }) => answeredAt !== null)).toEqual([
      { sentAt: many - 1, answeredAt: many },
    ]);
    expect(looks).toBeLessThan(many * 100);
    looks = 0;
    const oneByOne = Array.from({ length: many }, (_, index) => ({
      answeredAt: null,
      get sentAt() {
        return look(NOW - index);
      },
    }));
    expect(lowSince(oneByOne, TERMS, NOW)).toBe(NOW - many + TERMS.sentMin);
    expect(looks).toBeLessThan(many * 100);
  });

  it('has been low since the InMails that were answered left it', () => {
    const all = [...inMails(NOW - 15 * DAY, 20, 20), ...inMails(NOW - 3 * DAY, 100)];
    expect(lowSince(all, TERMS, NOW)).toBe(NOW - DAY);
    expect(lowSince(inMails(NOW - 3 * DAY, 100), TERMS, NOW)).toBe(NOW - 3 * DAY);
    expect(lowSince([], TERMS, NOW)).toBe(NOW);
    // Those of twenty days ago left it when those of six came: it was low all the time, as far back as it is looked for.
    const inTurns = [...inMails(NOW - 20 * DAY, 100), ...inMails(NOW - 6 * DAY, 100)];
    expect(lowSince(inTurns, TERMS, NOW)).toBe(NOW - 14 * DAY + 1);
  });

  it('has been low at each instant since, and was not before, as plain counting says', () => {
    const terms = { reach: 20, sentMin: 4, low: 40 };
    const sends = fc.array(
      fc.record({
        sentAt: fc.integer({ min: 0, max: 60 }),
        after: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(sends, fc.integer({ min: 40, max: 60 }), (drawn, at) => {
        const all = drawn.map(({ sentAt, after }) => ({
          sentAt,
          answeredAt: after === null ? null : sentAt + after,
        }));
        const isLow = (instant: number): boolean => {
          const judged = all.filter(({ sentAt }) => sentAt <= instant && instant < sentAt + terms.reach);
          const answered = judged.filter(({ answeredAt }) => (answeredAt ?? Infinity) <= instant).length;
          return judged.length >= 4 && answered / judged.length < 0.4;
        };
        expect(isResponseLow(responsesAt(all, terms, at), terms)).toBe(isLow(at));
        if (!isLow(at)) return;
        let first = at;
        while (first > at - terms.reach + 1 && isLow(first - 1)) first -= 1;
        expect(lowSince(all, terms, at)).toBe(first);
      }),
      { numRuns: 500 },
    );
  });
});
