import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { instantOfId } from '../../ledger/books/instant-of-id.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { readOwnPolicies } from '../../ledger/reading/policies.js';
import type { EnrolmentFacts } from '../../outreach/campaign/next-step.js';
import { hasInmail } from '../../outreach/campaign/steps.js';
import { PolicyCourse } from '../../quota/policy/index.js';
import { actionsLackingIn } from '../../quota/rules/tier.rule.js';
import type { Instant } from '../../quota/window.js';
import type { LinkedInTier } from '../../quota/words.js';
import { selvesOf, type Self, type Viewer } from '../../tenancy/viewer.js';
import { listedName, readMarked } from '../prospects/prospect.marks.js';
import type { Enrolled } from './enrolment.rows.js';
import { seenSince, seenUntil } from './seat.times.js';

/** What the books know of the people of campaigns: what they did in answer to their seat since they were taken in, by any address. */

// What the seat was answered for another client account is told by no step here: each person could be given to it, and asked about. Who
// is connected to it is the account's own, though not since when.
const CONNECTED_AT = 'least(c.connected_at, c.learned_at)';
const SEEN_UNTIL = seenUntil('$1', 'n.seat_id', 'n.client_account_id');
const READ_FACTS: Statement = {
  name: 'read_enrolment_facts',
  text: `
SELECT n.i AS index, f.what, f.at
FROM unnest($2::int4[], $3::uuid[], $4::uuid[], $5::int8[], $6::uuid[])
  AS n (i, seat_id, recipient_id, enrolled_at, client_account_id)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'n.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'CONNECTED' AS what, ${seenSince('$1', 'n.seat_id', 'n.client_account_id', CONNECTED_AT)} AS at FROM connection c
    WHERE c.agency_id = $1 AND c.seat_id = n.seat_id AND c.recipient_id = p.id
      AND (c.learned_at < ${SEEN_UNTIL}) IS NOT FALSE LIMIT 1)
  UNION ALL
  (SELECT e.kind, min(e.occurred_at) FROM engagement e
    WHERE e.agency_id = $1 AND e.seat_id = n.seat_id AND e.recipient_id = p.id
      AND e.client_account_id = n.client_account_id
      AND (e.occurred_at >= n.enrolled_at OR e.kind = 'INVITATION_ACCEPTED')
    GROUP BY e.kind)
) AS f`,
};

/** What each kind of engagement is to a campaign. An answer to an InMail is an answer, whichever it is. */
const MEANS: Readonly<Record<string, 'acceptedAt' | 'declinedAt' | 'repliedAt' | 'optedOutAt'>> = {
  CONNECTED: 'acceptedAt',
  INVITATION_ACCEPTED: 'acceptedAt',
  INVITATION_DECLINED: 'declinedAt',
  INVITATION_WITHDRAWN: 'declinedAt',
  REPLIED: 'repliedAt',
  INMAIL_ACCEPTED: 'repliedAt',
  INMAIL_DECLINED: 'repliedAt',
  OPTED_OUT: 'optedOutAt',
};

const READ_TIERS: Statement = {
  name: 'read_tiers_of_seats',
  text: `SELECT s.id, s.tier FROM seat s WHERE s.agency_id = $1 AND s.id = ANY ($2::uuid[])`,
};

/** Those of some seats that have no InMails, by the policy of an instant. */
export async function readLackingInmail(
  transaction: LedgerTransaction,
  agencyId: string,
  seatIds: readonly string[],
  at: Instant,
): Promise<Set<string>> {
  if (seatIds.length === 0) return new Set();
  const own = (await readOwnPolicies(transaction, [agencyId])).get(agencyId) ?? [];
  const policy = new PolicyCourse(own).at(at);
  const rows = await transaction.query<{ id: string; tier: LinkedInTier }>(READ_TIERS, [agencyId, seatIds]);
  const lacking = rows.filter(({ tier }) => actionsLackingIn(policy, tier).includes('INMAIL'));
  return new Set(lacking.map(({ id }) => id));
}

/** By enrolment, as of an instant. */
export async function readFacts(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly Enrolled[],
  at: Instant,
): Promise<Map<string, EnrolmentFacts>> {
  if (people.length === 0) return new Map();
  const lacking = await readLackingInmail(transaction, agencyId, seatsThatMail(people), at);
  const rows = await transaction.query<{ index: number; what: string; at: Instant }>(READ_FACTS, [
    agencyId,
    people.map((_, index) => index),
    people.map(({ seatId }) => seatId),
    people.map(({ recipientId }) => recipientId),
    people.map(({ enrolledAt }) => enrolledAt),
    people.map(({ clientAccountId }) => clientAccountId),
  ]);
  const facts = people.map(({ degree, openProfile, seatId }) => ({
    ...{ degree, openProfile, lacksInmail: lacking.has(seatId) },
    ...({ acceptedAt: null, declinedAt: null, repliedAt: null, optedOutAt: null } as Happened),
  }));
  for (const { index, what, at } of rows) {
    const fact = MEANS[what];
    const known = facts[index]!;
    if (fact) known[fact] = Math.min(known[fact] ?? Infinity, at);
  }
  return new Map(people.map(({ id }, index) => [id, facts[index]!]));
}

