import { calendarBounds, leavesCalendarAt } from '../calendar.js';
import { isRolling, tailAt, type Tally } from '../counter.js';
import { countOf, type Entry, type LiveHold, type ScopeBook } from '../book.js';
import { limitsOn, maxAt, stepAt, stepsAhead, type Limit } from '../limit.js';
import { HORIZON, type Objection, type Reason, type Rule } from '../rule.js';
import type { HoldsWill, Unit } from '../unit.js';
import { taken } from '../usage.js';
import { SECOND, type Instant } from '../window.js';

/** Room for one more on every counter that a request is held to; over the recommended number is a warning. */
export const limitUnit: Unit = {
  rules: ({ ask, books }, holdsWill) =>
    limitsOn(ask.limits, ask.action, ask.noted).map((limit) =>
      limitRule(limit, books(limit.scope), holdsWill),
    ),
  warnings: ({ ask, books }) =>
    limitsOn(ask.limits, ask.action, ask.noted).flatMap((limit): Reason[] => {
      const after = taken(books(limit.scope).usage(limit)) + 1;
      if (limit.recommended === null || after <= limit.recommended) return [];
      return [{ code: 'LIMIT_REACHED', facts: { after }, limit, retryAt: null }];
    }),
};

/**
 * Charges of a counter that have to be looked at: those after an instant, the earliest `count` of them, or the last ones. They
 * may be read as they were before the batch: what it voids is allowed for.
 */
export interface EntriesNeed {
  readonly limit: Limit;
  readonly after: Instant;
  readonly count: number;
  readonly newest?: true;
}

