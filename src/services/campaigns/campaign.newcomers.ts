import type { EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { SpreadSeat } from '../../outreach/campaign/spread.js';
import { groupBy } from '../page.js';
import { FROM_THE_START, type Audience } from './campaign.audience.js';
import { seatsOf } from './campaign.checking.js';
import { listedName, readMarked } from '../prospects/prospect.marks.js';

/** What has to be known of people and seats before somebody is taken into a campaign. */

// Two who turned out to be one person are one: whoever was taken in as either of them is there.
const READ_ENROLLED: Statement = {
  name: 'read_enrolled',
  text: `
SELECT e.recipient_id AS id FROM enrolment e
WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.recipient_id = ANY ($3::uuid[])
UNION ALL
SELECT r.merged_into FROM enrolment e JOIN recipient r ON r.agency_id = e.agency_id AND r.id = e.recipient_id
WHERE e.agency_id = $1 AND e.campaign_id = $2 AND r.merged_into IS NOT NULL`,
};

/** Those who are not in the campaign yet, and may be contacted. */
export async function withoutThoseKnown(
  transaction: LedgerTransaction,
  { agencyId, id, clientAccountId }: CampaignEntity,
  people: readonly string[],
): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(READ_ENROLLED, [agencyId, id, people]);
  const enrolled = new Set(rows.map((row) => row.id));
  const others = people.filter((recipientId) => !enrolled.has(recipientId));
  const listed = others.map((recipientId) => ({ recipientId, clientAccountId }));
  const marked = await readMarked(transaction, agencyId, listed);
  return listed.filter((one) => !marked.has(listedName(one))).map(({ recipientId }) => recipientId);
}

/** Lists are looked through so far, for a count alone: beyond, whoever is on the list counts. */
const LOOKED_AT_MAX = 10_000;
const PEOPLE_AT_ONCE = 1_000;

/** How many of its list a campaign would take in now. */
export async function countNewcomers(
  transaction: LedgerTransaction,
  campaign: CampaignEntity,
  audience: Audience,
): Promise<number> {
  let [newcomers, lookedAt, after] = [0, 0, FROM_THE_START];
  while (lookedAt < LOOKED_AT_MAX) {
    const people = await audience.people(transaction, campaign, { after, rows: PEOPLE_AT_ONCE });
    newcomers += (await withoutThoseKnown(transaction, campaign, people)).length;
    lookedAt += people.length;
    const last = people.at(-1);
    if (last === undefined || people.length < PEOPLE_AT_ONCE) return newcomers;
    after = last;
  }
  const listed = (await audience.count(transaction, campaign)) ?? 0;
  return newcomers + Math.max(0, listed - lookedAt);
}

const READ_CONNECTIONS: Statement = {
  name: 'read_connections_of_people',
  text: `
SELECT c.recipient_id AS "recipientId", c.seat_id AS "seatId" FROM connection c
WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[]) AND c.seat_id = ANY ($3::uuid[])`,
};

/** The seats that each person is connected to. */
export async function connectionsOf(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly string[],
  seats: readonly SpreadSeat[],
): Promise<Map<string, ReadonlySet<string>>> {
  const values = [agencyId, people, seats.map(({ id }) => id)];
  const rows = await transaction.query<{ recipientId: string; seatId: string }>(READ_CONNECTIONS, values);
  const grouped = groupBy(rows, ({ recipientId }) => recipientId);
  return new Map([...grouped].map(([id, some]) => [id, new Set(some.map(({ seatId }) => seatId))]));
}

const COUNT_PEOPLE: Statement = {
  name: 'count_people_of_seats',
  text: `
SELECT e.seat_id AS "seatId", count(*)::int8 AS people FROM enrolment e
WHERE e.agency_id = $1 AND e.campaign_id = $2 GROUP BY e.seat_id`,
};

/** The seats of a campaign that are not removed, with their room and whom they have of it already. */
export async function seatsToSpreadOver(
  manager: EntityManager,
  transaction: LedgerTransaction,
  campaign: CampaignEntity,
  rooms: ReadonlyMap<string, number>,
): Promise<SpreadSeat[]> {
  const { agencyId, id: campaignId } = campaign;
  const seats = (await seatsOf(manager, campaign)).filter(({ status }) => status !== 'REMOVED');
  const members = await manager.findBy(CampaignSeatEntity, { agencyId, campaignId });
  const weights = new Map(members.map(({ seatId, weight }) => [seatId, weight]));
  const counted = await transaction.query<{ seatId: string; people: number }>(COUNT_PEOPLE, [
    agencyId,
    campaignId,
  ]);
  const people = new Map(counted.map((one) => [one.seatId, Number(one.people)]));
  return seats.map(({ id }) => ({
    ...{ id, weight: weights.get(id) ?? 1 },
    ...{ room: rooms.get(id) ?? 0, people: people.get(id) ?? 0 },
  }));
}
