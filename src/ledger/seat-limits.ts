import type { ZoneFrom } from '../quota/calendar.js';
import type { Limit } from '../quota/limit.js';
import { policyAt } from '../quota/policy/index.js';
import { halfCapLimits } from '../quota/rules/restriction.rule.js';
import type { RestrictionFacts } from '../quota/seat-facts.js';
import { warmUpLimits } from '../quota/warm-up.js';
import type { Instant } from '../quota/window.js';
import type { Pace } from './paces.js';

/** What of a seat lowers its own maxima for a time. */
interface SeatOverTime {
  readonly warmUpStartedOn: string | null;
  readonly restrictions: readonly RestrictionFacts[];
  readonly zones: { readonly seat: readonly ZoneFrom[] };
}

/** Whether time alone changes a limit of the seat, now or ever. */
export function changesInTime({ warmUpStartedOn, restrictions }: SeatOverTime): boolean {
  return warmUpStartedOn !== null || restrictions.length > 0;
}

/** The lower maxima on a seat's policy limits that time alone changes. */
export function seatLimitsOverTime(
  { warmUpStartedOn, restrictions, zones }: SeatOverTime,
  ofPolicy: readonly Limit[],
  at: Instant,
  { lastSentAt, resumedAt, heldUntil }: Pace,
): Limit[] {
  const halved = halfCapLimits(ofPolicy, restrictions, at);
  if (warmUpStartedOn === null) return halved;
  const warmUp = { startedOn: warmUpStartedOn, zones: zones.seat, lastSentAt, resumedAt, heldUntil };
  return [...warmUpLimits(policyAt(at), ofPolicy, warmUp, at), ...halved];
}
