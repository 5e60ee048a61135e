import { limitsSet, lowestLimits } from '../../quota/limit.js';
import type { CampaignStatus } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { distinctBy } from './distinct.js';
import { LIMIT_JSON, setLimitFromJson, type LimitJson } from './standing-json.js';
import type { CampaignStanding, SeatRef, Standing } from './standing.js';

/** A campaign that somebody names for a seat, if one. */
export interface CampaignNamed extends SeatRef {
  readonly campaignId: string | null;
}

export function campaignName(seatId: string, campaignId: string): string {
  return `${seatId} ${campaignId}`;
}

/** A campaign that has the seat; of one that has ended, where it was read for whoever names it. */
export function campaignOfSeat(
  { endedCampaigns }: { readonly endedCampaigns: ReadonlyMap<string, CampaignStanding> },
  { seatId, campaigns }: Standing,
  campaignId: string | null,
): CampaignStanding | null {
  if (campaignId === null) return null;
  const found = campaigns.find(({ id }) => id === campaignId);
  return found ?? endedCampaigns.get(campaignName(seatId, campaignId)) ?? null;
}

interface Row {
  readonly index: number;
  readonly client_account_id: string;
  readonly status: CampaignStatus;
  readonly limits: readonly LimitJson[];
}

// LATERAL … LIMIT 1: joined plainly, the agencies of the wall become an index condition and all campaigns of an agency are read.
const READ_ENDED_CAMPAIGNS: Statement = {
  name: 'read_ended_campaigns',
  text: `
SELECT n.i AS index, e.client_account_id, e.status, e.limits
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[]) AS n (i, agency_id, seat_id, campaign_id)
CROSS JOIN LATERAL (
  SELECT c.client_account_id, c.status, (SELECT coalesce(json_agg(json_build_array(${LIMIT_JSON}) ORDER BY l.id), '[]')
      FROM scope_limit l WHERE l.agency_id = c.agency_id AND l.scope_kind = 'CAMPAIGN' AND l.scope_id = c.id) AS limits
  FROM campaign_seat m JOIN campaign c ON c.agency_id = m.agency_id AND c.id = m.campaign_id
  WHERE m.agency_id = n.agency_id AND m.campaign_id = n.campaign_id AND m.seat_id = n.seat_id LIMIT 1) AS e`,
};

/** Where the standings of an agency are, and what is read of its campaigns goes. */
interface ReadingOfAgency {
  readonly standings: ReadonlyMap<string, Standing>;
  addEndedCampaign(standing: Standing, campaign: CampaignStanding): void;
}

/**
 * Reads the campaigns that somebody names and that are not in the seats' standings. Years of campaigns that have ended pile up
 * at a seat, of which hardly any is ever named again: they are in no standing, and are read for whoever names one.
 */
export async function readEndedCampaigns(
  transaction: LedgerTransaction,
  named: readonly CampaignNamed[],
  readingOf: (agencyId: string) => ReadingOfAgency,
): Promise<void> {
  const unknown = named.flatMap(({ agencyId, seatId, campaignId }) => {
    const standing = readingOf(agencyId).standings.get(seatId);
    if (!standing || campaignId === null) return [];
    return standing.campaigns.some(({ id }) => id === campaignId) ? [] : [{ standing, campaignId }];
  });
  const asked = distinctBy(unknown, ({ standing, campaignId }) => campaignName(standing.seatId, campaignId));
  if (asked.length === 0) return;
  const rows = await transaction.query<Row>(READ_ENDED_CAMPAIGNS, [
    asked.map((_, index) => index),
    asked.map(({ standing }) => standing.agencyId),
    asked.map(({ standing }) => standing.seatId),
    asked.map(({ campaignId }) => campaignId),
  ]);
  for (const { index, client_account_id: clientAccountId, status, limits } of rows) {
    const { standing, campaignId: id } = asked[index]!;
    const ofCampaign = limitsSet(limits.map(setLimitFromJson), { kind: 'CAMPAIGN', id }, 'CUSTOM');
    const campaign = { id, clientAccountId, status, set: lowestLimits(ofCampaign) };
    readingOf(standing.agencyId).addEndedCampaign(standing, campaign);
  }
}
