import { countOf, type Entry, type ScopeBook } from './book.js';
import { calendarBounds, leavesCalendarAt } from './calendar.js';
import { isRolling } from './counter.js';
import { entriesGiven, type GivenEntries } from './entries-needed.js';
import { countUntil } from './instants.js';
import type { HoldsWill, Limit } from './limit.js';
import { HORIZON } from './rule.js';
import { SECOND, type Instant } from './window.js';

/** How much leaves a counter, and when; negative where it comes. */
type Leaving = readonly Entry[];

/** Some charges, in order, and how much they come to: of tens of thousands it is searched when so much of them has left. */
class SummedCharges {
  private readonly ats: Float64Array;
  /** Up to each, and the most of that so far: what a batch voided may be taken off in between. */
  private readonly sums: Float64Array;
  private readonly mostSums: Float64Array;

  constructor(entries: readonly Entry[]) {
    this.ats = new Float64Array(entries.length);
    this.sums = new Float64Array(entries.length);
    this.mostSums = new Float64Array(entries.length);
    let [sum, most] = [0, 0];
    for (let place = 0; place < entries.length; place += 1) {
      const { at, count } = entries[place]!;
      sum += count;
      most = Math.max(most, sum);
      this.ats[place] = at;
      this.sums[place] = sum;
      this.mostSums[place] = most;
    }
  }

  sumUntil(at: Instant): number {
    return this.sums[countUntil(this.ats, at) - 1] ?? 0;
  }

  /** The first of them behind an instant up to which it is so much; Infinity where it never is. */
  firstWith(sum: number, after: Instant): Instant {
    let place = Math.max(countUntil(this.ats, after), countUntil(this.mostSums, sum - 1));
    while (place < this.sums.length && this.sums[place]! < sum) place += 1;
    return this.ats[place] ?? Infinity;
  }
}

/** By the very list of them: many counters, and each pass over a request, are given the same one, or the end of it. */
const summed = new WeakMap<readonly Entry[], SummedCharges>();

/** Charges of a window that leave it one after the other, each so long behind its instant: the end of all that were summed. */
class LeavingCharges {
  private readonly charges: SummedCharges;
  private readonly first: Instant;
  /** How much more has left by the first of them than all before it that was summed; negative where that is no part of the window. */
  private readonly before: number;

  constructor(
    { entries, endOf, before }: GivenEntries,
    private readonly lengthMs: number,
  ) {
    this.charges = summed.get(endOf) ?? new SummedCharges(endOf);
    summed.set(endOf, this.charges);
    this.first = entries[0]?.at ?? Infinity;
    this.before = before - this.charges.sumUntil(this.first - 1);
  }

  leftBy(at: Instant): number {
    const until = at - this.lengthMs;
    return until < this.first ? 0 : this.before + this.charges.sumUntil(until);
  }

  /** When so much has left, of the instants behind one at which any leaves; Infinity where it never has. */
  whenLeft(count: number, after: Instant): Instant {
    const from = Math.max(after - this.lengthMs, this.first - 1);
    return this.charges.firstWith(count - this.before, from) + this.lengthMs;
  }
}

/** How much of a counter is taken at later instants, if nothing else happens. */
export class Occupancy {
  /** When anything but charges leaves or comes, and how much has left by then. */
  private readonly changes: readonly Instant[];
  private readonly changed: readonly number[];

  constructor(
    /** How much is taken now. */
    private readonly now: number,
    /** Behind it nobody looked which days begin. */
    readonly horizon: Instant,
    private readonly charges: LeavingCharges,
    others: Leaving,
  ) {
    const inOrder = others.toSorted((one, other) => one.at - other.at);
    this.changes = inOrder.map(({ at }) => at);
    let changed = 0;
    this.changed = inOrder.map(({ count }) => (changed += count));
  }

  takenAt(at: Instant): number {
    return this.unlessCharges(countUntil(this.changes, at)) - this.charges.leftBy(at);
  }

  /** The first change behind an instant, and before another one, from which on less than so much is taken; null where there is none. */
  firstBelow(max: number, after: Instant, until: Instant): Instant | null {
    let place = countUntil(this.changes, after);
    for (let from = after; ;) {
      const next = Math.min(this.changes[place] ?? Infinity, until);
      const leaves = this.charges.whenLeft(this.unlessCharges(place) - max + 1, from);
      if (leaves < next) return leaves;
      if (next === until) return null;
      [from, place] = [next, countUntil(this.changes, next)];
      if (this.takenAt(next) < max) return next;
    }
  }

