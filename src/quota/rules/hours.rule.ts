import { Temporal } from 'temporal-polyfill';
import { calendarBounds, dayOf, zoneInForce, type CalendarBounds } from '../calendar.js';
import { HORIZON, type Objection, type Rule } from '../rule.js';
import type { HoursFacts, WeekHours } from '../seat-facts.js';
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
  for (let instant = at; instant <= at + HORIZON;) {
    const timeZone = zoneInForce('CALENDAR_DAY', zones, instant);
    const day = calendarBounds('CALENDAR_DAY', zones, instant);
    const open = hoursOfDay(week, timeZone, day);
    const opensAt = Math.max(instant, open?.start ?? day.end);
    if (open && opensAt < open.end && !daysOff.includes(dayOf(day.start, timeZone))) return opensAt;
    instant = day.end;
  }
  return null;
}

/** Days are asked for over and over, and Temporal takes its time. */
const HOURS_KEPT_MAX = 10_000;
const hoursKept = new Map<string, CalendarBounds | null>();

/** When it is open on a day; null where it is not. */
function hoursOfDay(week: WeekHours, timeZone: string, day: CalendarBounds): CalendarBounds | null {
  const key = `${week.days.join()} ${week.from} ${week.to} ${timeZone} ${day.start}`;
  const kept = hoursKept.get(key);
  if (kept !== undefined) return kept;
  const date = Temporal.PlainDate.from(dayOf(day.start, timeZone));
  const isWorked = week.days.includes(date.dayOfWeek);
  const end = week.to === END_OF_DAY ? day.end : firstShown(date, week.to, timeZone);
  const hours = isWorked ? { start: firstShown(date, week.from, timeZone), end } : null;
  if (hoursKept.size >= HOURS_KEPT_MAX) hoursKept.clear();
  hoursKept.set(key, hours);
  return hours;
}

const END_OF_DAY = '24:00';

/** The first instant at which a clock of a day shows a time or, where the clock jumps over it, a later one. */
function firstShown(date: Temporal.PlainDate, time: string, timeZone: string): Instant {
  const wanted = date.toPlainDateTime(time);
  const found = wanted.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  if (found.toPlainDateTime().equals(wanted)) return found.epochMilliseconds;
  // What was jumped over is found behind the jump, by as much as it was past the jump's beginning.
  return found.getTimeZoneTransition('previous')?.epochMilliseconds ?? found.epochMilliseconds;
}
