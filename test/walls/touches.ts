import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import type { Json } from '../support/api.js';
import { asCampaign } from './campaigns.js';
import type { Ground, Use } from './ground.js';

/** The reservation of each touch that was claimed. */
const reservations = new Map<string, string>();
/** The campaign of each touch. */
const campaigns = new Map<string, string>();

/** Somebody whom the territory named itself: whoever attacks lists people of others as well, by what it says of them. */
const IS_NAMED = `EXISTS (SELECT 1 FROM prospect p WHERE p.agency_id = enrolment.agency_id
  AND p.recipient_id = enrolment.recipient_id AND p.profile_url LIKE $7)`;

export function reservationOf(touch: string): string | null {
  return reservations.get(touch) ?? null;
}

/** A touch of somebody in a launched campaign; with a hold, where it is to be one that somebody has claimed. */
export async function makeTouch(territory: Ground, use: Use): Promise<string> {
  const { api, agency } = territory;
  await territory.take('prospect');
  const campaign = await asCampaign(territory, await territory.take('campaign'), 'LAUNCHED');
  const reservation = use === 'CLAIMED' ? await territory.take('reservation') : null;
  const id = randomUUID();
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query(
      `INSERT INTO touch (agency_id, id, enrolment_id, campaign_id, seat_id, step, state, due_at, claimed_by, claimed_at,
         claimed_until, reservation_id)
       SELECT agency_id, $3, id, campaign_id, seat_id, step, $4, step_since, $5, step_since, step_since + 1, $6 FROM enrolment
       WHERE agency_id = $1 AND campaign_id = $2 ORDER BY ${IS_NAMED} DESC LIMIT 1`,
      [
        ...[agency.agencyId, fromId('campaign', campaign), id],
        ...[reservation ? 'CLAIMED' : 'DUE', territory.claimant],
        ...[reservation && fromId('reservation', reservation), `%${territory.canary}%`],
      ],
    ),
  );
  const touch = toId('touch', id);
  campaigns.set(touch, campaign);
  if (reservation) reservations.set(touch, reservation);
  return touch;
}

/** Two seats of which one gives its people to the other are of one campaign, and so are their touches. */
export async function matchSeats(territory: Ground, values: Json): Promise<Json> {
  if (!('toSeatId' in values)) return values;
  const campaignId = campaigns.get(values.touchIds?.[0] ?? '') ?? values.campaignId;
  const fromSeatId = territory.seatOf(campaignId);
  const seats = [fromSeatId, values.toSeatId].map((seatId) => ({ seatId }));
  const query =
    'mutation ($input: SetCampaignSeatsInput!) { setCampaignSeats(input: $input) { campaign { id } } }';
  await territory.api.data(territory.key, query, { input: { campaignId, seats } });
  return { ...values, campaignId, fromSeatId };
}