  /** How much was taken behind so many of the other changes if no charge left. */
  private unlessCharges(place: number): number {
    return this.now - (this.changed[place - 1] ?? 0);
  }
}

/** A maximum as it changes. */
interface MaxAhead {
  readonly maxFrom: (at: Instant) => number;
  /** The first instant behind one at which it does; Infinity where it stays. */
  readonly changesAt: (after: Instant) => Instant;
}

/** The first instant with room behind one without; null where there is none within the horizon. */
export function firstRoom(
  ahead: Occupancy,
  after: Instant,
  { maxFrom, changesAt }: MaxAhead,
): Instant | null {
  for (let from = after; ;) {
    const next = changesAt(from);
    const room = ahead.firstBelow(maxFrom(from), from, next);
    if (room !== null) return room <= ahead.horizon ? room : null;
    if (next > ahead.horizon) return null;
    if (ahead.takenAt(next) < maxFrom(next)) return next;
    from = next;
  }
}

/** How much of a counter is taken now. */
export function occupiedNow({ counter }: Limit, book: ScopeBook): number {
  return book.tally(counter).used + book.held(counter) + book.unknown(counter);
}

/** As far as it tells when there is room for so many sends. */
export function occupancyOf(limit: Limit, book: ScopeBook, holdsWill: HoldsWill, sends = 1): Occupancy {
  const { window } = limit.counter;
  if (window.kind === 'ROLLING') {
    return ofRolling(limit, book, { holdsWill, sends, lengthMs: window.seconds * SECOND });
  }
  return book.remembered(limit.counter, holdsWill, () => ofCalendar(limit, book, holdsWill));
}

/** A charge at t leaves at t + length; a hold at its expiry, or its length after the last moment it can be sent. */
function ofRolling(
  limit: Limit,
  book: ScopeBook,
  { holdsWill, sends, lengthMs }: { holdsWill: HoldsWill; sends: number; lengthMs: number },
): Occupancy {
  const { counter } = limit;
  const given = entriesGiven(limit, book, sends);
  // Whatever its maximum is: many ask of one counter.
  return book.remembered(counter, `${holdsWill} ${given.isNewest}`, () => {
    const charges = new LeavingCharges(given, lengthMs);
    const holds = book.holdsExpireAt(counter).map((expiresAt) => ({
      at: holdsWill === 'LAPSE' ? expiresAt : lastMoment(expiresAt) + lengthMs,
      count: 1,
    }));
    const others = [...holds, ...outsideChanges(limit, book)];
    return new Occupancy(occupiedNow(limit, book), book.at + HORIZON, charges, others);
  });
}

const NO_CHARGES = new LeavingCharges({ entries: [], endOf: [], before: 0, isNewest: false }, 0);

/** All of a calendar window leaves at its end, but for what the next one reaches back to after a change of zone. */
function ofCalendar(limit: Limit, book: ScopeBook, holdsWill: HoldsWill): Occupancy {
  const { window } = limit.counter;
  const tally = book.tally(limit.counter);
  if (isRolling(tally) || window.kind === 'ROLLING')
    throw new Error('A calendar counter has a calendar tally.');
  const { kind } = window;
  const next = calendarBounds(kind, book.zones, tally.end);
  const given = next.start < tally.end ? entriesGiven(limit, book).entries : [];
  const carried = given.filter(({ at }) => at >= next.start);
  const leaveAt = (expiresAt: Instant): Instant =>
    holdsWill === 'LAPSE' ? expiresAt : leavesCalendarAt(kind, book.zones, lastMoment(expiresAt));
  return new Occupancy(occupiedNow(limit, book), book.at + HORIZON, NO_CHARGES, [
    { at: tally.end, count: tally.used - countOf(carried) },
    ...carried.map(({ at, count }) => ({ at: leavesCalendarAt(kind, book.zones, at, tally.end), count })),
    ...book.holdsExpireAt(limit.counter).map((expiresAt) => ({ at: leaveAt(expiresAt), count: 1 })),
    ...outsideChanges(limit, book),
  ]);
}

/**
 * What is set aside leaves with its day, and comes, as what leaves negatively, with each day that begins: one behind the other, as two
 * lists in order are put into one faster than one without.
 */
function outsideChanges({ counter }: Limit, book: ScopeBook): Leaving {
  const stays = book.staysSetAside(counter, book.at + HORIZON);
  const ahead = stays.filter(({ from }) => from > book.at);
  return [
    ...ahead.map(({ from, count }) => ({ at: from, count: -count })),
    ...stays.map(({ until, count }) => ({ at: until, count })),
  ];
}

function lastMoment(expiresAt: Instant): Instant {
  return expiresAt - 1;
}
