import {
  calendarBounds,
  calendarDays,
  leavesCalendarAt,
  type CalendarDay,
  type ZoneFrom,
} from './calendar.js';
import { counts, isRolling, type Counter, type Tally } from './counter.js';
import { DAY, SECOND, type Instant } from './window.js';
import type { Action } from './words.js';

/** What a seat does elsewhere on each of some days of its zone, `2026-11-24`, as its agency declares it. */
export interface OutsideUse {
  readonly action: Action;
  readonly perDay: number;
  readonly from: string;
  /** The last day; null where it has no end. */
  readonly until: string | null;
}

/** Declarations of a seat, and how far an archive of its account has told since. */
export interface OutsideFacts {
  /** The newest first: of those that cover a day, the first holds. */
  readonly uses: readonly OutsideUse[];
  readonly lastImportAt: Instant | null;
}

/** What was recorded of an action on a day. */
export interface RecordedDay {
  readonly action: Action;
  readonly start: Instant;
  readonly count: number;
}

/** Room that is set aside in a counter from an instant on until it leaves the counter's window. */
export interface Stay {
  readonly from: Instant;
  readonly until: Instant;
  readonly count: number;
}

/** What LinkedIn's archive tells of: it says nothing of the other actions, so it covers no day of theirs. */
const TOLD_BY_ARCHIVES: readonly Action[] = ['CONNECTION_REQUEST', 'DIRECT_MESSAGE', 'INMAIL'];

/** A walk over days begins so much earlier, or goes on so much later: no day is longer, and the one at its end may be under way for all of it. */
const WALK_AHEAD = 3 * DAY;
/** And so many more are walked over for whoever asks next. */
const KEPT_BEFORE = 8 * DAY;

/**
 * The room to set aside in a seat's counters for what is done elsewhere and not recorded yet. Each day that has begun and
 * overlaps a window counts what was declared of it less what was recorded that day, and nothing once an archive that was
 * taken in after the day has told of it. Nobody knows at which instant of the day it happens, so all of the day counts
 * as long as any of it is in the window. A declaration says nothing of notes: counters of noted invitations are not
 * concerned.
 */
export class OutsideUses {
  /** What the batch recorded and took out so far. */
  private readonly recordedSince: { action: Action; at: Instant; count: number }[] = [];
  private readonly recordedBefore: ReadonlyMap<string, number>;
  /** Stays that were told, by what was asked: a plan asks for the same ones over and over. */
  private readonly told = new Map<string, readonly Stay[]>();
  /** How much is set aside of each day, by the actions that are counted: many counters count the same ones. */
  private readonly counted = new Map<string, Map<CalendarDay, number>>();
  private readonly days: KeptDays;

  constructor(
    private readonly facts: OutsideFacts,
    private readonly zones: readonly ZoneFrom[],
    private readonly at: Instant,
    recorded: readonly RecordedDay[],
  ) {
    this.recordedBefore = new Map(recorded.map(({ action, start, count }) => [`${action} ${start}`, count]));
    this.days = new KeptDays(zones);
  }

  concerns(counter: Counter): boolean {
    return this.facts.uses.some(({ action }) => counts(counter, action, false));
  }

  /** A send that was done elsewhere was recorded; a negative one was taken out again. */
  record(action: Action, at: Instant, count: number): void {
    this.recordedSince.push({ action, at, count });
    this.told.clear();
    this.counted.clear();
  }

  /** What is set aside in a counter now. */
  unknown(counter: Counter, tally: Tally): number {
    return this.stays(counter, tally, this.at).reduce((sum, { count }) => sum + count, 0);
  }

  /** What is set aside in a counter now, and from later instants on, up to one. */
  stays(counter: Counter, tally: Tally, until: Instant): readonly Stay[] {
    if (!this.concerns(counter)) return [];
    const start = isRolling(tally) ? tally.tail : tally.start;
    const key = `${counter.key} ${start} ${until}`;
    const told = this.told.get(key) ?? this.staysOf(counter, start, until);
    this.told.set(key, told);
    return told;
  }

