import type { WindowKind } from '../../quota/words.js';

/**
 * Calendars by plain counting, made from Intl's wall clock alone: what src/quota/calendar.ts, which asks Temporal, is
 * held against, by the audit and by the tests. Nothing is shared but the words.
 */

export type CalendarKind = Exclude<WindowKind, 'ROLLING'>;

export interface ZoneSince {
  readonly from: number;
  readonly timeZone: string;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

const DAY_MS = 86_400_000;
/** No zone is further from UTC than 14 hours, and none skipped more than a day. */
const AROUND_MS = 26 * 3_600_000;

/** The window of a scope that an instant lies in, with the zone in force there. */
export function spanAt(kind: CalendarKind, zones: readonly ZoneSince[], at: number): Span {
  return spanInZone(kind, zoneAt(kind, zones, at), at);
}

/** A change takes effect where the window of the zone then in force ends; of several before that, the last. */
export function zoneAt(kind: CalendarKind, zones: readonly ZoneSince[], at: number): string {
  return timeline(kind, zones).findLast(({ from }) => from <= at)!.timeZone;
}

const timelines = new WeakMap<readonly ZoneSince[], Map<CalendarKind, ZoneSince[]>>();

function timeline(kind: CalendarKind, zones: readonly ZoneSince[]): ZoneSince[] {
  const kept = timelines.get(zones) ?? new Map<CalendarKind, ZoneSince[]>();
  timelines.set(zones, kept);
  const known = kept.get(kind);
  if (known) return known;
  let inForce: ZoneSince[] = [{ from: -Infinity, timeZone: zones[0]!.timeZone }];
  for (const change of zones.slice(1)) {
    const { timeZone } = inForce.findLast(({ from }) => from <= change.from)!;
    const effectiveAt = spanInZone(kind, timeZone, change.from).end;
    inForce = [
      ...inForce.filter(({ from }) => from < effectiveAt),
      { from: effectiveAt, timeZone: change.timeZone },
    ];
  }
  kept.set(kind, inForce);
  return inForce;
}

const SPANS_KEPT_MAX = 20_000;
const spansKept = new Map<string, Span>();

function spanInZone(kind: CalendarKind, timeZone: string, at: number): Span {
  const key = `${kind} ${timeZone} ${Math.floor(at / DAY_MS)}`;
  const known = spansKept.get(key);
  if (known && known.start <= at && at < known.end) return known;
  // Where the clock goes back over midnight the old date comes again, in a day that has begun.
  let day = localDay(timeZone, at);
  let span = spanOfDay(kind, timeZone, day);
  while (span.end <= at) span = spanOfDay(kind, timeZone, (day += 1));
  if (spansKept.size >= SPANS_KEPT_MAX) spansKept.clear();
  spansKept.set(key, span);
  return span;
}

/** A day is its number of days since 1970-01-01, which was a Thursday. */
function spanOfDay(kind: CalendarKind, timeZone: string, day: number): Span {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const [first, next] = {
    CALENDAR_DAY: [day, day + 1],
    CALENDAR_WEEK: [day - ((day + 3) % 7), day - ((day + 3) % 7) + 7],
    CALENDAR_MONTH: [Date.UTC(year, month, 1) / DAY_MS, Date.UTC(year, month + 1, 1) / DAY_MS],
  }[kind];
  return { start: dayStarts(timeZone, first!), end: dayStarts(timeZone, next!) };
}

const startsKept = new Map<string, number>();

function dayStarts(timeZone: string, day: number): number {
  const key = `${timeZone} ${day}`;
  const start = startsKept.get(key) ?? findDayStart(timeZone, day);
  if (startsKept.size >= SPANS_KEPT_MAX) startsKept.clear();
  startsKept.set(key, start);
  return start;
}

/** The first instant at which the wall clock shows a day's midnight, or, where that is skipped, the jump over it. */
function findDayStart(timeZone: string, day: number): number {
  const midnight = day * DAY_MS;
  const [before, after] = [midnight - AROUND_MS, midnight + AROUND_MS];
  const shown = [wallClock(timeZone, before) - before, wallClock(timeZone, after) - after]
    .map((offset) => midnight - offset)
    .filter((at) => wallClock(timeZone, at) === midnight);
  if (shown.length > 0) return Math.min(...shown);
  let [early, late] = [before, after];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (wallClock(timeZone, middle) >= midnight) late = middle;
    else early = middle;
  }
  return late;
}

function localDay(timeZone: string, at: number): number {
  return Math.floor(wallClock(timeZone, at) / DAY_MS);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall shows at an instant, as if it were UTC. */
function wallClock(timeZone: string, at: number): number {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  clocks.set(timeZone, clock);
  const [month, day, year, hour, minute, second] = clock.format(at).match(/\d+/g)!.map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}
