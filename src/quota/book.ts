import { calendarBounds, zoneInForce, type ZoneFrom } from './calendar.js';
import { counts, isRolling, tailAt, tallied, type Counter, type Scope, type Tally } from './counter.js';
import type { Limit } from './limit.js';
import { LiveHolds, type LiveHold } from './live-holds.js';
import type { OutsideUses, Stay } from './outside-use.js';
import type { Usage } from './usage.js';
import { SECOND, type Instant } from './window.js';
import type { Action } from './words.js';

/** Charges of one instant that are still in a window. */
export interface Entry {
  readonly at: Instant;
  readonly count: number;
}

/** The charges in a counter's window, in the order in which they leave it: all of them, the first ones, or the last ones. */
export interface Entries {
  readonly entries: readonly Entry[];
  readonly complete: boolean;
  /** They are the last ones, unless they are all. */
  readonly newest?: true;
  /** All that is behind it is together in one entry, which leaves with the last of it; left out where each is by itself. */
  readonly apartUntil?: Instant;
  /** The longer list whose end they are: windows of many lengths have one in common. */
  readonly endOf?: readonly Entry[];
}

/** The last charges in a counter's window, where they are not all; how much they come to. */
export interface NewestEntries {
  readonly entries: readonly Entry[];
  readonly count: number;
  readonly endOf?: readonly Entry[];
}

/**
 * What a scope's counters say at one instant, and all that follows from it. A batch of decisions works on its books
 * in memory: each hold, release and charge shows to the next request.
 */
export class ScopeBook {
  private readonly tallies = new Map<string, { counter: Counter; tally: Tally }>();
  private readonly entries = new Map<string, Entries>();
  private readonly newest = new Map<string, NewestEntries>();
  private readonly apartUntil = new Map<string, Instant>();
  private readonly takenAway = new Map<string, number>();
  private readonly added = new Map<string, number>();
  /** What follows of a counter from the book as it is, by name, once somebody asked: each request asks several times. */
  private readonly known = new Map<string, Map<string, unknown>>();

  private readonly holds: LiveHolds;
  private outside: OutsideUses | null = null;

  constructor(
    readonly scope: Scope,
    /** The scope's zones, oldest first. */
    readonly zones: readonly ZoneFrom[],
    readonly at: Instant,
    /** Whoever read them may have read some that died since: a hold is dead exactly at its expiry (P5). */
    holds: readonly LiveHold[],
  ) {
    this.holds = new LiveHolds(holds.filter(({ expiresAt }) => expiresAt > at));
  }

  /** What `make` makes of a counter, made once until the book says something else of it. */
  remembered<T>({ key }: Counter, name: string, make: () => T): T {
    const known = this.known.get(key) ?? new Map<string, unknown>();
    this.known.set(key, known);
    if (!known.has(name)) known.set(name, make());
    return known.get(name) as T;
  }

  open(counter: Counter, tally: Tally): void {
    // Each request of a batch opens what it is judged by.
    if (this.tallyIfOpen(counter) === tally) return;
    this.known.delete(counter.key);
    this.tallies.set(counter.key, { counter, tally });
  }

  tally(counter: Counter): Tally {
    const opened = this.tallies.get(counter.key);
    if (!opened)
      throw new Error(`Counter ${counter.key} of ${this.scope.kind} ${this.scope.id} was not opened.`);
    return opened.tally;
  }

  tallyIfOpen(counter: Counter): Tally | undefined {
    return this.tallies.get(counter.key)?.tally;
  }

  /** All counters that are open, to be kept. */
  opened(): readonly { readonly counter: Counter; readonly tally: Tally }[] {
    return [...this.tallies.values()];
  }