  private staysOf(counter: Counter, start: Instant, until: Instant): Stay[] {
    const actions = actionsOf(this.facts.uses).filter((action) => counts(counter, action, false));
    const name = actions.join();
    const counted = this.counted.get(name) ?? new Map<CalendarDay, number>();
    this.counted.set(name, counted);
    const stays: Stay[] = [];
    for (const day of this.days.between(start, until)) {
      const count = counted.get(day) ?? actions.reduce((sum, action) => sum + this.countOf(action, day), 0);
      counted.set(day, count);
      if (count > 0) stays.push({ from: day.begins, until: this.leavesAt(counter, day), count });
    }
    return stays;
  }

  private countOf(action: Action, day: CalendarDay): number {
    const perDay = perDayOf(this.facts, action, day);
    if (perDay === 0) return 0;
    const before = this.recordedBefore.get(`${action} ${day.start}`) ?? 0;
    const since = this.recordedSince
      .filter((one) => one.action === action && one.at >= day.start && one.at < day.end)
      .reduce((sum, { count }) => sum + count, 0);
    return Math.max(0, perDay - before - since);
  }

  /** A rolling window loses the day its length after the day's end; a calendar one that the day overlaps, at its own. */
  private leavesAt({ window }: Counter, day: CalendarDay): Instant {
    if (window.kind === 'ROLLING') return day.end + window.seconds * SECOND;
    return leavesCalendarAt(window.kind, this.zones, day.end - 1, day.begins);
  }
}

/**
 * The days whose records have to be counted: those that end after an instant, and of which something is over by now. With a change of
 * zone that is ahead a day may begin that the new zone has been in for hours.
 */
export function daysToCount(
  facts: OutsideFacts,
  zones: readonly ZoneFrom[],
  span: { readonly since: Instant; readonly at: Instant },
): { readonly action: Action; readonly start: Instant; readonly end: Instant }[] {
  const days = daysBetween(zones, span.since, span.at + WALK_AHEAD).filter(({ start }) => start <= span.at);
  return actionsOf(facts.uses).flatMap((action) =>
    days.filter((day) => perDayOf(facts, action, day) > 0).map(({ start, end }) => ({ action, start, end })),
  );
}

/** The earliest instant that a counter's window reaches back to, now or after a change of zone that is ahead. */
export function reachesBackTo({ window }: Counter, zones: readonly ZoneFrom[], at: Instant): Instant {
  if (window.kind === 'ROLLING') return at - window.seconds * SECOND;
  return calendarBounds(window.kind, zones, at).start - WALK_AHEAD;
}

function actionsOf(uses: readonly OutsideUse[]): Action[] {
  return [...new Set(uses.map(({ action }) => action))];
}

/** What is declared of a day, where nobody has told of it since. */
function perDayOf({ uses, lastImportAt }: OutsideFacts, action: Action, day: CalendarDay): number {
  const isTold = lastImportAt !== null && lastImportAt >= day.end && TOLD_BY_ARCHIVES.includes(action);
  if (isTold) return 0;
  const use = uses.find(
    (one) => one.action === action && one.from <= day.date && (one.until === null || day.date <= one.until),
  );
  return use?.perDay ?? 0;
}

/** Days of a calendar that were walked over once: windows of many lengths reach back to nearly the same. */
class KeptDays {
  private days: readonly CalendarDay[] = [];
  private since = Infinity;
  private until = -Infinity;

  constructor(private readonly zones: readonly ZoneFrom[]) {}

  /** As daysBetween. */
  between(since: Instant, until: Instant): readonly CalendarDay[] {
    if (since < this.since || until > this.until) {
      this.since = Math.min(this.since, since - KEPT_BEFORE);
      this.until = Math.max(this.until, until);
      this.days = daysBetween(this.zones, this.since, this.until);
    }
    return this.days.filter(({ begins, end }) => end > since && begins <= until);
  }
}

/** The days that end after `since` and have begun by `until`, in the order in which they begin. */
function daysBetween(zones: readonly ZoneFrom[], since: Instant, until: Instant): CalendarDay[] {
  const days: CalendarDay[] = [];
  for (const day of calendarDays(zones, since - WALK_AHEAD)) {
    if (day.begins > until) return days;
    if (day.end > since) days.push(day);
  }
  return days;
}
