import fc from 'fast-check';
import type { WorkingHours } from '../../src/quota/window.js';
import type { Action } from '../../src/quota/words.js';

/** What random histories change of what the rules of a seat by itself rest on. */

/** A change of what the rules of a seat by itself rest on. */
export type SeatChange = { readonly seat: number } & (
  | { readonly kind: 'TIER'; readonly hasInMail: boolean }
  | { readonly kind: 'HOURS'; readonly week: WorkingHours | null; readonly daysOff: readonly number[] }
  | { readonly kind: 'WARM_UP'; readonly daysAgo: number | null }
  | { readonly kind: 'RESTRICT'; readonly actions: readonly Action[] | null; readonly ms: number | null }
  | { readonly kind: 'LIFT'; readonly pick: number }
  /** To the other client account. */
  | { readonly kind: 'MOVE' }
);

/** A day of UTC so many days from an instant on. */
export function dateFrom(now: number, days: number): string {
  return new Date(now + days * 86_400_000).toISOString().slice(0, 10);
}

const localTime = fc
  .nat({ max: 95 })
  .map((n) => `${String(n >> 2).padStart(2, '0')}:${String((n & 3) * 15).padStart(2, '0')}`);
const week = fc.record({
  days: fc.oneof(fc.constant([1, 2, 3, 4, 5, 6, 7]), fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 })),
  hours: fc.tuple(localTime, fc.oneof(fc.constant('24:00'), localTime)).filter(([from, to]) => from < to),
});

export function seatChangeAt(pace: number): fc.Arbitrary<SeatChange> {
  const seat = fc.constantFrom(0, 0, 0, 1, 2);
  return fc.oneof(
    fc.record({ kind: fc.constant('TIER'), seat, hasInMail: fc.boolean() }),
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('HOURS'),
        seat,
        week: fc.oneof(
          { weight: 1, arbitrary: fc.constant(null) },
          { weight: 3, arbitrary: week.map(({ days, hours: [from, to] }) => ({ days, from, to })) },
        ),
        daysOff: fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 5 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('WARM_UP'),
        seat,
        daysAgo: fc.oneof(
          fc.constant(null),
          fc.constantFrom(0, 0, 1, 24, 26, 27),
          fc.integer({ min: 0, max: 60 }),
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('RESTRICT'),
        seat,
        actions: fc.constantFrom<readonly Action[] | null>(
          null,
          ['CONNECTION_REQUEST'],
          ['DIRECT_MESSAGE', 'INMAIL'],
        ),
        ms: fc.oneof(
          { weight: 1, arbitrary: fc.constant(null) },
          { weight: 5, arbitrary: fc.integer({ min: 1, max: 3 * pace }) },
        ),
      }),
    },
    fc.record({ kind: fc.constant('LIFT'), seat, pick: fc.nat(1_000) }),
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('MOVE'), seat }) },
  );
}
