import { CHARGED_UNTIL } from '../../ledger/books/charged-until.js';
import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import type { RowUpdate } from '../../ledger/books/rows.js';
import { CONTACT_ACTIONS } from '../../quota/collision.js';
import { HORIZON } from '../../quota/rule.js';
import type { Instant } from '../../quota/window.js';
import type { Action, ConnectionDegree } from '../../quota/words.js';
import { groupBy } from '../page.js';
import { seenUntil } from './seat.times.js';

/** The statements by which people of a campaign go from one seat to another. */

/** Whose people, and which of them. */
export interface PeopleAsked {
  readonly campaignId: string;
  readonly seatId: string;
  /** Those of these touches alone; null for all of the seat. */
  readonly touchIds: readonly string[] | null;
  readonly after: string;
  readonly rows: number;
}

const IS_SEAT_OF: Statement = {
  name: 'is_seat_of_campaign',
  text: `
SELECT EXISTS (SELECT 1 FROM campaign_seat m WHERE m.agency_id = $1 AND m.campaign_id = $2 AND m.seat_id = $3)
  OR EXISTS (SELECT 1 FROM enrolment e WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.seat_id = $3) AS "isOf"`,
};

/** Whether a seat acts in a campaign, or somebody of it was taken in for the seat. */
export async function isSeatOf(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignId: string,
  seatId: string,
): Promise<boolean> {
  const [found] = await transaction.query<{ isOf: boolean }>(IS_SEAT_OF, [agencyId, campaignId, seatId]);
  return found!.isOf;
}

const READ_PEOPLE_OF_SEAT: Statement = {
  name: 'read_people_of_seat',
  text: `
SELECT e.id FROM enrolment e
WHERE e.agency_id = $1 AND e.campaign_id = $2 AND e.id > $4 AND CASE WHEN $5::uuid[] IS NULL
  THEN e.seat_id = $3 AND e.state = 'ACTIVE'
  ELSE e.id IN (SELECT t.enrolment_id FROM touch t WHERE t.agency_id = $1 AND t.id = ANY ($5::uuid[])) END
ORDER BY e.id LIMIT $6`,
};

/** So many of those who have steps before them, or whose touches were named, in the order of their ids. */
export async function readPeopleOfSeat(
  transaction: LedgerTransaction,
  agencyId: string,
  { campaignId, seatId, touchIds, after, rows }: PeopleAsked,
): Promise<string[]> {
  const values = [agencyId, campaignId, seatId, after, touchIds, rows];
  const found = await transaction.query<{ id: string }>(READ_PEOPLE_OF_SEAT, values);
  return found.map(({ id }) => id);
}

const READ_TOUCHES_OF_CAMPAIGN: Statement = {
  name: 'read_touches_of_campaign',
  text: 'SELECT t.id FROM touch t WHERE t.agency_id = $1 AND t.campaign_id = $2 AND t.id = ANY ($3::uuid[])',
};

/** Those of some touches that are the campaign's. */
export async function readTouchesOfCampaign(
  transaction: LedgerTransaction,
  agencyId: string,
  campaignId: string,
  touchIds: readonly string[],
): Promise<Set<string>> {
  const values = [agencyId, campaignId, touchIds];
  const found = await transaction.query<{ id: string }>(READ_TOUCHES_OF_CAMPAIGN, values);
  return new Set(found.map(({ id }) => id));
}

/** Somebody whom nobody else is about until the transaction ends. */
export interface LockedPerson {
  readonly id: string;
  readonly recipientId: string;
}

// Whoever is about them right now is not waited for: the books stand still meanwhile.
const LOCK_PEOPLE_OF_SEAT: Statement = {
  name: 'lock_people_of_seat',
  text: `
SELECT e.id, e.recipient_id AS "recipientId", e.state = 'ACTIVE' AND e.seat_id = $3 AS "isOfSeat" FROM enrolment e
WHERE e.agency_id = $1 AND e.id = ANY ($2::uuid[]) ORDER BY e.id FOR NO KEY UPDATE SKIP LOCKED`,
};