/** What a limit must be given to answer for later instants; null where it has it, or needs nothing. */
export function entriesNeeded(limit: Limit, book: ScopeBook): EntriesNeed | null {
  if (lowestMax(limit) === null) return null;
  const tally = book.tally(limit.counter);
  if (!isRolling(tally)) return unlessGiven(calendarNeed(limit, book), book);
  return newestIfFewer(unlessGiven(rollingNeed(limit, book), book), book);
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

/** What a plan must be given: any charge of the windows may be the one that has to leave before its next send. */
export function entriesForPlan(limit: Limit, book: ScopeBook): EntriesNeed | null {
  const { counter } = limit;
  const tally = book.tally(counter);
  if (!isRolling(tally)) return unlessGiven(calendarNeed(limit, book), book);
  if (tally.used === 0) return null;
  return newestIfFewer(unlessGiven({ limit, after: tally.tail, count: tally.used }, book), book);
}

/**
 * The last charges, where fewer of them tell as much: while as many are in the window as the highest maximum admits, what leaves
 * before them makes no room. So it is never needed to look at more than that, however much was recorded.
 */
function newestIfFewer(need: EntriesNeed | null, book: ScopeBook): EntriesNeed | null {
  if (!need || need.limit.counter.unanswered) return need;
  const { limit } = need;
  if (newestGiven(limit, book)) return null;
  const count = Math.max(1, highestMax(limit)) + book.takenAwayFrom(limit.counter);
  return count < need.count ? { ...need, count, newest: true } : need;
}

/** The last charges, where they were given and are enough. */
function newestGiven(limit: Limit, book: ScopeBook): readonly Entry[] | null {
  const newest = book.newestOf(limit.counter) ?? [];
  return countOf(newest) >= Math.max(1, highestMax(limit)) ? newest : null;
}

function unlessGiven(need: EntriesNeed | null, book: ScopeBook): EntriesNeed | null {
  if (!need) return null;
  const { counter } = need.limit;
  const given = book.entriesOf(counter);
  const found = given ? countOf(given.entries.filter(({ at }) => at > need.after)) : 0;
  if (given && (given.complete || found >= need.count)) return null;
  return { ...need, count: Math.min(ALL, need.count + book.takenAwayFrom(counter)) };
}

function rollingNeed(limit: Limit, book: ScopeBook): EntriesNeed | null {
  const { window } = limit.counter;
  const tally = book.tally(limit.counter);
  if (tally.used === 0 || window.kind !== 'ROLLING') return null;
  const after = tailAt(window, book.at);
  // What is set aside changes from day to day: any of the charges may be the one that has to leave.
  if (book.setsAside(limit.counter)) return { limit, after, count: tally.used };
  // Enough to make room even where no hold goes away, and under the lowest maximum that is to come.
  const shortfall = tally.used + book.holdsOn(limit.counter).length - (lowestMax(limit) ?? 0) + 1;
  return shortfall <= 0 ? null : { limit, after, count: Math.min(shortfall, tally.used) };
}

/** Every one: what a next window reaches back to and this one does not, nobody has counted. */
const ALL = Number.MAX_SAFE_INTEGER;

function calendarNeed(limit: Limit, book: ScopeBook): EntriesNeed | null {
  const tally = book.tally(limit.counter);
  const { window } = limit.counter;
  if (isRolling(tally) || window.kind === 'ROLLING' || book.zones.length < 2) return null;
  const next = calendarBounds(window.kind, book.zones, tally.end);
  const count = next.start < tally.start ? ALL : tally.used;
  return next.start < tally.end && count > 0 ? { limit, after: next.start - 1, count } : null;
}

/** Room for one more on a counter. */
export function limitRule(limit: Limit, book: ScopeBook, holdsWill: HoldsWill): Rule {
  const tally = book.tally(limit.counter);
  const occupied = occupiedNow(limit, book);
  let ahead: Occupancy[] | undefined;
  const lookAhead = () => (ahead ??= occupancyAhead(limit, book, holdsWill));
  const mayChange =
    occupied >= limit.max ||
    stepsAhead(limit, holdsWill).length > 0 ||
    book.setsAside(limit.counter) ||
    zoneChangeAhead(limit, book, tally);
  const occupiedAt = (at: Instant): number => occupancyAt(at, book.at, occupied, mayChange, lookAhead);
  const changesAhead = (): Occupancy[] => {
    const ofMaximum = stepsAhead(limit, holdsWill).map(({ from }) => ({
      at: from,
      occupied: occupiedAt(from),
    }));
    if (ofMaximum.length === 0) return lookAhead();
    return [...lookAhead(), ...ofMaximum].toSorted((one, other) => one.at - other.at);
  };

  return {
    objectionAt: (at) =>
      occupiedAt(at) < maxAt(limit, at, holdsWill) || isToldByHealth(limit, at, holdsWill)
        ? null
        : objectionOf(limit, book),
    admitsFrom(at) {
      if (lowestMax(limit) === null) return null;
      if (!mayChange || occupiedAt(at) < maxAt(limit, at, holdsWill)) return at;
      const room = changesAhead().find(
        (change) => change.at > at && change.occupied < maxAt(limit, change.at, holdsWill),
      );
      // Beyond the horizon nobody looked which days begin.
      return room && room.at <= book.at + HORIZON ? room.at : null;
    },
  };
}

/** One code a state: that nothing goes out for the seat's health is for the rule to tell that found it out. */
export function isToldByHealth(limit: Limit, at: Instant, holdsWill: HoldsWill): boolean {
  const { max, origin } = stepAt(limit, at, holdsWill);
  return origin === 'HEALTH' && max === 0;
}

/** The lowest maximum that admits anything, now or later; null where none ever does. */
function lowestMax({ max, later = [], laterIfCommitted = [] }: Limit): number | null {
  const admitting = [max, ...[...later, ...laterIfCommitted].map((step) => step.max)].filter(
    (each) => each > 0,
  );
  return admitting.length > 0 ? Math.min(...admitting) : null;
}

function highestMax({ max, later = [], laterIfCommitted = [] }: Limit): number {
  return Math.max(max, ...[...later, ...laterIfCommitted].map((step) => step.max));
}

/** How much of a counter is taken from an instant on, until the next one in the list. */
interface Occupancy {
  readonly at: Instant;
  readonly occupied: number;
}

function occupancyAt(
  at: Instant,
  now: Instant,
  occupied: number,
  mayChange: boolean,
  lookAhead: () => Occupancy[],
): number {
  if (at <= now || !mayChange) return occupied;
  return lookAhead().findLast((change) => change.at <= at)?.occupied ?? occupied;
}

/** Whether the next window of a calendar counter begins before the one of now ends. */
function zoneChangeAhead(limit: Limit, book: ScopeBook, tally: Tally): boolean {
  const { window } = limit.counter;
  if (isRolling(tally) || window.kind === 'ROLLING' || book.zones.length < 2) return false;
  return calendarBounds(window.kind, book.zones, tally.end).start < tally.end;
}

export function occupancyAhead(limit: Limit, book: ScopeBook, holdsWill: HoldsWill): Occupancy[] {
  const { window } = limit.counter;
  const leaves =
    window.kind === 'ROLLING'
      ? rollingLeaves(limit, book, window.seconds * SECOND, holdsWill)
      : calendarLeaves(limit, book, holdsWill);
  const changes = [...leaves, ...outsideChanges(limit, book)];
  let occupied = occupiedNow(limit, book);
  const ahead: Occupancy[] = [];
  for (const { at, count } of changes.toSorted((one, other) => one.at - other.at)) {
    occupied -= count;
    if (ahead.at(-1)?.at === at) ahead.pop();
    ahead.push({ at, occupied });
  }
  return ahead;
}

export function occupiedNow({ counter }: Limit, book: ScopeBook): number {
  return book.tally(counter).used + book.holdsOn(counter).length + book.unknown(counter);
}

/** What is set aside leaves with its day, and comes, as what leaves negatively, with each day that begins. */
function outsideChanges({ counter }: Limit, book: ScopeBook): Entry[] {
  return book.staysSetAside(counter, book.at + HORIZON).flatMap(({ from, until, count }) =>
    from > book.at
      ? [
          { at: from, count: -count },
          { at: until, count },
        ]
      : [{ at: until, count }],
  );
}

/** A charge at t leaves at t + length; a hold at its expiry, or its length after the last moment it can be sent. */
function rollingLeaves(limit: Limit, book: ScopeBook, length: number, holdsWill: HoldsWill): Entry[] {
  return [
    ...entriesGiven(limit, book).map(({ at, count }) => ({ at: at + length, count })),
    ...book.holdsOn(limit.counter).map(({ expiresAt }) => ({
      at: holdsWill === 'LAPSE' ? expiresAt : lastMoment(expiresAt) + length,
      count: 1,
    })),
  ];
}

/** All of a calendar window leaves at its end, but for what the next one reaches back to after a change of zone. */
function calendarLeaves(limit: Limit, book: ScopeBook, holdsWill: HoldsWill): Entry[] {
  const { window } = limit.counter;
  const tally = book.tally(limit.counter);
  if (isRolling(tally) || window.kind === 'ROLLING')
    throw new Error('A calendar counter has a calendar tally.');
  const { kind } = window;
  const next = calendarBounds(kind, book.zones, tally.end);
  const given = next.start < tally.end ? entriesGiven(limit, book) : [];
  const carried = given.filter(({ at }) => at >= next.start);
  const leaveAt = (hold: LiveHold): Instant =>
    holdsWill === 'LAPSE' ? hold.expiresAt : leavesCalendarAt(kind, book.zones, lastMoment(hold.expiresAt));
  return [
    { at: tally.end, count: tally.used - countOf(carried) },
    ...carried.map(({ at, count }) => ({ at: leavesCalendarAt(kind, book.zones, at, tally.end), count })),
    ...book.holdsOn(limit.counter).map((hold) => ({ at: leaveAt(hold), count: 1 })),
  ];
}

function lastMoment(expiresAt: Instant): Instant {
  return expiresAt - 1;
}

function entriesGiven(limit: Limit, book: ScopeBook): readonly Entry[] {
  if (entriesNeeded(limit, book)) throw new Error(`Counter ${limit.counter.key} was not given its charges.`);
  const { counter } = limit;
  const [first, ...others] = newestGiven(limit, book) ?? [];
  if (!first) return book.entriesOf(counter)?.entries ?? [];
  // With it the last of those before it has left.
  return [{ at: first.at, count: book.tally(counter).used - countOf(others) }, ...others];
}

export function objectionOf(limit: Limit, book: ScopeBook): Objection {
  const { used, held, unknown } = book.usage(limit);
  if (limit.counter.unanswered) {
    const facts = { pending: used + held, most: limit.max };
    return { code: 'TOO_MANY_PENDING_INVITATIONS', facts, limit: null };
  }
  return { code: 'LIMIT_REACHED', facts: { used, held, unknown }, limit };
}
