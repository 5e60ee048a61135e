import { counts, type Counter } from './counter.js';
import type { Instant } from './window.js';
import type { Action } from './words.js';

/** A hold as a window sees it. */
export interface LiveHold {
  readonly action: Action;
  readonly noted: boolean;
  readonly expiresAt: Instant;
}

/** Holds of one action, with a note or without. */
interface Alike extends Pick<LiveHold, 'action' | 'noted'> {
  readonly expiries: Instant[];
  /** Infinity where there are none. */
  first: Instant;
}

/**
 * The live holds of a scope. Hundreds of counters ask of thousands of holds how many they count: so these are kept by all that a counter
 * tells them apart by, a dozen kinds at most.
 */
export class LiveHolds {
  private readonly kinds: Alike[] = [];

  constructor(holds: readonly LiveHold[]) {
    for (const hold of holds) this.add(hold);
  }

  add(hold: LiveHold): void {
    const kind = this.kindOf(hold);
    kind.expiries.push(hold.expiresAt);
    kind.first = Math.min(kind.first, hold.expiresAt);
  }

  /** Takes one out that is alike; none where there is none. */
  remove(hold: LiveHold): void {
    const kind = this.kindOf(hold);
    const index = kind.expiries.indexOf(hold.expiresAt);
    if (index < 0) return;
    kind.expiries.splice(index, 1);
    if (hold.expiresAt === kind.first) kind.first = kind.expiries.reduce(earlier, Infinity);
  }

  count(counter: Counter): number {
    return this.countedBy(counter).reduce((sum, { expiries }) => sum + expiries.length, 0);
  }

  /** When the first that a counter counts expires; Infinity where it counts none. */
  firstExpiry(counter: Counter): Instant {
    return this.countedBy(counter).reduce((next, { first }) => earlier(next, first), Infinity);
  }

  /** When those that a counter counts expire, in no order. */
  expiries(counter: Counter): readonly Instant[] {
    return this.countedBy(counter).flatMap(({ expiries }) => expiries);
  }

  allExpiries(): readonly Instant[] {
    return this.kinds.flatMap(({ expiries }) => expiries);
  }

  private countedBy(counter: Counter): Alike[] {
    return this.kinds.filter(({ action, noted }) => counts(counter, action, noted));
  }

  private kindOf({ action, noted }: LiveHold): Alike {
    const known = this.kinds.find((kind) => kind.action === action && kind.noted === noted);
    if (known) return known;
    const kind = { action, noted, expiries: [], first: Infinity };
    this.kinds.push(kind);
    return kind;
  }
}

function earlier(one: Instant, other: Instant): Instant {
  return Math.min(one, other);
}
