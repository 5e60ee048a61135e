import type { Ask } from '../../quota/ask.js';
import type { Limit } from '../../quota/limit.js';
import type { Policy } from '../../quota/policy/index.js';
import { gapFacts } from '../../quota/rules/gap.rule.js';
import { actionsLackingIn } from '../../quota/rules/tier.rule.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import type { Pace } from './paces.js';
import { limitsOfStanding } from './standing-limits.js';
import type { CampaignStanding, Standing } from './standing.js';

/** What a request is judged by besides where its seat stands. */
export interface JudgedBy {
  readonly at: Instant;
  /** The version in force, or one to come: its own numbers are those of the ask, but for its limits, which know them all. */
  readonly policy: Policy;
  readonly pace: Pace;
  /** Left out: those that the seat is held to from that instant on. */
  readonly limits?: readonly Limit[];
}

/** A request of a seat as the core judges it under a version of the policy. */
export function askOf(
  standing: Standing,
  campaign: CampaignStanding | null,
  request: { readonly action: Action; readonly noted: boolean; readonly isReply?: boolean },
  { at, policy, pace, limits }: JudgedBy,
): Ask {
  return {
    action: request.action,
    noted: request.noted,
    history: standing.history,
    tier: { tier: standing.tier, actionsLacking: actionsLackingIn(policy, standing.tier) },
    hours: {
      week: standing.workingHours ?? policy.workingHours,
      areOwn: standing.workingHours !== null,
      daysOff: standing.daysOff,
      zones: standing.zones.seat,
      isReply: request.isReply ?? false,
    },
    gap: gapFacts(policy, pace),
    restrictions: standing.restrictions,
    limits: limits ?? limitsOfStanding(standing, campaign, at, pace),
    states: {
      seatPaused: standing.status === 'PAUSED',
      holderAgreed: standing.holderAgreed,
      clientAccountStatus: standing.clientAccountStatus,
      campaignStatus: campaign?.status ?? null,
    },
  };
}

/** A request as it is judged now, with the same under each version of the policy to come. */
export function throughVersions({ course }: Standing, at: Instant, askUnder: (policy: Policy) => Ask): Ask {
  const ask = askUnder(course.at(at));
  const later = course.after(at).map((policy) => ({ from: policy.effectiveFrom, ask: askUnder(policy) }));
  return later.length === 0 ? ask : { ...ask, later };
}
