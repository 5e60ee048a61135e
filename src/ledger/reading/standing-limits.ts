import type { Scope } from '../../quota/counter.js';
import { POOLED_TIERS } from '../../quota/credit-days.js';
import { limitsThrough, lowestLimits, policyLimits, stepsAhead, type Limit } from '../../quota/limit.js';
import type { Instant } from '../../quota/window.js';
import { NO_PACE, type Pace } from './paces.js';
import { changesInTime, seatLimitsOverTime } from './seat-limits.js';
import type { CampaignStanding, Standing } from './standing.js';

/** Every limit that people and the policy set on a seat's own counters, each by itself. */
export function ownLimits(standing: Standing, at: Instant, pace: Pace): Limit[] {
  const seat: Scope = { kind: 'SEAT', id: standing.seatId };
  return [
    ...limitsThrough(standing.course, at, (policy) => policyLimits(policy, standing, seat)),
    ...seatLimitsOverTime(standing, seat, at, pace),
    ...standing.set.seat,
  ];
}

/** The lowest of those of them that people set on each counter: time changes none. */
export function limitsOfPeople(standing: Standing, campaign: CampaignStanding | null): Limit[] {
  return [...standing.set.seat, ...limitsOfParents(standing, campaign).flat()];
}

/** Those of scopes above the seat, on whose counters no other limit of it is: the same lists for all seats that were read together. */
function limitsOfParents({ set }: Standing, campaign: CampaignStanding | null): (readonly Limit[])[] {
  return [campaign?.set ?? [], set.clientAccount, set.agency];
}

/** Limits on a seat's own counters as they were found, for as long as time alone changes none of them. */
interface KeptLimits {
  readonly key: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly own: readonly Limit[];
  /** With those of its parents, by the campaign. */
  readonly whole: Map<string, readonly Limit[]>;
}

const keptOf = new WeakMap<Standing, KeptLimits>();

/** The lowest limit on each counter that a seat's requests are held to, its parents' included. */
export function limitsOfStanding(
  standing: Standing,
  campaign: CampaignStanding | null,
  at: Instant,
  pace: Pace = NO_PACE,
): readonly Limit[] {
  const { own, whole } = keptLimits(standing, at, pace);
  const name = campaign?.id ?? '';
  const known = whole.get(name);
  if (known) return known;
  const limits = [...own, ...limitsOfParents(standing, campaign).flat()];
  whole.set(name, limits);
  return limits;
}

/** Those on the seat's own counters. */
export function limitsOfSeat(standing: Standing, at: Instant, pace: Pace = NO_PACE): readonly Limit[] {
  return keptLimits(standing, at, pace).own;
}

/** All but those of campaigns, in the lists that they were found in, of which whoever goes through many seats has seen most. */
export function listsOfLimits(standing: Standing, at: Instant, pace: Pace = NO_PACE): (readonly Limit[])[] {
  const { agency, clientAccount } = standing.set;
  return [keptLimits(standing, at, pace).own, clientAccount, agency];
}

function keptLimits(standing: Standing, at: Instant, pace: Pace): KeptLimits {
  const paceKey =
    standing.warmUpStartedOn === null ? '' : `${pace.lastSentAt} ${pace.resumedAt} ${pace.heldUntil.join()}`;
  const key = `${standing.course.at(at).id} ${paceKey}`;
  const known = keptOf.get(standing);
  if (known?.key === key && known.from <= at && at < known.until) return known;
  const own = lowestLimits(ownLimits(standing, at, pace));
  // A step that has come is no step any more: the limit is made anew, for the instant from which it holds.
  const until = Math.min(
    ...own.flatMap((limit) =>
      [...stepsAhead(limit, 'LAPSE'), ...stepsAhead(limit, 'COMMIT')].map(({ from }) => from),
    ),
  );
  const kept = { key, from: changesInTime(standing) ? at : -Infinity, until, own, whole: new Map() };
  keptOf.set(standing, kept);
  return kept;
}

/** Whether a limit is set at a scope of a seat, or credits are kept there: where not, what is held there is of no interest. */
export function isLimitedAt(standing: Standing, { kind, id }: Scope): boolean {
  const { set, campaigns, clientAccountId, tier } = standing;
  switch (kind) {
    case 'AGENCY':
      return set.agency.length > 0;
    case 'CLIENT_ACCOUNT':
      // Of the one that had the seat before it is not known here.
      if (id !== clientAccountId || POOLED_TIERS.includes(tier)) return true;
      return set.clientAccount.length > 0;
    case 'CAMPAIGN':
      // Of one that has ended it is not known here.
      return campaigns.find((campaign) => campaign.id === id)?.set.length !== 0;
    case 'SEAT':
      return true;
  }
}
