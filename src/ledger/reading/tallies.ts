import { emptyTally, type ScopeBook } from '../../quota/book.js';
import type { ZoneFrom } from '../../quota/calendar.js';
import {
  counterFromKey,
  isRolling,
  tailAt,
  type Counter,
  type Scope,
  type Tally,
} from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import { scopeName } from './names.js';
import type { ScopeRef, Sum, SumQuestion } from './scopes.js';

/** A tally as of now, if nothing has to be counted for it: until the first charge leaves, only the tail moves on. */
export function upToDate(counter: Counter, tally: Tally, at: Instant): Tally | null {
  if (!isRolling(tally)) return at >= tally.start && at < tally.end ? tally : null;
  if (counter.window.kind !== 'ROLLING') throw new Error('A rolling tally is of a rolling counter.');
  const tail = tailAt(counter.window, at);
  if (tally.tail >= tail) return tally;
  return tally.first === null || tally.first > tail ? { ...tally, tail } : null;
}

/** A tally as it is once what was asked about it has been counted. */
export function countedTally(
  { counter, after, until }: SumQuestion,
  kept: Tally | undefined,
  { sum, first }: Sum,
  zones: readonly ZoneFrom[],
  at: Instant,
): Tally {
  if (counter.window.kind !== 'ROLLING') return { ...emptyTally(counter, zones, at), used: sum };
  const tail = tailAt(counter.window, at);
  const leavers = kept && isRolling(kept) && until === tail && after === kept.tail;
  return { used: leavers ? kept.used - sum : sum, tail, first };
}

/** What has to be counted: what left since the tail, or, with nothing kept, all that is in the window. */
export function sumQuestion(
  ref: ScopeRef,
  counter: Counter,
  tally: Tally | undefined,
  book: ScopeBook,
): SumQuestion {
  if (counter.window.kind !== 'ROLLING') {
    const empty = emptyTally(counter, book.zones, book.at);
    if (isRolling(empty)) throw new Error('A calendar counter has a calendar tally.');
    return { ...ref, counter, after: empty.start - 1, until: book.at, firstAfter: book.at };
  }
  const tail = tailAt(counter.window, book.at);
  return tally && isRolling(tally)
    ? { ...ref, counter, after: tally.tail, until: tail, firstAfter: tail }
    : { ...ref, counter, after: tail, until: book.at, firstAfter: tail };
}

/**
 * The other counters of the seats that are counted anew: a seat is counted whole, since that is kept, and whoever reads its
 * usage then has nothing left to count.
 */
export function countersBeside(
  questions: readonly SumQuestion[],
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): { readonly scope: Scope; readonly counter: Counter }[] {
  const seats = new Map(questions.flatMap(({ scope }) => (scope.kind === 'SEAT' ? [[scope.id, scope]] : [])));
  return [...seats.values()].flatMap((scope) =>
    [...(wanted.get(scopeName(scope)) ?? [])].map((key) => ({ scope, counter: counterFromKey(key) })),
  );
}
