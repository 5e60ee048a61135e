import { countOf, type Entries, type Entry, type NewestEntries, type ScopeBook } from './book.js';
import { calendarBounds } from './calendar.js';
import { isRolling, tailAt } from './counter.js';
import type { Limit, MaxStep } from './limit.js';
import type { Instant } from './window.js';

/** More charges than that, of one counter, are not all brought to find the few that make room among them. */
const FAR = 200;
/** As many holds as may come in a batch, without its charges being read anew for the last of them. */
const SPARE_HOLDS = 64;

/** Every one: what a next window reaches back to and this one does not, nobody has counted. */
export const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Charges of a counter that have to be looked at: those after an instant, the earliest `count` of them, or the last ones. They
 * may be read as they were before the batch: what it voids is allowed for.
 */
export interface EntriesNeed {
  readonly limit: Limit;
  readonly after: Instant;
  readonly count: number;
  readonly newest?: true;
  /** So much of the last ones, and no more, may be answered together: when each of it leaves tells nothing. */
  readonly together?: number;
}

/**
 * What a limit must be given to answer for later instants, while so many sends at most are added to what there is; null where it has
 * it, or needs nothing.
 */
export function entriesNeeded(limit: Limit, book: ScopeBook, sends = 1): EntriesNeed | null {
  if (lowestMax(limit) === null) return null;
  const tally = book.tally(limit.counter);
  if (!isRolling(tally)) return unlessGiven(calendarNeed(limit, book), book);
  const together = togetherMost(limit, book, sends);
  const need = newestIfFewer(unlessGiven(rollingNeed(limit, book, sends), book), book, together);
  return apartWhereFar(need, book, together);
}

/**
 * What a book must be given to tell a counter's `nextRoomAt` exactly: where a void took its earliest charge away, and
 * where a change of zone is ahead. Null where it has it, or needs nothing.
 */
export function entriesForUsage(limit: Limit, book: ScopeBook): EntriesNeed | null {
  const tally = book.tally(limit.counter);
  if (!isRolling(tally)) return unlessGiven(calendarNeed(limit, book), book);
  const isFirstKnown = tally.used === 0 || (tally.first !== null && tally.first > tally.tail);
  return isFirstKnown ? null : unlessGiven({ limit, after: tally.tail, count: 1 }, book);
}

/**
 * The last charges, where fewer of them tell as much: while as many are in the window as the highest maximum admits, what leaves
 * before them makes no room. So it is never needed to look at more than that, however much was recorded.
 */
function newestIfFewer(need: EntriesNeed | null, book: ScopeBook, together: number): EntriesNeed | null {
  if (!need || need.limit.counter.unanswered) return need;
  const { limit } = need;
  if (newestGiven(limit, book, together)) return null;
  const count = newestNeeded(limit, book);
  return count < need.count ? { ...need, count, newest: true } : need;
}

function newestNeeded(limit: Limit, book: ScopeBook): number {
  return Math.max(1, highestMax(limit)) + book.takenAwayFrom(limit.counter);
}

/** The last charges, where they were given and are enough. */
function newestGiven(limit: Limit, book: ScopeBook, together: number): NewestEntries | null {
  const newest = book.newestOf(limit.counter);
  if (!newest || book.togetherOf(limit.counter) > together) return null;
  return newest.count >= Math.max(1, highestMax(limit)) ? newest : null;
}

/**
 * How much of the last charges tells nothing by when it leaves: once no more than that is in the window, there is room for all sends
 * under each maximum, whatever is held. What is set aside comes and goes: then all of them may tell something.
 */
function togetherMost(limit: Limit, book: ScopeBook, sends: number): number {
  if (book.setsAside(limit.counter)) return 0;
  return Math.max(0, (lowestMax(limit) ?? 0) - book.held(limit.counter) - sends);
}

