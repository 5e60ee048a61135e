import type { EntityManager } from 'typeorm';
import { CampaignSeatEntity } from '../../entities/campaign-seat.entity.js';
import type { CampaignEntity } from '../../entities/campaign.entity.js';
import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import type { SpreadSeat } from '../../outreach/campaign/spread.js';
import { groupBy } from '../page.js';
import { FROM_THE_START, type Audience } from './campaign.audience.js';
import { seatsOf } from './campaign.checking.js';
import { listedName, readMarked } from '../prospects/prospect.marks.js';

/** What has to be known of people and seats before somebody is taken into a campaign. */

// Two who turned out to be one person are one: whoever was taken in as either of them is there, and who is listed as the other one
// alone is taken in as that one. Who went off the list since it was read is left out. The list is asked once for all of them: where
// all lists that PostgreSQL last saw were short, it would be read whole for each.
const READ_ENROLLED: Statement = {
  name: 'read_enrolled',
  text: `
WITH p AS MATERIALIZED (
  SELECT n.id, n.number, p.ids FROM unnest($3::uuid[]) WITH ORDINALITY AS n (id, number)
  CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('$1', 'n.id')} AS ids OFFSET 0) AS p),
l AS MATERIALIZED (
  SELECT recipient_id AS id FROM prospect WHERE agency_id = $1 AND client_account_id = $4
    AND recipient_id = ANY (ARRAY(SELECT unnest(p.ids) FROM p)))
SELECT DISTINCT ON (p.number) l.id, p.ids[1] AS "personId", EXISTS (SELECT 1 FROM enrolment e
  WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.recipient_id = ANY (p.ids)) AS "isThere"
FROM p CROSS JOIN LATERAL unnest(p.ids) AS one (id) JOIN l ON l.id = one.id
ORDER BY p.number, l.id <> p.id`,
};

interface Newcomer {
  readonly id: string;
  /** Of several who are one person the one that stays. */
  readonly personId: string;
  readonly isThere: boolean;
}

/** Those who are not in the campaign yet, and may be contacted; of several who are one person one. */
export async function withoutThoseKnown(
  transaction: LedgerTransaction,
  { agencyId, id, clientAccountId }: CampaignEntity,
  people: readonly string[],
): Promise<string[]> {
  const rows = await transaction.query<Newcomer & { [column: string]: unknown }>(READ_ENROLLED, [
    ...[agencyId, id, people, clientAccountId],
  ]);
  const chosen = new Map<string, string>();
  for (const newcomer of rows.filter(({ isThere }) => !isThere)) {
    const { personId } = newcomer;
    if (!chosen.has(personId) || newcomer.id === personId) chosen.set(personId, newcomer.id);
  }
  const listed = [...chosen.values()].map((recipientId) => ({ recipientId, clientAccountId }));
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
SELECT n.id AS "recipientId", k.seat_id AS "seatId" FROM unnest($2::uuid[]) AS n (id)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'n.id')}) AS p (id)
CROSS JOIN LATERAL (SELECT c.seat_id FROM connection c
  WHERE c.agency_id = $1 AND c.recipient_id = p.id AND c.seat_id = ANY ($3::uuid[]) OFFSET 0) AS k`,
};

/** The seats that each person is connected to, by whichever address. */
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
): Promise<(SpreadSeat & { readonly isActive: boolean })[]> {
  const { agencyId, id: campaignId } = campaign;
  const seats = (await seatsOf(manager, campaign)).filter(({ status }) => status !== 'REMOVED');
  const members = await manager.findBy(CampaignSeatEntity, { agencyId, campaignId });
  const weights = new Map(members.map(({ seatId, weight }) => [seatId, weight]));
  const counted = await transaction.query<{ seatId: string; people: number }>(COUNT_PEOPLE, [
    agencyId,
    campaignId,
  ]);
  const people = new Map(counted.map((one) => [one.seatId, Number(one.people)]));
  return seats.map(({ id, status }) => ({
    ...{ id, isActive: status === 'ACTIVE', weight: weights.get(id) ?? 1 },
    ...{ room: rooms.get(id) ?? 0, people: people.get(id) ?? 0 },
  }));
}
