/** When a campaign has stalled: nothing of it went out for too long, though there was something to do. */
import { calendarDays } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';

/**
 * Whole working days, by the policy's week in the zone of the client account. A seat that keeps to the recommended numbers is never
 * out of room for as long: of five days of invitations the last is a weekend before the first is a week old.
 */
export const STALLED_DAYS = 3;

/** The end of the last of those days, from when something was to do and nothing has gone out since. `week`: 1 (Monday) to 7. */
export function stalledFrom(since: Instant, timeZone: string, week: readonly number[]): Instant {
  if (week.length === 0) return Infinity;
  let days = 0;
  for (const { start, end, dayOfWeek } of calendarDays([{ from: 0, timeZone }], since)) {
    if (start >= since && week.includes(dayOfWeek)) days += 1;
    if (days === STALLED_DAYS) return end;
  }
  return Infinity;
}

/** What was told most often; of several the first. */
export function commonest<Told extends string>(told: readonly Told[]): Told | null {
  const times = new Map<Told, number>();
  for (const one of told) times.set(one, (times.get(one) ?? 0) + 1);
  return [...times].reduce<readonly [Told | null, number]>(
    (most, one) => (one[1] > most[1] ? one : most),
    [null, 0],
  )[0];
}
