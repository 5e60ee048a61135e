import { Temporal } from 'temporal-polyfill';
import type { Instant, Window } from './window.js';

type CalendarKind = Exclude<Window['kind'], 'ROLLING'>;

/** A zone that a scope follows from an instant on. A scope's zones are in order; the first holds for all before it. */
export interface ZoneFrom {
  readonly from: Instant;
  readonly timeZone: string;
}

/** From `start` (counted) to `end` (not counted). */
export interface CalendarBounds {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * The calendar window that an instant lies in. A change of zone takes effect at the old zone's next boundary; from then
 * the new zone's whole window counts from its own start, so that it may begin before the old one ended.
 */
export function calendarBounds(kind: CalendarKind, zones: readonly ZoneFrom[], at: Instant): CalendarBounds {
  return boundsInZone(kind, zoneInForce(kind, zones, at), at);
}

/** The zone whose calendar holds at an instant: the newest one whose change had reached a boundary by then. */
export function zoneInForce(kind: CalendarKind, zones: readonly ZoneFrom[], at: Instant): string {
  const [first, ...changes] = zones;
  if (!first) throw new Error('A scope has at least one zone.');
  let inForce = first.timeZone;
  let index = 0;
  while (index < changes.length && changes[index]!.from <= at) {
    const takesEffectAt = boundsInZone(kind, inForce, changes[index]!.from).end;
    if (takesEffectAt > at) break;
    // Changes that came before the boundary was reached never took effect, but for the last of them. One at the very
    // boundary is of the day that begins there, and waits for the next.
    while (index + 1 < changes.length && changes[index + 1]!.from < takesEffectAt) index += 1;
    inForce = changes[index]!.timeZone;
    index += 1;
  }
  return inForce;
}

/** A start and an end take the Temporal polyfill some 40 µs; the same day is asked for over and over. */
const BOUNDS_KEPT_MAX = 10_000;
const boundsKept = new Map<string, CalendarBounds>();

function boundsInZone(kind: CalendarKind, timeZone: string, at: Instant): CalendarBounds {
  const key = `${kind} ${timeZone}`;
  const kept = boundsKept.get(key);
  if (kept && kept.start <= at && at < kept.end) return kept;
  const bounds = computeBounds(kind, timeZone, at);
  if (boundsKept.size >= BOUNDS_KEPT_MAX) boundsKept.clear();
  boundsKept.set(key, bounds);
  return bounds;
}

function computeBounds(kind: CalendarKind, timeZone: string, at: Instant): CalendarBounds {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
  const bounds = boundsOfDay(kind, timeZone, day);
  // Where the clock goes back over midnight, the old date is shown again in a day that has begun.
  return at < bounds.end ? bounds : boundsOfDay(kind, timeZone, day.add({ days: 1 }));
}

function boundsOfDay(kind: CalendarKind, timeZone: string, day: Temporal.PlainDate): CalendarBounds {
  const first =
    kind === 'CALENDAR_DAY'
      ? day
      : kind === 'CALENDAR_WEEK'
        ? day.subtract({ days: day.dayOfWeek - 1 })
        : day.with({ day: 1 });
  const length =
    kind === 'CALENDAR_DAY' ? { days: 1 } : kind === 'CALENDAR_WEEK' ? { days: 7 } : { months: 1 };
  return { start: startOfDay(first, timeZone), end: startOfDay(first.add(length), timeZone) };
}

/** The first instant of a day, in a zone where midnight may be missing or come twice. */
function startOfDay(day: Temporal.PlainDate, timeZone: string): Instant {
  return day.toZonedDateTime({ timeZone }).epochMilliseconds;
}

/** The day of the calendar that an instant falls on, `2026-11-24`. */
export function dayOf(at: Instant, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The first instant of a day that is written `2026-11-24`. */
export function dayStart(day: string, timeZone: string): Instant {
  return startOfDay(Temporal.PlainDate.from(day), timeZone);
}
