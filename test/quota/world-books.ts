import { emptyTally, ScopeBook, type Entries, type Entry } from '../../src/quota/book.js';
import type { LiveHold } from '../../src/quota/live-holds.js';
import type { ZoneFrom } from '../../src/quota/calendar.js';
import { counts, isRolling, tailAt, type Counter, type Scope, type Tally } from '../../src/quota/counter.js';
import type { Limit } from '../../src/quota/limit.js';
import { daysToCount, OutsideUses, type OutsideUse } from '../../src/quota/outside-use.js';
import type { EntriesNeed } from '../../src/quota/entries-needed.js';
import type { Action } from '../../src/quota/words.js';

/** What is kept of a scope in memory, and how its book is opened and answered from it. */

export interface Charge {
  readonly at: number;
  readonly action: Action;
  readonly noted: boolean;
  /** Negative in the counter-entry of a void. */
  readonly count: number;
  /** It was recorded, not committed. */
  readonly elsewhere?: boolean;
}

/** How much a question for charges is answered with: all that there are, or no more than was asked for. */
export const ANSWERS = ['ALL', 'WHOLE_INSTANTS', 'CUT_TO_COUNT'] as const;
export type AnswerKind = (typeof ANSWERS)[number];

export interface ScopeLedger {
  readonly scope: Scope;
  zones: readonly ZoneFrom[];
  charges: Charge[];
  /** What nobody resolved, dead ones included: nothing sweeps here. */
  holds: LiveHold[];
  tallies: Map<string, Tally>;
  /** The newest declaration first. */
  outsideUses: readonly OutsideUse[];
  lastImportAt: number | null;
}

export function openBook(ledger: ScopeLedger, limits: readonly Limit[], at: number): ScopeBook {
  const book = new ScopeBook(ledger.scope, ledger.zones, at, ledger.holds);
  for (const { counter } of limits) {
    const kept = ledger.tallies.get(counter.key);
    book.open(counter, kept ? broughtForward(ledger, counter, kept, at) : counted(ledger, counter, at));
  }
  if (ledger.outsideUses.length > 0) book.giveOutsideUses(outsideUsesOf(ledger, at));
  return book;
}

/** With what was recorded on each day, of as many days as any window reaches back to. */
function outsideUsesOf(
  { outsideUses: uses, lastImportAt, zones, charges }: ScopeLedger,
  at: number,
): OutsideUses {
  const facts = { uses, lastImportAt };
  const days = daysToCount(facts, zones, { since: at - 400 * 86_400_000, at });
  const recorded = days.map(({ action, start, end }) => {
    const ofDay = charges.filter(
      (charge) => charge.elsewhere && charge.action === action && charge.at >= start && charge.at < end,
    );
    return { action, start, count: ofDay.reduce((sum, { count }) => sum + count, 0) };
  });
  return new OutsideUses(facts, zones, at, recorded);
}

/** A counter without a tally is counted from all charges. */
function counted(ledger: ScopeLedger, counter: Counter, at: number): Tally {
  const empty = emptyTally(counter, ledger.zones, at);
  const inWindow = entriesAfter(ledger.charges, counter, isRolling(empty) ? empty.tail : empty.start - 1);
  const used = sumOf(inWindow);
  return isRolling(empty) ? { ...empty, used, first: inWindow[0]?.at ?? null } : { ...empty, used };
}

/** Drops what left since the tail; looks up the next to leave only where the earliest left. */
function broughtForward(ledger: ScopeLedger, counter: Counter, tally: Tally, at: number): Tally {
  const { window } = counter;
  if (isRolling(tally) && window.kind === 'ROLLING') {
    const tail = tailAt(window, at);
    if (tally.first === null || tally.first > tail) return { ...tally, tail };
    const since = entriesAfter(ledger.charges, counter, tally.tail);
    const left = sumOf(since.filter((entry) => entry.at <= tail));
    const first = since.find((entry) => entry.at > tail)?.at ?? null;
    return { used: tally.used - left, tail, first };
  }
  if (isRolling(tally)) throw new Error(`Counter ${counter.key} has the tally of another window.`);
  if (at < tally.end) return tally;
  const next = emptyTally(counter, ledger.zones, at);
  const mayReachBack = !isRolling(next) && next.start < tally.end;
  return mayReachBack ? counted(ledger, counter, at) : next;
}

/** Charges after an instant, one entry an instant, without those that a void took away. */
export function entriesAfter(charges: readonly Charge[], counter: Counter, after: number): Entry[] {
  const sums = new Map<number, number>();
  for (const { at, action, noted, count } of charges) {
    if (at > after && counts(counter, action, noted)) sums.set(at, (sums.get(at) ?? 0) + count);
  }
  const entries = [...sums].map(([at, count]): Entry => ({ at, count }));
  return entries.filter(({ count }) => count !== 0).toSorted((one, other) => one.at - other.at);
}

export function answerWith(
  all: readonly Entry[],
  { count, newest, together = 0 }: Pick<EntriesNeed, 'count' | 'newest' | 'together'>,
  answer: AnswerKind,
): Entries {
  if (together > 0 && sumOf(all) >= count) return apart(all, count, together);
  if (answer === 'ALL' || sumOf(all) < count) return { entries: all, complete: true };
  const entries: Entry[] = [];
  for (const entry of newest ? all.toReversed() : all) {
    const missing = count - sumOf(entries);
    if (missing <= 0) break;
    entries.push(answer === 'CUT_TO_COUNT' ? { at: entry.at, count: Math.min(entry.count, missing) } : entry);
  }
  return newest ? { entries: entries.toReversed(), complete: false, newest } : { entries, complete: false };
}

/** Of the last ones that make up `count` all but the last `together`, which are one entry. */
function apart(all: readonly Entry[], count: number, together: number): Entries {
  const newest = all.filter((_, index) => sumOf(all.slice(index + 1)) < count);
  const own = newest.filter((_, index) => sumOf(newest.slice(index)) > together);
  const behind = sumOf(newest) - sumOf(own);
  const answer = { complete: false, newest: true } as const;
  if (behind === 0) return { entries: own, ...answer };
  return { entries: [...own, { at: all.at(-1)!.at, count: behind }], ...answer, apartUntil: own.at(-1)!.at };
}

function sumOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0);
}
