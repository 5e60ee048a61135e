import { Temporal } from 'temporal-polyfill';
import { countUntil } from './instants.js';
import { DAY, type Instant, type Window } from './window.js';

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
  const { effectiveAt, timeZones } = courseOf(kind, zones);
  return timeZones[countUntil(effectiveAt, at)]!;
}

/** Zones as they came into force one after the other: `timeZones[n]` once `n` of the instants are over. */
interface ZoneCourse {
  readonly effectiveAt: readonly Instant[];
  readonly timeZones: readonly string[];
}

/** A plan asks the same zones for thousands of instants: which of them came into force is looked up once. */
const coursesKept = new WeakMap<readonly ZoneFrom[], Map<CalendarKind, ZoneCourse>>();

function courseOf(kind: CalendarKind, zones: readonly ZoneFrom[]): ZoneCourse {
  const courses = coursesKept.get(zones) ?? new Map<CalendarKind, ZoneCourse>();
  coursesKept.set(zones, courses);
  const kept = courses.get(kind);
  if (kept) return kept;
  const course = computeCourse(kind, zones);
  courses.set(kind, course);
  return course;
}

function computeCourse(kind: CalendarKind, zones: readonly ZoneFrom[]): ZoneCourse {
  const [first] = zones;
  if (!first) throw new Error('A scope has at least one zone.');
  const effectiveAt: Instant[] = [];
  const timeZones = [first.timeZone];
  let index = 1;
  while (index < zones.length) {
    const takesEffectAt = boundsInZone(kind, timeZones.at(-1)!, zones[index]!.from).end;
    // Changes that came before the boundary was reached never took effect, but for the last of them. One at the very
    // boundary is of the day that begins there, and waits for the next.
    while (index + 1 < zones.length && zones[index + 1]!.from < takesEffectAt) index += 1;
    effectiveAt.push(takesEffectAt);
    timeZones.push(zones[index]!.timeZone);
    index += 1;
  }
  return { effectiveAt, timeZones };
}

/** A day of a scope's calendar. */
export interface CalendarDay extends CalendarBounds {
  /** When it came into force: its start, or, after a change of zone, where the day of the old zone ended. */
  readonly begins: Instant;
  /** `2026-11-24` */
  readonly date: string;
  /** 1 (Monday) to 7. */
  readonly dayOfWeek: number;
}

/**
 * The days of a scope's calendar one after the other, from the one that an instant lies in on and without an end. When the
 * first of them came into force is not looked up: it is told by its start.
 */
export function* calendarDays(zones: readonly ZoneFrom[], from: Instant): Generator<CalendarDay, never> {
  let cursor = from;
  let begins: Instant | null = null;
  for (;;) {
    const timeZone = zoneInForce('CALENDAR_DAY', zones, cursor);
    const { start, end } = boundsInZone('CALENDAR_DAY', timeZone, cursor);
    yield { start, end, begins: begins ?? start, ...dateKept(start, timeZone) };
    begins = cursor = end;
  }
}

/** The end of the last window of a kind that still reaches back to an instant, of those from `from` on. */
export function leavesCalendarAt(
  kind: CalendarKind,
  zones: readonly ZoneFrom[],
  sentAt: Instant,
  from: Instant = sentAt,
): Instant {
  let { end } = calendarBounds(kind, zones, from);
  for (;;) {
    const next = calendarBounds(kind, zones, end);
    if (next.start > sentAt) return end;
    end = next.end;
  }
}

/** A start and an end take the Temporal polyfill some 40 µs; the same days are asked for over and over. */
const BOUNDS_KEPT_MAX = 20_000;
const boundsKept = new Map<string, CalendarBounds>();

function boundsInZone(kind: CalendarKind, timeZone: string, at: Instant): CalendarBounds {
  const key = `${kind} ${timeZone} ${Math.floor(at / DAY)}`;
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

type DateOfDay = Pick<CalendarDay, 'date' | 'dayOfWeek'>;
const datesKept = new Map<string, DateOfDay>();

function dateKept(start: Instant, timeZone: string): DateOfDay {
  const key = `${timeZone} ${start}`;
  const kept = datesKept.get(key) ?? dateOfDay(start, timeZone);
  if (datesKept.size >= BOUNDS_KEPT_MAX) datesKept.clear();
  datesKept.set(key, kept);
  return kept;
}

function dateOfDay(start: Instant, timeZone: string): DateOfDay {
  const date = dayOf(start, timeZone);
  return { date, dayOfWeek: Temporal.PlainDate.from(date).dayOfWeek };
}

/** The first instant of a day that is written `2026-11-24`. */
export function dayStart(day: string, timeZone: string): Instant {
  return startOfDay(Temporal.PlainDate.from(day), timeZone);
}

/** The first instant behind it. */
export function dayEnd(day: string, timeZone: string): Instant {
  return startOfDay(Temporal.PlainDate.from(day).add({ days: 1 }), timeZone);
}
