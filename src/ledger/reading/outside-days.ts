import type { Counter } from '../../quota/counter.js';
import { daysToCount, reachesBackTo, type RecordedDay } from '../../quota/outside-use.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { limitsOfSeat } from './standing-limits.js';
import type { Standing } from './standing.js';

// What was done elsewhere, and is known by now: records, what archives told, and what was taken out of either again. A
// commit went through here, and opening use is of the time before any declaration: neither makes less of a day unknown.
const READ_RECORDED_DAYS: Statement = {
  name: 'read_recorded_days',
  text: `
SELECT n.i AS index, n.action, n.start_at AS start, s.count
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::int8[], $6::int8[])
  AS n (i, agency_id, seat_id, action, start_at, end_at)
CROSS JOIN LATERAL (
  SELECT sum(c.count)::int8 AS count FROM charge c
  WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at >= n.start_at AND c.effective_at < n.end_at
    AND c.action = n.action AND c.origin IN ('RECORD', 'IMPORT', 'VOID')) AS s
WHERE s.count IS NOT NULL`,
};

/** What was recorded on each day that outside use is declared of and a window still overlaps, in the order of the seats. */
export async function readRecordedDays(
  transaction: LedgerTransaction,
  seats: readonly { readonly standing: Standing; readonly at: Instant }[],
): Promise<RecordedDay[][]> {
  const days = seats.flatMap(({ standing, at }, index) =>
    daysToCount(standing.outside, standing.zones.seat, { since: reachOf(standing, at), at }).map((day) => ({
      ...day,
      index,
      standing,
    })),
  );
  const recorded = seats.map((): RecordedDay[] => []);
  if (days.length === 0) return recorded;
  const rows = await transaction.query<RecordedDay & { index: number }>(READ_RECORDED_DAYS, [
    days.map(({ index }) => index),
    days.map(({ standing }) => standing.agencyId),
    days.map(({ standing }) => standing.seatId),
    days.map(({ action }) => action),
    days.map(({ start }) => start),
    days.map(({ end }) => end),
  ]);
  for (const { index, action, start, count } of rows) recorded[index]?.push({ action, start, count });
  return recorded;
}

/** How far back the windows of a seat's own limits reach. */
export function reachOf(standing: Standing, at: Instant): Instant {
  const { zones } = standing;
  return Math.min(at, ...countersOf(standing, at).map((counter) => reachesBackTo(counter, zones.seat, at)));
}

const countersKept = new WeakMap<Standing, Map<string, readonly Counter[]>>();

/** The counters of a seat's own limits: time alone changes none of them while a version of the policy is in force. */
function countersOf(standing: Standing, at: Instant): readonly Counter[] {
  const byPolicy = countersKept.get(standing) ?? new Map<string, readonly Counter[]>();
  countersKept.set(standing, byPolicy);
  const { id } = standing.course.at(at);
  const known = byPolicy.get(id);
  if (known) return known;
  const counters = limitsOfSeat(standing, at).map(({ counter }) => counter);
  byPolicy.set(id, counters);
  return counters;
}
