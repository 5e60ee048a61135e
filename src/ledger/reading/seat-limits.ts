import type { ZoneFrom } from '../../quota/calendar.js';
import type { Scope } from '../../quota/counter.js';
import {
  limitsThrough,
  policyLimits,
  withoutSteps,
  type Limit,
  type SeatLimitTerms,
} from '../../quota/limit.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import { halfCapLimits } from '../../quota/rules/restriction.rule.js';
import type { RestrictionFacts } from '../../quota/seat-facts.js';
import { warmUpLimits, warmUpLimitsAt, type WarmUp } from '../../quota/warm-up.js';
import type { Instant } from '../../quota/window.js';
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

/** The lower maxima on a seat's policy limits that time alone changes, of the version in force and of those to come. */
export function seatLimitsOverTime(
  seat: SeatOverTime & SeatLimitTerms & { readonly course: PolicyCourse },
  scope: Scope,
  at: Instant,
  pace: Pace,
): Limit[] {
  const { restrictions, course } = seat;
  if (!changesInTime(seat)) return [];
  const halved = limitsThrough(course, at, (policy) =>
    halfCapLimits(policyLimits(policy, seat, scope), restrictions, at),
  );
  const warmUp = warmUpOf(seat, pace);
  if (!warmUp) return halved;
  const warming = limitsThrough(course, at, (policy) =>
    warmUpLimits(policy, policyLimits(policy, seat, scope), warmUp, at),
  );
  return [...warming, ...halved];
}

/** The same at an instant alone, on the limits of the version that was in force: nobody looks ahead from there. */
export function loweredLimitsAt(
  seat: SeatOverTime & { readonly course: PolicyCourse },
  ofPolicy: readonly Limit[],
  at: Instant,
  pace: Pace,
): Limit[] {
  if (!changesInTime(seat)) return [];
  const halved = halfCapLimits(ofPolicy, seat.restrictions, at).map(withoutSteps);
  const warmUp = warmUpOf(seat, pace);
  return warmUp ? [...warmUpLimitsAt(seat.course.at(at), ofPolicy, warmUp, at), ...halved] : halved;
}

function warmUpOf({ warmUpStartedOn, zones }: SeatOverTime, pace: Pace): WarmUp | null {
  if (warmUpStartedOn === null) return null;
  const { lastSentAt, resumedAt, heldUntil } = pace;
  return { startedOn: warmUpStartedOn, zones: zones.seat, lastSentAt, resumedAt, heldUntil };
}