/** Of many, those alone between which room is made: of the last ones, without those that come behind these. */
function apartWhereFar(need: EntriesNeed | null, book: ScopeBook, togetherMost: number): EntriesNeed | null {
  if (!need || need.count <= FAR || need.limit.counter.unanswered) return need;
  const { limit } = need;
  const together = togetherMost - book.addedTo(limit.counter) - SPARE_HOLDS;
  const count = newestNeeded(limit, book);
  const isFewer = count < book.tally(limit.counter).used && count - together < need.count;
  return together > 0 && isFewer ? { ...need, count, newest: true, together } : need;
}

function unlessGiven(need: EntriesNeed | null, book: ScopeBook): EntriesNeed | null {
  if (!need) return null;
  const { counter } = need.limit;
  const given = book.entriesOf(counter);
  if (given?.complete) return null;
  const found = given ? countOf(given.entries.filter(({ at }) => at > need.after)) : 0;
  if (given && found >= need.count) return null;
  return { ...need, count: Math.min(ALL, need.count + book.takenAwayFrom(counter)) };
}

function rollingNeed(limit: Limit, book: ScopeBook, sends: number): EntriesNeed | null {
  const { window } = limit.counter;
  const tally = book.tally(limit.counter);
  if (tally.used === 0 || window.kind !== 'ROLLING') return null;
  const after = tailAt(window, book.at);
  // What is set aside changes from day to day: any of the charges may be the one that has to leave.
  if (book.setsAside(limit.counter)) return { limit, after, count: ALL };
  // Enough to make room for all sends even where no hold goes away, and under the lowest maximum that is to come.
  const shortfall = tally.used + book.held(limit.counter) - (lowestMax(limit) ?? 0) + sends;
  return shortfall <= 0 ? null : { limit, after, count: Math.min(shortfall, tally.used) };
}

function calendarNeed(limit: Limit, book: ScopeBook): EntriesNeed | null {
  const tally = book.tally(limit.counter);
  const { window } = limit.counter;
  if (isRolling(tally) || window.kind === 'ROLLING' || book.zones.length < 2) return null;
  const next = calendarBounds(window.kind, book.zones, tally.end);
  const count = next.start < tally.start ? ALL : tally.used;
  return next.start < tally.end && count > 0 ? { limit, after: next.start - 1, count } : null;
}

/** The lowest maximum that admits anything, now or later; null where none ever does. */
export function lowestMax(limit: Limit): number | null {
  let lowest: number | null = null;
  for (const max of maxima(limit)) if (max > 0 && max < (lowest ?? Infinity)) lowest = max;
  return lowest;
}

function highestMax(limit: Limit): number {
  return Math.max(...maxima(limit));
}

function maxima({ max, later = NO_STEPS, laterIfCommitted = NO_STEPS }: Limit): number[] {
  if (later.length + laterIfCommitted.length === 0) return [max];
  return [max, ...[...later, ...laterIfCommitted].map((step) => step.max)];
}

const NO_STEPS: readonly MaxStep[] = [];

/** Charges in the order in which they leave. */
export interface GivenEntries {
  readonly entries: readonly Entry[];
  /** The longer list whose end they are, or themselves. */
  readonly endOf: readonly Entry[];
  /** How much there is before them: it has left with the first of them. */
  readonly before: number;
  readonly isNewest: boolean;
}

const NONE: Entries = { entries: [], complete: true };

/** What a limit looks ahead at for so many sends. */
export function entriesGiven(limit: Limit, book: ScopeBook, sends = 1): GivenEntries {
  if (entriesNeeded(limit, book, sends))
    throw new Error(`Counter ${limit.counter.key} was not given its charges.`);
  const { counter } = limit;
  const newest = newestGiven(limit, book, togetherMost(limit, book, sends));
  if (newest) {
    const { entries, endOf = entries } = newest;
    return { entries, endOf, before: book.tally(counter).used - newest.count, isNewest: true };
  }
  const { entries, endOf = entries } = book.entriesOf(counter) ?? NONE;
  return { entries, endOf, before: 0, isNewest: false };
}
