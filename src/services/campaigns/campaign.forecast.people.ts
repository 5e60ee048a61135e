import type { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type * as forecast from '../../outreach/campaign/forecast.js';
import { firstPlace } from '../../outreach/campaign/next-step.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import { groupBy } from '../page.js';
import { endOf } from './campaign.days.js';
import type { Enrolled } from './enrolment.rows.js';
import type { readFacts } from './touch.facts.js';

/** Whom a forecast plays through, by seat and campaign. */

type AheadMap = Map<string, forecast.AheadOf[]>;

/** Who is in campaigns of some seats already. */
export function aheadBySeat(
  people: readonly (Enrolled & { readonly weight: number })[],
  facts: Awaited<ReturnType<typeof readFacts>>,
): AheadMap {
  const seats = groupBy(people, ({ seatId }) => seatId);
  return new Map(
    [...seats].map(([seatId, ofSeat]) => {
      const campaigns = groupBy(ofSeat, (person) => person.campaignId);
      const lines = [...campaigns].map(([campaignId, some]) => ({
        ...{ campaignId, weight: some[0]!.weight, until: endOf(some[0]!) },
        people: some.map((person) => ({
          ...{
            definition: person.definition,
            facts: facts.get(person.id)!,
            isFirst: person.startedAt === null,
          },
          place: { step: person.step, since: person.stepSince },
        })),
      }));
      return [seatId, lines];
    }),
  );
}

/** Those who are not taken in yet, given to the seats by their shares. */
export function addNewcomers(
  bySeat: AheadMap,
  of: {
    readonly campaignId: string;
    readonly definition: Definition;
    readonly shares: readonly CampaignSeatEntity[];
    /** When they begin, and when the campaign's last day is over. */
    readonly at: Instant;
    readonly until: Instant | null;
    /** Seats that have no InMails. */
    readonly lacking: ReadonlySet<string>;
  },
  newcomers: number,
): void {
  const { campaignId, definition, shares, at, until, lacking } = of;
  const all = shares.reduce((sum, { weight }) => sum + weight, 0);
  let left = newcomers;
  for (const [index, { seatId, weight }] of shares.entries()) {
    const count = index === shares.length - 1 ? left : Math.floor((newcomers * weight) / all);
    left -= count;
    if (count === 0) continue;
    const facts = {
      ...({ degree: 'UNKNOWN', openProfile: false, acceptedAt: null } as const),
      lacksInmail: lacking.has(seatId),
      ...{ declinedAt: null, repliedAt: null, optedOutAt: null },
    };
    const one = { definition, facts, place: firstPlace(definition, at), isFirst: true };
    const line = { campaignId, weight, until, people: Array.from({ length: count }, () => one) };
    bySeat.set(seatId, [...(bySeat.get(seatId) ?? []), line]);
  }
}