  /** They may have been read from an earlier instant on: what has left the window since is none of them. */
  giveEntries(counter: Counter, { entries, complete, newest, apartUntil, endOf = entries }: Entries): void {
    this.known.delete(counter.key);
    const start = this.windowStart(counter);
    const inWindow = entries[0] && entries[0].at > start ? entries : entries.filter(({ at }) => at > start);
    if (apartUntil !== undefined) {
      // Of what is together nobody knows how much has left.
      if (apartUntil <= start) return;
      this.apartUntil.set(counter.key, apartUntil);
    }
    if (newest && !complete)
      this.newest.set(counter.key, { entries: inWindow, count: countOf(inWindow), endOf });
    else this.entries.set(counter.key, { entries: inWindow, complete, endOf });
  }

  /** Undefined where nobody loaded them. */
  entriesOf(counter: Counter): Entries | undefined {
    return this.entries.get(counter.key);
  }

  /** The last ones; undefined where nobody loaded them, or all of them were. */
  newestOf(counter: Counter): NewestEntries | undefined {
    return this.newest.get(counter.key);
  }

  /** How much of the last ones can't be told apart by when it leaves, at most. */
  togetherOf(counter: Counter): number {
    const apartUntil = this.apartUntil.get(counter.key);
    if (apartUntil === undefined) return 0;
    const newest = this.newestOf(counter)?.entries ?? [];
    return countOf(newest.filter(({ at, count }) => at > apartUntil && count > 0));
  }

  /** Of a seat whose agency declared what it does elsewhere. */
  giveOutsideUses(outside: OutsideUses): void {
    this.known.clear();
    this.outside = outside;
  }

  /** Whether room of a counter may be set aside for what is done elsewhere, now or later. */
  setsAside(counter: Counter): boolean {
    return this.outside?.concerns(counter) ?? false;
  }

  /** Room that is set aside for what is done elsewhere and not recorded yet. */
  unknown(counter: Counter): number {
    return this.outside?.unknown(counter, this.tally(counter)) ?? 0;
  }

  staysSetAside(counter: Counter, until: Instant): readonly Stay[] {
    return this.outside?.stays(counter, this.tally(counter), until) ?? [];
  }

  /** A send that was done elsewhere was recorded, or, negatively, taken out again: less of its day, or more, is unknown. */
  recordElsewhere(action: Action, at: Instant, count: number): void {
    if (!this.outside) return;
    this.known.clear();
    this.outside.record(action, at, count);
  }

  held(counter: Counter): number {
    return this.holds.count(counter);
  }

  /** When what is held of a counter expires, in no order. */
  holdsExpireAt(counter: Counter): readonly Instant[] {
    return this.holds.expiries(counter);
  }

  /** When all that is held expires. */
  heldUntil(): readonly Instant[] {
    return this.holds.allExpiries();
  }

  /** Held room counts in every window until it is resolved (P7). */
  hold(hold: LiveHold): void {
    this.holds.add(hold);
    this.known.clear();
  }

  /** Takes one hold out: a release leaves no trace in any window. */
  unhold(hold: LiveHold): void {
    this.holds.remove(hold);
    this.known.clear();
  }

  /** What was sent counts at the instant it was sent, in the windows that still reach there. */
  charge(action: Action, noted: boolean, at: Instant, count: number): void {
    for (const { counter } of this.tallies.values()) {
      if (!counter.unanswered && counts(counter, action, noted)) this.add(counter, at, count);
    }
  }

  /** An invitation of an instant is pending from now on, or, negatively, is no more. */
  pend(at: Instant, count: number): void {
    for (const { counter } of this.tallies.values()) {
      if (counter.unanswered) this.add(counter, at, count);
    }
  }

  private add(counter: Counter, at: Instant, count: number): void {
    const { key } = counter;
    this.known.delete(key);
    this.tallies.set(key, { counter, tally: tallied(this.tally(counter), at, count) });
    const given = this.entries.get(key);
    if (given && at > this.windowStart(counter)) this.entries.set(key, withEntry(given, { at, count }));
    const newest = this.newest.get(key);
    // Before the first of the last ones are others that nobody loaded.
    if (newest?.entries[0] && at >= newest.entries[0].at) {
      const { entries } = withEntry({ entries: newest.entries, complete: true }, { at, count });
      this.newest.set(key, { entries, count: newest.count + count });
    }
    const moved = count < 0 ? this.takenAway : this.added;
    moved.set(key, (moved.get(key) ?? 0) + Math.abs(count));
  }

