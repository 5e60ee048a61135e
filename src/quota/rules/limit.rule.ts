import type { ScopeBook } from '../book.js';
import { calendarBounds } from '../calendar.js';
import { isRolling, type Tally } from '../counter.js';
import { lowestMax } from '../entries-needed.js';
import { limitsOn, maxAt, stepAt, stepsAhead, type Limit, type MaxStep } from '../limit.js';
import { firstRoom, occupancyOf, occupiedNow, type Occupancy } from '../occupancy.js';
import type { Objection, Reason, Rule } from '../rule.js';
import type { HoldsWill, Unit } from '../unit.js';
import { taken } from '../usage.js';
import type { Instant } from '../window.js';

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
  const occupied = occupiedNow(limit, book);
  const steps = stepsAhead(limit, holdsWill);
  const mayChange = !staysOpen(limit, book, steps);
  let ahead: Occupancy | undefined;
  const lookAhead = () => (ahead ??= occupancyOf(limit, book, holdsWill));
  const takenAt = (at: Instant): number => (at <= book.at || !mayChange ? occupied : lookAhead().takenAt(at));
  const maxFrom = (at: Instant): number => maxAt(limit, at, holdsWill);

  return {
    objectionAt: (at) =>
      takenAt(at) < maxFrom(at) || isToldByHealth(limit, at, holdsWill) ? null : objectionOf(limit, book),
    admitsFrom(at) {
      if (lowestMax(limit) === null) return null;
      if (!mayChange || takenAt(at) < maxFrom(at)) return at;
      return firstRoom(lookAhead(), at, { maxFrom, changesAt: (from) => nextOf(steps, from) });
    },
  };
}

/** Whether there is room on a counter, now and for as long as nothing more happens. */
export function staysOpen(
  limit: Limit,
  book: ScopeBook,
  steps: readonly MaxStep[] = [...stepsAhead(limit, 'LAPSE'), ...stepsAhead(limit, 'COMMIT')],
): boolean {
  return (
    occupiedNow(limit, book) < limit.max &&
    steps.length === 0 &&
    !book.setsAside(limit.counter) &&
    !zoneChangeAhead(limit, book, book.tally(limit.counter))
  );
}

/** One code a state: that nothing goes out for the seat's health is for the rule to tell that found it out. */
export function isToldByHealth(limit: Limit, at: Instant, holdsWill: HoldsWill): boolean {
  const { max, origin } = stepAt(limit, at, holdsWill);
  return origin === 'HEALTH' && max === 0;
}

function nextOf(steps: readonly MaxStep[], after: Instant): Instant {
  return steps.find(({ from }) => from > after)?.from ?? Infinity;
}

/** Whether the next window of a calendar counter begins before the one of now ends. */
function zoneChangeAhead(limit: Limit, book: ScopeBook, tally: Tally): boolean {
  const { window } = limit.counter;
  if (isRolling(tally) || window.kind === 'ROLLING' || book.zones.length < 2) return false;
  return calendarBounds(window.kind, book.zones, tally.end).start < tally.end;
}

export function objectionOf(limit: Limit, book: ScopeBook): Objection {
  const { used, held, unknown } = book.usage(limit);
  if (limit.counter.unanswered) {
    const facts = { pending: used + held, most: limit.max };
    return { code: 'TOO_MANY_PENDING_INVITATIONS', facts, limit: null };
  }
  return { code: 'LIMIT_REACHED', facts: { used, held, unknown }, limit };
}
