import { calendarDays, instantAt, zoneInForce, type ZoneFrom } from './calendar.js';
import type { Rule } from './rule.js';
import type { Instant, WorkingHours } from './window.js';

/** Days to look at for the next that has hours: a week has one, but for days whose hours a change of the clock skips. */
const DAYS_AHEAD = 15;

/** Admits within working hours alone, in the zone that a seat follows at the time. */
export function hoursRule({ days, from, to }: WorkingHours, zones: readonly ZoneFrom[]): Rule {
  const admitsFrom = (at: Instant): Instant | null => {
    let ahead = 0;
    for (const day of calendarDays(zones, at)) {
      if (ahead > DAYS_AHEAD) return null;
      ahead += 1;
      if (!days.includes(day.dayOfWeek)) continue;
      const timeZone = zoneInForce('CALENDAR_DAY', zones, Math.max(at, day.begins));
      const opens = Math.max(at, day.begins, instantAt(day, from, timeZone));
      if (opens < instantAt(day, to, timeZone)) return opens;
    }
    return null;
  };
  return {
    admitsFrom,
    objectionAt: (at) =>
      admitsFrom(at) === at ? null : { code: 'OUTSIDE_WORKING_HOURS', facts: {}, limit: null },
  };
}
