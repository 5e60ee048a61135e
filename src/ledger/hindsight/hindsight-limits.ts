import { lowestLimits, policyLimits, type Limit } from '../../quota/limit.js';
import type { Policy } from '../../quota/policy/index.js';
import type { Instant } from '../../quota/window.js';
import type { Pace } from '../reading/paces.js';
import { loweredLimitsAt } from '../reading/seat-limits.js';
import { limitsOfPeople } from '../reading/standing-limits.js';
import type { CampaignStanding, Standing } from '../reading/standing.js';

/**
 * The limits that a seat was held to at instants of the past, each as it was then: nobody looks ahead from there, and what
 * time made of it would be found anew for each of a thousand instants. Found once for all instants at which they were the same.
 */
export class LimitsInHindsight {
  private readonly ofPolicies = new Map<string, readonly Limit[]>();
  private readonly lowest = new Map<string, readonly Limit[]>();

  constructor(private readonly standing: Standing) {}

  at(at: Instant, pace: Pace, campaign: CampaignStanding | null): readonly Limit[] {
    const { standing } = this;
    const policy = standing.course.at(at);
    const ofPolicy = this.ofPolicy(policy);
    const lowered = loweredLimitsAt(standing, ofPolicy, at, pace);
    // Of one version time lowers the same ones, in the same order: their maxima tell them apart.
    const name = [campaign?.id, policy.id, ...lowered.map(({ origin, max }) => `${origin} ${max}`)].join();
    const known = this.lowest.get(name);
    if (known) return known;
    const limits = lowestLimits([...ofPolicy, ...lowered, ...limitsOfPeople(standing, campaign)]);
    this.lowest.set(name, limits);
    return limits;
  }

  private ofPolicy(policy: Policy): readonly Limit[] {
    const known = this.ofPolicies.get(policy.id);
    if (known) return known;
    const { standing } = this;
    const limits = policyLimits(policy, standing, { kind: 'SEAT', id: standing.seatId });
    this.ofPolicies.set(policy.id, limits);
    return limits;
  }
}
