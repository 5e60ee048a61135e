import { calendarBounds, leavesCalendarAt } from '../calendar.js';
import { isRolling, type Tally } from '../counter.js';
import { entriesGiven, lowestMax } from '../entries-needed.js';
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

/** As far as it tells when there is room for so many sends. */
export function occupancyAhead(limit: Limit, book: ScopeBook, holdsWill: HoldsWill, sends = 1): Occupancy[] {
  const { window } = limit.counter;
  const leaves =
    window.kind === 'ROLLING'
      ? rollingLeaves(limit, book, window.seconds * SECOND, { holdsWill, sends })
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
function rollingLeaves(
  limit: Limit,
  book: ScopeBook,
  length: number,
  { holdsWill, sends }: { readonly holdsWill: HoldsWill; readonly sends: number },
): Entry[] {
  return [
    ...entriesGiven(limit, book, sends).map(({ at, count }) => ({ at: at + length, count })),
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

export function objectionOf(limit: Limit, book: ScopeBook): Objection {
  const { used, held, unknown } = book.usage(limit);
  if (limit.counter.unanswered) {
    const facts = { pending: used + held, most: limit.max };
    return { code: 'TOO_MANY_PENDING_INVITATIONS', facts, limit: null };
  }
  return { code: 'LIMIT_REACHED', facts: { used, held, unknown }, limit };
}