/** Each once: only of these it matters whether they have InMails. */
function seatsThatMail(people: readonly Enrolled[]): string[] {
  const mailing = people.filter(({ definition }) => hasInmail(definition));
  return [...new Set(mailing.map(({ seatId }) => seatId))];
}

type Happened = Record<'acceptedAt' | 'declinedAt' | 'repliedAt' | 'optedOutAt', Instant | null>;

// By either address they were taken in before anybody knew.
const READ_TWICE: Statement = {
  name: 'read_people_enrolled_twice',
  text: `
SELECT n.id FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int8[]) AS n (id, campaign_id, recipient_id, enrolled_at)
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('$1', 'n.recipient_id')} AS ids OFFSET 0) AS p
WHERE cardinality(p.ids) > 1 AND EXISTS (SELECT 1 FROM enrolment e
  WHERE e.agency_id = $1 AND e.campaign_id = n.campaign_id AND e.recipient_id = ANY (p.ids)
    AND e.recipient_id <> n.recipient_id AND (e.enrolled_at, e.id) < (n.enrolled_at, n.id))`,
};

/** Those of whom nothing more is asked, by enrolment: who may not be contacted any more, or was in the campaign before. */
export async function readStopped(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly Enrolled[],
): Promise<Map<string, 'DO_NOT_CONTACT' | 'SAME_PERSON'>> {
  if (people.length === 0) return new Map();
  const marked = await readMarked(transaction, agencyId, people);
  const twice = await transaction.query<{ id: string }>(READ_TWICE, [
    agencyId,
    people.map(({ id }) => id),
    people.map(({ campaignId }) => campaignId),
    people.map(({ recipientId }) => recipientId),
    people.map(({ enrolledAt }) => enrolledAt),
  ]);
  return new Map([
    ...twice.map(({ id }) => [id, 'SAME_PERSON'] as const),
    ...people.flatMap((one) => (marked.has(listedName(one)) ? [[one.id, 'DO_NOT_CONTACT'] as const] : [])),
  ]);
}

const READ_ASKED_BY: Statement = {
  name: 'read_reservations_asked_by',
  text: 'SELECT d.id FROM decision d WHERE d.agency_id = $1 AND d.id = ANY ($2::uuid[]) AND d.asked_by = ANY ($3::text[])',
};

/** Of some reservations those that somebody asked for. */
export async function readAskedBy(
  transaction: LedgerTransaction,
  viewer: Pick<Viewer, 'agencyId'> & Self,
  reservationIds: readonly string[],
): Promise<string[]> {
  if (reservationIds.length === 0) return [];
  const rows = await transaction.query<{ id: string }>(READ_ASKED_BY, [
    viewer.agencyId,
    reservationIds,
    selvesOf(viewer),
  ]);
  return rows.map(({ id }) => id);
}

const READ_SENT: Statement = {
  name: 'read_sent_reservations',
  text: `
SELECT s.id, min(s.at) AS at FROM (
  SELECT c.reservation_id AS id, c.effective_at AS at FROM charge c
  WHERE c.agency_id = $1 AND c.reservation_id = ANY ($2::uuid[]) AND c.origin <> 'VOID' AND NOT EXISTS (
    SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = $1 AND v.effective_at = c.effective_at)
  UNION ALL
  SELECT i.reservation_id, least(${instantOfId('i.subject_id')}, i.created_at) FROM idempotency i
  WHERE i.agency_id = $1 AND i.reservation_id = ANY ($2::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM charge v WHERE v.voids = i.subject_id AND v.agency_id = $1
      AND v.effective_at = ${instantOfId('i.subject_id')})) AS s
GROUP BY s.id`,
};

/**
 * When what was reserved was sent, of those that were: committed, or recorded after their hold had lapsed, also as a send that somebody
 * had told of before. One that is known by its day alone stands at the day's end: it was sent by when it was recorded.
 */
export async function readSent(
  transaction: LedgerTransaction,
  agencyId: string,
  reservationIds: readonly string[],
): Promise<Map<string, Instant>> {
  if (reservationIds.length === 0) return new Map();
  const rows = await transaction.query<{ id: string; at: Instant }>(READ_SENT, [agencyId, reservationIds]);
  return new Map(rows.map(({ id, at }) => [id, at]));
}
