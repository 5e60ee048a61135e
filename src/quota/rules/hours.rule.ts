import { Temporal } from 'temporal-polyfill';
import { calendarDays, zoneInForce } from '../calendar.js';
import { HORIZON, type Objection, type Rule } from '../rule.js';
import type { HoursFacts } from '../seat-facts.js';
import type { Unit } from '../unit.js';
import type { Instant } from '../window.js';

const OUTSIDE: Objection = { code: 'OUTSIDE_WORKING_HOURS', facts: {}, limit: null };

/** Outside of the hours that a seat set itself it is refused; outside of the usual ones, where it set none, warned. */
export const hoursUnit: Unit = {
  rules: ({ ask: { hours } }) => (hours?.areOwn === true && !hours.isReply ? [hoursRule(hours)] : []),
  warnings: ({ ask: { hours }, at }) => {
    if (hours === undefined || hours.areOwn || hours.isReply || opensFrom(hours, at) === at) return [];
    return [{ ...OUTSIDE, retryAt: null }];
  },
};

function hoursRule(hours: HoursFacts): Rule {
  return {
    objectionAt: (at) => (opensFrom(hours, at) === at ? null : OUTSIDE),
    admitsFrom: (at) => opensFrom(hours, at),
  };
}

/**
 * The first instant ≥ at within the hours, or null: none for longer than anybody looks ahead. A change of zone takes
 * effect at the old zone's midnight, as for its days; what of the new zone's day is over by then is over.
 */
export function opensFrom({ week, daysOff, zones }: HoursFacts, at: Instant): Instant | null {
  for (const day of calendarDays(zones, at)) {
    const begins = Math.max(at, day.begins);
    if (begins > at + HORIZON) return null;
    if (!week.days.includes(day.dayOfWeek) || daysOff.includes(day.date)) continue;
    const timeZone = zoneInForce('CALENDAR_DAY', zones, begins);
    const opensAt = Math.max(begins, firstShown(day.date, week.from, timeZone));
    const closesAt = week.to === END_OF_DAY ? day.end : firstShown(day.date, week.to, timeZone);
    if (opensAt < closesAt) return opensAt;
  }
  return null;
}

const END_OF_DAY = '24:00';

/** Times are asked for over and over, and Temporal takes its time. */
const TIMES_KEPT_MAX = 20_000;
const timesKept = new Map<string, Instant>();

/** The first instant at which a clock of a day shows a time or, where the clock jumps over it, a later one. */
function firstShown(date: string, time: string, timeZone: string): Instant {
  const key = `${date} ${time} ${timeZone}`;
  const shownAt = timesKept.get(key) ?? findFirstShown(date, time, timeZone);
  if (timesKept.size >= TIMES_KEPT_MAX) timesKept.clear();
  timesKept.set(key, shownAt);
  return shownAt;
}

function findFirstShown(date: string, time: string, timeZone: string): Instant {
  const wanted = Temporal.PlainDate.from(date).toPlainDateTime(time);
  const found = wanted.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  if (found.toPlainDateTime().equals(wanted)) return found.epochMilliseconds;
  // What was jumped over is found behind the jump, by as much as it was past the jump's beginning: at the jump itself, where it
  // was that very beginning. A transition "previous" to an instant is none at it.
  const jump = found.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  return jump?.epochMilliseconds ?? found.epochMilliseconds;
}