export function lockPeopleOfSeat(
  transaction: LedgerTransaction,
  agencyId: string,
  ids: readonly string[],
  seatId: string,
): Promise<(LockedPerson & { readonly isOfSeat: boolean })[]> {
  return transaction.query<LockedPerson & { isOfSeat: boolean; [column: string]: unknown }>(
    LOCK_PEOPLE_OF_SEAT,
    [agencyId, ids, seatId],
  );
}

// A claim is over when its hold would have been; one that is over at another instant keeps the touch while its send is recorded late.
const READ_IN_HAND: Statement = {
  name: 'read_touches_in_hand',
  text: `
SELECT t.id FROM touch t JOIN decision d ON d.agency_id = t.agency_id AND d.id = t.reservation_id
WHERE t.agency_id = $1 AND t.id = ANY ($2::uuid[]) AND (t.claimed_until <> d.expires_at OR EXISTS (
  SELECT 1 FROM hold h
  WHERE h.agency_id = $1 AND h.id = t.reservation_id AND h.expires_at > current_setting('headroom.now')::int8))`,
};

/** Those of some touches with a reservation that is held still, or of which the send is being recorded. */
export async function readInHand(
  transaction: LedgerTransaction,
  agencyId: string,
  touchIds: readonly string[],
): Promise<Set<string>> {
  const found = await transaction.query<{ id: string }>(READ_IN_HAND, [agencyId, touchIds]);
  return new Set(found.map(({ id }) => id));
}

const READ_SEEN_UNTIL: Statement = {
  name: 'read_seat_seen_until',
  text: `SELECT ${seenUntil('$1', '$2', '$3')} AS until`,
};

/** As an instant. */
export async function readSeenUntil(
  transaction: LedgerTransaction,
  agencyId: string,
  seatId: string,
  clientAccountId: string,
): Promise<Instant | null> {
  const values = [agencyId, seatId, clientAccountId];
  const [found] = await transaction.query<{ until: Instant | null }>(READ_SEEN_UNTIL, values);
  return found?.until ?? null;
}

const NOW = `current_setting('headroom.now')::int8`;
const CONTACTS = CONTACT_ACTIONS.map((action) => `'${action}'`).join(', ');
const ANSWERS = `'REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED'`;

// What the seat sent for another client account, before or since, is nobody's business here: each person could be asked about.
const READ_BETWEEN: Statement = {
  name: 'read_between_people_and_seats',
  text: `
SELECT n.i AS index, f.what, f.code, f.seat_id AS "seatId"
FROM unnest($2::int4[], $3::uuid[]) AS n (i, recipient_id)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'n.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  (SELECT 'SENT' AS what, c.action AS code, $4::uuid AS seat_id FROM charge c
    WHERE c.agency_id = $1 AND c.recipient_id = p.id AND c.seat_id = $4
      AND c.effective_at > ${NOW} - ${HORIZON} AND c.effective_at <= ${CHARGED_UNTIL}
      AND c.client_account_id = $7 AND c.action IN (${CONTACTS}) AND c.origin <> 'VOID' AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at
          AND v.effective_at > ${NOW} - ${HORIZON} AND v.effective_at <= ${CHARGED_UNTIL})
    GROUP BY c.action)
  UNION ALL
  (SELECT 'SENT', h.action, $4 FROM hold h
    WHERE h.agency_id = $1 AND h.recipient_id = p.id AND h.seat_id = $4 AND h.expires_at > ${NOW}
      AND h.client_account_id = $7 AND h.action IN (${CONTACTS})
    GROUP BY h.action)
  UNION ALL
  (SELECT 'CONNECTED', NULL, c.seat_id FROM connection c
    WHERE c.agency_id = $1 AND c.recipient_id = p.id AND c.seat_id = ANY (ARRAY[$4, $5]::uuid[])
      AND (c.seat_id = $5 OR $6::int8 IS NULL OR c.learned_at < $6)
    GROUP BY c.seat_id)
  UNION ALL
  (SELECT CASE WHEN e.kind = 'INVITATION_ACCEPTED' THEN 'CONNECTED' ELSE 'ANSWERED' END, NULL, e.seat_id FROM engagement e
    WHERE e.agency_id = $1 AND e.recipient_id = p.id AND e.seat_id = ANY (ARRAY[$4, $5]::uuid[])
      AND (e.seat_id = $5 OR $6::int8 IS NULL OR e.recorded_at < $6) AND e.kind IN ('INVITATION_ACCEPTED', ${ANSWERS})
      AND (e.kind = 'INVITATION_ACCEPTED' OR e.client_account_id = $7)
    GROUP BY 1, e.seat_id)
) AS f`,
};

