import fc from 'fast-check';
import { firstAdmitted, HORIZON, reasonsAt, type Rule } from '../../src/quota/rule.js';
import { DAY } from '../../src/quota/window.js';
import type { ReasonCode } from '../../src/quota/words.js';

/** A rule that admits from each first instant (counted) to each second (not counted). */
function openIn(spans: readonly (readonly [number, number])[], code: ReasonCode = 'TOO_SOON'): Rule {
  const isOpen = (at: number) => spans.some(([from, until]) => from <= at && at < until);
  return {
    objectionAt: (at) => (isOpen(at) ? null : { code, facts: {}, limit: null }),
    admitsFrom: (at) => {
      const starts = spans.filter(([, until]) => until > at).map(([from]) => Math.max(from, at));
      return starts.length > 0 ? Math.min(...starts) : null;
    },
  };
}

const FOREVER = Number.MAX_SAFE_INTEGER;

describe('P6: the first instant that all rules admit', () => {
  it('is now where none refuses, or there is none', () => {
    expect(firstAdmitted([], 5)).toBe(5);
    expect(firstAdmitted([openIn([[0, 10]]), openIn([[5, 6]])], 5)).toBe(5);
  });

  it('is not the latest single answer where rules open and close in turn', () => {
    // At 20, the latest of 10 and 20, the first is shut again: both are open at 40 alone.
    const rules = [
      openIn([
        [10, 15],
        [30, 35],
        [40, 45],
      ]),
      openIn([
        [20, 25],
        [38, 50],
      ]),
    ];
    expect(rules.map((rule) => rule.admitsFrom(0))).toEqual([10, 20]);
    expect(firstAdmitted(rules, 0)).toBe(40);
    expect(firstAdmitted(rules.toReversed(), 0)).toBe(40);
  });

  it('is null where one rule waits for a person, whatever the others say', () => {
    expect(firstAdmitted([openIn([[10, FOREVER]]), openIn([])], 0)).toBeNull();
  });

  it('looks ahead 400 days, that instant included', () => {
    expect(HORIZON).toBe(400 * DAY);
    expect(firstAdmitted([openIn([[7 + HORIZON, FOREVER]])], 7)).toBe(7 + HORIZON);
    expect(firstAdmitted([openIn([[8 + HORIZON, FOREVER]])], 7)).toBeNull();
  });

  it('is null where rules are never open together, and comes to an end', () => {
    const ofDay = (shift: number) =>
      openIn(
        Array.from({ length: 402 }, (_, day) => [day * DAY + shift, (day + 0.5) * DAY + shift] as const),
      );
    expect(firstAdmitted([ofDay(0), ofDay(DAY / 2)], 1)).toBeNull();
  });

  it('is what trying every instant finds', () => {
    const spans = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 8 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 4 }), fc.nat(60), (lists, from) => {
        const rules = lists.map((list) => openIn(list.map(([start, length]) => [start, start + length])));
        const instants = Array.from({ length: 130 }, (_, index) => from + index);
        const first = instants.find((at) => rules.every((rule) => rule.objectionAt(at) === null));
        expect(firstAdmitted(rules, from)).toBe(first ?? null);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('reasons', () => {
  it('are those that refuse, the one that binds longest first, and first of all what time does not heal', () => {
    const rules = [
      openIn([[20, FOREVER]], 'TOO_SOON'),
      openIn([[0, FOREVER]], 'COOLDOWN'),
      openIn([], 'SEAT_PAUSED'),
      openIn([[30, FOREVER]], 'LIMIT_REACHED'),
      openIn([], 'HOLDER_NOT_AGREED'),
      openIn([[20, FOREVER]], 'NO_CREDITS'),
    ];
    expect(reasonsAt(rules, 10).map(({ code, retryAt }) => [code, retryAt])).toEqual([
      ['SEAT_PAUSED', null],
      ['HOLDER_NOT_AGREED', null],
      ['LIMIT_REACHED', 30],
      ['TOO_SOON', 20],
      ['NO_CREDITS', 20],
    ]);
  });
});
