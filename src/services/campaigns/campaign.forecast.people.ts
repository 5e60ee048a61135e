import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type * as forecast from '../../outreach/campaign/forecast.js';
import { firstPlace } from '../../outreach/campaign/next-step.js';
import type { Definition } from '../../outreach/campaign/steps.js';
import type { Instant } from '../../quota/window.js';
import { groupBy } from '../page.js';
import { endOf } from './campaign.days.js';
import type { Enrolled } from './enrolment.rows.js';
import { seenUntil } from './seat.times.js';
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

/** Of a campaign's people: who waits for the first touch, who was invited by a touch, and who of them is connected to the seat that did. */
export interface PeopleCounted {
  readonly unstarted: number;
  readonly invited: number;
  readonly accepted: number;
}

// Whom a seat that left is connected to is told by the client account that has it; what was learned here before stays.
const COUNT_PEOPLE: Statement = {
  name: 'count_people_of_campaign',
  text: `
SELECT count(*) FILTER (WHERE e.state = 'ACTIVE' AND e.started_at IS NULL)::int4 AS unstarted,
  count(i.seat_ids)::int4 AS invited, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM connection k
    WHERE k.agency_id = e.agency_id AND k.seat_id = ANY (i.seat_ids) AND k.recipient_id = e.recipient_id
      AND (k.learned_at < ${seenUntil('$1', 'k.seat_id', 'c.client_account_id')}) IS NOT FALSE)
  OR EXISTS (SELECT 1 FROM engagement a
    WHERE a.agency_id = e.agency_id AND a.seat_id = ANY (i.seat_ids) AND a.recipient_id = e.recipient_id
      AND a.kind = 'INVITATION_ACCEPTED' AND a.client_account_id = c.client_account_id))::int4 AS accepted
FROM enrolment e JOIN campaign c ON c.agency_id = e.agency_id AND c.id = e.campaign_id
LEFT JOIN LATERAL (
  SELECT array_agg(d.seat_id) AS seat_ids FROM touch t
  CROSS JOIN LATERAL unnest(t.reservation_id || t.earlier_reservation_ids) AS claim (id)
  JOIN decision d ON d.agency_id = t.agency_id AND d.id = claim.id AND d.action = 'CONNECTION_REQUEST'
  WHERE t.agency_id = e.agency_id AND t.enrolment_id = e.id AND t.state = 'DONE') AS i ON true
WHERE e.agency_id = $1 AND e.campaign_id = $2`,
};

/** Whichever claim of a touch it was that sent the invitation. */
export async function countPeople(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignId: string,
): Promise<PeopleCounted> {
  const [counted] = await transaction.query<PeopleCounted & { [column: string]: unknown }>(COUNT_PEOPLE, [
    agencyId,
    campaignId,
  ]);
  return counted ?? { unstarted: 0, invited: 0, accepted: 0 };
}