/** What passed between somebody and two seats. */
export interface Passed {
  readonly sent: readonly Action[];
  readonly hasAnswered: boolean;
  readonly isConnected: boolean;
  readonly isConnectedThere: boolean;
}

export interface SeatsBetween {
  readonly fromSeatId: string;
  readonly toSeatId: string;
  /** As readSeenUntil() tells it of the first. */
  readonly seenUntil: Instant | null;
  /** The campaign's: of what was sent and answered it is told its own, whenever that was; who is connected is the account's. */
  readonly clientAccountId: string;
}

interface BetweenRow {
  readonly index: number;
  readonly what: 'SENT' | 'CONNECTED' | 'ANSWERED';
  readonly code: Action | null;
  readonly seatId: string;
}

/** By enrolment: set-wise, whatever their number. */
export async function readBetween(
  transaction: LedgerTransaction,
  agencyId: string,
  people: readonly LockedPerson[],
  { fromSeatId, toSeatId, seenUntil, clientAccountId }: SeatsBetween,
): Promise<Map<string, Passed>> {
  if (people.length === 0) return new Map();
  const rows = await transaction.query<BetweenRow & { [column: string]: unknown }>(READ_BETWEEN, [
    agencyId,
    people.map((_, index) => index),
    people.map(({ recipientId }) => recipientId),
    ...[fromSeatId, toSeatId, seenUntil, clientAccountId],
  ]);
  const ofPerson = groupBy(rows, ({ index }) => String(index));
  return new Map(
    people.map(({ id }, index) => {
      const found = ofPerson.get(String(index)) ?? [];
      const has = (what: BetweenRow['what'], seatId: string) =>
        found.some((row) => row.what === what && row.seatId === seatId);
      const passed = {
        sent: found.flatMap(({ what, code }) => (what === 'SENT' && code !== null ? [code] : [])),
        hasAnswered: has('ANSWERED', fromSeatId),
        isConnected: has('CONNECTED', fromSeatId),
        isConnectedThere: has('CONNECTED', toSeatId),
      };
      return [id, passed];
    }),
  );
}

interface PersonGiven {
  agency_id: string;
  id: string;
  seat_id: string;
  degree: ConnectionDegree;
  next_due_at: number;
}

/** To the other seat they stand otherwise, and somebody looks at them anew. */
export const PEOPLE_GIVEN: RowUpdate<PersonGiven> = {
  name: 'give_people_to_seat',
  table: 'enrolment',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { seat_id: 'uuid', degree: 'text', next_due_at: 'int8' },
};

interface TouchGiven {
  agency_id: string;
  id: string;
  seat_id: string;
  state: 'DUE';
  reservation_id: null;
  earlier_reservation_ids: readonly string[];
  claims: number;
}

/**
 * What was reserved for it was the other seat's: if it was sent after all, it is found by that. Its claims go on behind the one that the
 * books may have answered for that seat, unheard: what is held there answers for no other.
 */
export const TOUCHES_GIVEN: RowUpdate<TouchGiven> = {
  name: 'give_touches_to_seat',
  table: 'touch',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: {
    ...{ seat_id: 'uuid', state: 'text', claims: 'int4' },
    ...{ reservation_id: 'uuid', earlier_reservation_ids: 'uuid[]' },
  },
};
