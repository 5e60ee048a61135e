import { lowestLimits, stepsAhead, type Limit } from '../../quota/limit.js';
import { isRolling, type Scope } from '../../quota/counter.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Usage } from '../../quota/usage.js';
import type { Desk } from '../desk.js';
import type { ScopeLimits } from '../reading/scope-limits.js';
import { limitsOfSeat } from '../reading/standing-limits.js';
import type { Standing } from '../reading/standing.js';
import { usageAt, type ScopeUsage } from './usage-at-desk.js';

/** Counters of a scope as they stand, and until when: the first instant at which time alone may change what is told. */
export interface ScopeUsageUntil extends ScopeUsage {
  readonly changesAt: Instant | null;
}

/** Ahead by more than the longest day: the day after today begins within. */
const DAYS_AHEAD = 2 * DAY;

/** A seat's own counters; its parents' are told at the parents. */
export function seatUsageUntil(desk: Desk, standing: Standing): ScopeUsageUntil {
  const { seatId, course, restrictions } = standing;
  const { acceptance } = desk.invitations;
  const own = limitsOfSeat(standing, desk.at, desk.pace(seatId));
  const limits = acceptance.lowered(standing, own);
  const known = usageUntil(desk, { kind: 'SEAT', id: seatId }, limits);
  const [nextVersion] = course.after(desk.at);
  return {
    ...known,
    changesAt: firstAfter(desk.at, [
      known.changesAt,
      nextVersion?.effectiveFrom,
      acceptance.keptOf(seatId)?.until,
      ...restrictions.flatMap(({ endsAt, halfCapsUntil }) => [endsAt, halfCapsUntil]),
    ]),
  };
}

/** The counters of the limits that are set at a client account, a campaign or an agency. */
export function scopeUsageUntil(desk: Desk, { scope, limits }: ScopeLimits): ScopeUsageUntil {
  return usageUntil(desk, scope, lowestLimits(limits));
}

function usageUntil(desk: Desk, scope: Scope, limits: readonly Limit[]): ScopeUsageUntil {
  const found = usageAt(desk, limits);
  const instants = [
    ...found.usage.map(({ nextRoomAt }) => nextRoomAt),
    ...found.usage.flatMap((usage) => instantsOfWindow(desk, scope, usage)),
    // Those that no limit has yet, and will, among them.
    ...limits.flatMap((limit) => stepsAhead(limit, 'LAPSE').map(({ from }) => from)),
  ];
  return { ...found, changesAt: firstAfter(desk.at, instants) };
}

/** When a calendar's window ends, and when room that is set aside for outside use comes and goes. */
function instantsOfWindow(desk: Desk, scope: Scope, { limit: { counter } }: Usage): Instant[] {
  const book = desk.book(scope);
  const tally = book.tally(counter);
  const stays = book.staysSetAside(counter, desk.at + DAYS_AHEAD);
  return [...(isRolling(tally) ? [] : [tally.end]), ...stays.flatMap(({ from, until }) => [from, until])];
}

function firstAfter(at: Instant, instants: readonly (Instant | null | undefined)[]): Instant | null {
  let first = Infinity;
  for (const instant of instants) {
    if (typeof instant === 'number' && instant > at && instant < first) first = instant;
  }
  return first === Infinity ? null : first;
}
