import type { ZoneFrom } from '../../quota/calendar.js';
import type { Scope } from '../../quota/counter.js';
import { limitsThrough, policyLimits, type Limit, type SeatLimitTerms } from '../../quota/limit.js';
import type { PolicyCourse } from '../../quota/policy/index.js';
import { halfCapLimits } from '../../quota/rules/restriction.rule.js';
import type { RestrictionFacts } from '../../quota/seat-facts.js';
import { warmUpLimits } from '../../quota/warm-up.js';
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
  { lastSentAt, resumedAt, heldUntil }: Pace,
): Limit[] {
  const { warmUpStartedOn, restrictions, zones, course } = seat;
  if (!changesInTime(seat)) return [];
  const halved = limitsThrough(course, at, (policy) =>
    halfCapLimits(policyLimits(policy, seat, scope), restrictions, at),
  );
  if (warmUpStartedOn === null) return halved;
  const warmUp = { startedOn: warmUpStartedOn, zones: zones.seat, lastSentAt, resumedAt, heldUntil };
  const warming = limitsThrough(course, at, (policy) =>
    warmUpLimits(policy, policyLimits(policy, seat, scope), warmUp, at),
  );
  return [...warming, ...halved];
}
