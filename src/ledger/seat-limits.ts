import type { ZoneFrom } from '../quota/calendar.js';
import type { Limit } from '../quota/limit.js';
import { policyAt } from '../quota/policy/index.js';
import { warmUpLimits } from '../quota/warm-up.js';
import type { Instant } from '../quota/window.js';
import type { Pace } from './paces.js';

/** What of a seat lowers its own maxima for a time. */
interface SeatOverTime {
  readonly warmUpStartedOn: string | null;
  readonly zones: { readonly seat: readonly ZoneFrom[] };
}

/** Whether time alone changes a limit of the seat, now or ever. */
export function changesInTime({ warmUpStartedOn }: SeatOverTime): boolean {
  return warmUpStartedOn !== null;
}

/** The lower maxima on a seat's policy limits that time alone changes. */
export function seatLimitsOverTime(
  { warmUpStartedOn, zones }: SeatOverTime,
  ofPolicy: readonly Limit[],
  at: Instant,
  { lastSentAt, resumedAt }: Pace,
): Limit[] {
  if (warmUpStartedOn === null) return [];
  const warmUp = { startedOn: warmUpStartedOn, zones: zones.seat, lastSentAt, resumedAt };
  return warmUpLimits(policyAt(at), ofPolicy, warmUp, at);
}