  /**
   * What came before it is in no later window: of now, for a tally that nobody asked for yet may be of an earlier one. Of a
   * calendar's, the next window may begin before the one of now.
   */
  private windowStart({ window }: Counter): Instant {
    return window.kind === 'ROLLING' ? tailAt(window, this.at) : -Infinity;
  }

  /** How much voids of the batch took away: whoever reads charges as they were before it has to read as many more. */
  takenAwayFrom(counter: Counter): number {
    return this.takenAway.get(counter.key) ?? 0;
  }

  /** How much the batch added. */
  addedTo(counter: Counter): number {
    return this.added.get(counter.key) ?? 0;
  }

  /** `nextRoomAt` is exact where entriesForUsage() asks for nothing; else it may be early, never late. */
  usage(limit: Limit): Usage {
    const tally = this.tally(limit.counter);
    const held = this.held(limit.counter);
    const { window } = limit.counter;
    const chargesLeaveAt = this.chargesLeaveAt(limit.counter, tally);
    const nextRoomAt = Math.min(chargesLeaveAt, this.holds.firstExpiry(limit.counter));
    const isEmpty = tally.used + held === 0;
    return {
      limit,
      timeZone: window.kind === 'ROLLING' ? null : zoneInForce(window.kind, this.zones, this.at),
      used: tally.used,
      held,
      unknown: this.unknown(limit.counter),
      nextRoomAt: isEmpty ? null : nextRoomAt,
    };
  }

  private chargesLeaveAt(counter: Counter, tally: Tally): Instant {
    const { window } = counter;
    const entries = this.entries.get(counter.key)?.entries ?? [];
    if (isRolling(tally)) {
      if (tally.used === 0) return Infinity;
      const isKnown = tally.first !== null && tally.first > tally.tail;
      return (isKnown ? tally.first : (entries[0]?.at ?? tally.tail)) + lengthOf(window);
    }
    const all = tally.used === 0 ? Infinity : tally.end;
    if (window.kind === 'ROLLING' || this.zones.length < 2) return all;
    // After a change of zone the next window may reach back to all that is in this one.
    const next = calendarBounds(window.kind, this.zones, tally.end);
    const carried = countOf(entries.filter(({ at }) => at >= next.start));
    if (carried < tally.used) return tally.end;
    return carried === 0 ? Infinity : next.end;
  }
}

export function countOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0);
}

/** Of the first ones alone, a later charge is not one: between them are others that nobody loaded. */
function withEntry(given: Entries, entry: Entry): Entries {
  const { entries, complete } = given;
  const found = entries.findIndex(({ at }) => at >= entry.at);
  const known = entries[found];
  if (!known) return complete ? { entries: [...entries, entry], complete } : given;
  if (known.at > entry.at) return { entries: entries.toSpliced(found, 0, entry), complete };
  // What a counter-entry takes away leaves nothing behind, at the last of the first ones as well.
  const count = known.count + entry.count;
  return { entries: entries.toSpliced(found, 1, ...(count === 0 ? [] : [{ ...entry, count }])), complete };
}

function lengthOf(window: Counter['window']): number {
  return window.kind === 'ROLLING' ? window.seconds * SECOND : 0;
}

/** An empty tally of a counter at an instant: what is left to count is everything since its start. */
export function emptyTally(counter: Counter, zones: readonly ZoneFrom[], at: Instant): Tally {
  if (counter.window.kind === 'ROLLING') return { used: 0, tail: tailAt(counter.window, at), first: null };
  return { used: 0, ...calendarBounds(counter.window.kind, zones, at) };
}
