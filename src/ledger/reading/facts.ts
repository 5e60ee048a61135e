import type { Send } from '../../quota/matching.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { instantOfId } from '../books/instant-of-id.js';
import { recipientsOfPerson } from '../people/one-person.js';
import type { SeatRef } from './standing.js';

/** What an idempotency key was answered with. */
export interface KeptKey {
  readonly agencyId: string;
  readonly key: string;
  readonly kind: 'RESERVE' | 'RECORD' | 'ENGAGEMENT';
  readonly fingerprint: Buffer;
  readonly fingerprintVersion: number;
  readonly subjectId: string;
}

// LATERAL … LIMIT 1: joined plainly, the agencies of the wall become an index condition and all keys of an agency are read.
const READ_KEYS: Statement = {
  name: 'read_keys',
  text: `
SELECT k.* FROM unnest($1::uuid[], $2::text[]) AS n (agency_id, key)
CROSS JOIN LATERAL (
  SELECT i.agency_id AS "agencyId", i.key, i.kind, i.fingerprint, i.fingerprint_version AS "fingerprintVersion",
    i.subject_id AS "subjectId"
  FROM idempotency i WHERE i.agency_id = n.agency_id AND i.key = n.key LIMIT 1) AS k`,
};

export function readKeys(
  transaction: LedgerTransaction,
  keys: readonly { readonly agencyId: string; readonly key: string }[],
): Promise<KeptKey[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return transaction.query<KeptKey>(READ_KEYS, [
    keys.map(({ agencyId }) => agencyId),
    keys.map(({ key }) => key),
  ]);
}

/** An allowed decision, and what became of it. */
export interface ReservationFacts extends SeatRef {
  readonly id: string;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly recipientId: string;
  /** Of a withdrawal, all who are the same person: the invitation may have gone to another of them. Left out of others. */
  readonly samePerson?: readonly string[] | null;
  readonly action: Action;
  readonly noted: boolean;
  readonly expiresAt: Instant;
  /** Null while nobody resolved it: held, or expired by time alone. */
  readonly resolution: ResolutionFacts | null;
}

export interface ResolutionFacts {
  readonly status: 'COMMITTED' | 'RELEASED';
  readonly sentAt: Instant | null;
  readonly resolvedAt: Instant;
  readonly releasedBecause: string | null;
}

type ReservationRow = Omit<ReservationFacts, 'resolution'> & {
  [Field in keyof ResolutionFacts]: ResolutionFacts[Field] | null;
};

// From which to which, so that PostgreSQL leaves alone the partitions that none of them can be in.
const READ_RESERVATIONS: Statement = {
  name: 'read_reservations',
  text: `
SELECT d.*, r.* FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
CROSS JOIN LATERAL (
  SELECT d.agency_id AS "agencyId", d.id, d.seat_id AS "seatId", d.client_account_id AS "clientAccountId",
    d.campaign_id AS "campaignId", d.recipient_id AS "recipientId", d.action, d.noted, d.expires_at AS "expiresAt",
    CASE WHEN d.action = 'INVITATION_WITHDRAWAL' THEN ${recipientsOfPerson('d.agency_id', 'd.recipient_id')} END AS "samePerson"
  FROM decision d WHERE d.agency_id = n.agency_id AND d.id = n.id AND d.outcome = 'ALLOWED'
    AND d.id >= $3::uuid AND d.id <= $4::uuid LIMIT 1) AS d
LEFT JOIN LATERAL (
  SELECT r.status, r.sent_at AS "sentAt", r.resolved_at AS "resolvedAt", r.released_because AS "releasedBecause"
  FROM resolution r WHERE r.agency_id = n.agency_id AND r.reservation_id = n.id
    AND r.reservation_id >= $3::uuid AND r.reservation_id <= $4::uuid LIMIT 1) AS r ON true`,
};

export async function readReservations(
  transaction: LedgerTransaction,
  reservations: readonly { readonly agencyId: string; readonly id: string }[],
): Promise<ReservationFacts[]> {
  if (reservations.length === 0) return [];
  const ids = reservations.map(({ id }) => id);
  const sorted = ids.toSorted();
  const rows = await transaction.query<ReservationRow>(READ_RESERVATIONS, [
    reservations.map(({ agencyId }) => agencyId),
    ids,
    sorted[0],
    sorted.at(-1),
  ]);
  return rows.map(({ status, sentAt, resolvedAt, releasedBecause, ...reservation }) => ({
    ...reservation,
    resolution: status && resolvedAt !== null ? { status, sentAt, resolvedAt, releasedBecause } : null,
  }));
}

/** A charge, for matching and voiding. */
export interface ChargeFacts extends SeatRef {
  readonly id: string;
  readonly effectiveAt: Instant;
  readonly earliestAt: Instant | null;
  readonly clientAccountId: string;
  readonly campaignId: string | null;
  readonly recipientId: string | null;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly origin: 'COMMIT' | 'RECORD' | 'IMPORT' | 'OPENING' | 'VOID';
  readonly reservationId: string | null;
  readonly voided: boolean;
}

const CHARGE_FACTS = `c.agency_id AS "agencyId", c.seat_id AS "seatId", c.id, c.effective_at AS "effectiveAt",
    c.earliest_at AS "earliestAt", c.client_account_id AS "clientAccountId", c.campaign_id AS "campaignId",
    c.recipient_id AS "recipientId", c.action, c.noted, c.count, c.origin, c.reservation_id AS "reservationId",
    EXISTS (SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id
      AND v.effective_at = c.effective_at) AS voided`;

const READ_CHARGES: Statement = {
  name: 'read_charges',
  text: `
SELECT c.* FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS n (agency_id, id, effective_at)
CROSS JOIN LATERAL (
  SELECT ${CHARGE_FACTS} FROM charge c
  WHERE c.id = n.id AND c.agency_id = n.agency_id AND c.effective_at = n.effective_at LIMIT 1) AS c`,
};

/** Charges by id; an id has its own instant in it. */
export function readCharges(
  transaction: LedgerTransaction,
  charges: readonly { readonly agencyId: string; readonly id: string; readonly effectiveAt: Instant }[],
): Promise<ChargeFacts[]> {
  if (charges.length === 0) return Promise.resolve([]);
  return transaction.query<ChargeFacts>(READ_CHARGES, [
    charges.map(({ agencyId }) => agencyId),
    charges.map(({ id }) => id),
    charges.map(({ effectiveAt }) => effectiveAt),
  ]);
}

const READ_RESERVATION_CHARGES: Statement = {
  name: 'read_reservation_charges',
  text: `
SELECT n.agency_id AS "agencyId", n.id AS "reservationId", c.id AS "chargeId", c."earliestAt"
FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
CROSS JOIN LATERAL (
  SELECT c.id, c.earliest_at AS "earliestAt" FROM charge c WHERE c.agency_id = n.agency_id AND c.reservation_id = n.id AND NOT EXISTS (
    SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
  UNION ALL
  SELECT i.subject_id, (SELECT c.earliest_at FROM charge c WHERE c.id = i.subject_id AND c.agency_id = i.agency_id
      AND c.effective_at = ${instantOfId('i.subject_id')}) FROM idempotency i WHERE i.agency_id = n.agency_id AND i.reservation_id = n.id AND NOT EXISTS (
    SELECT 1 FROM charge v WHERE v.voids = i.subject_id AND v.agency_id = i.agency_id
      AND v.effective_at = ${instantOfId('i.subject_id')})
  LIMIT 1) AS c`,
};

/** The send that a reservation became. */
export interface ReservationCharge {
  readonly chargeId: string;
  /** Where its source told no zone, from when on it may have been sent. */
  readonly earliestAt: Instant | null;
}

/** The send that a reservation became, by commit or by record, also one that was in the books without it, where it became one. */
export function readReservationCharges(
  transaction: LedgerTransaction,
  reservations: readonly { readonly agencyId: string; readonly id: string }[],
): Promise<(ReservationCharge & { readonly agencyId: string; readonly reservationId: string })[]> {
  if (reservations.length === 0) return Promise.resolve([]);
  return transaction.query(READ_RESERVATION_CHARGES, [
    reservations.map(({ agencyId }) => agencyId),
    reservations.map(({ id }) => id),
  ]);
}

/** Only sends of one seat and action to one person, by whichever address, can be the same send. */
export interface SendsTo extends SeatRef {
  readonly action: Action;
  readonly recipientId: string;
}

/** Sends that a record may be. */
export interface SendsSought extends SendsTo {
  /** The client account that they were sent for; null where they may be whosever they are. */
  readonly ofAccount: string | null;
}

/** Where records may be sends that are in the books already. */
export interface Whereabouts extends SendsSought {
  readonly from: Instant;
  readonly until: Instant;
  /** Where there are more sends than that, it is enough to know it. */
  readonly most: number;
}

/** An undated row lies in a range of its day and of every zone: its charge stands at the range's end. */
const UNDATED_RANGE_MAX_MS = 3 * DAY;

const READ_CANDIDATES: Statement = {
  name: 'read_candidates',
  text: `
SELECT n.i AS index, c.* FROM unnest(
    $1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::int8[], $7::int8[], $8::int4[], $9::uuid[]
  ) AS n (i, agency_id, seat_id, action, recipient_id, from_at, until_at, most, of_account)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'n.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  SELECT c.id, c.effective_at AS at, c.earliest_at AS earliest, c.reservation_id AS "reservationId" FROM charge c
  WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id
    AND c.effective_at >= n.from_at AND c.effective_at <= n.until_at + ${UNDATED_RANGE_MAX_MS}
    AND coalesce(c.earliest_at, c.effective_at) <= n.until_at
    AND c.action = n.action AND c.recipient_id = p.id AND c.origin <> 'VOID'
    AND (n.of_account IS NULL OR c.client_account_id = n.of_account)
    AND NOT EXISTS (SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id
      AND v.effective_at = c.effective_at)
    AND NOT EXISTS (
      SELECT 1 FROM idempotency i WHERE i.agency_id = c.agency_id AND i.subject_id = c.id AND i.matched)
  LIMIT n.most + 1) AS c
ORDER BY c.id`,
};

/** Sends of a seat to a person, by any address, in each of some spans that no record was matched with yet, in the order of the spans. */
export async function readCandidates(
  transaction: LedgerTransaction,
  whereabouts: readonly Whereabouts[],
): Promise<Send[][]> {
  const candidates = whereabouts.map((): Send[] => []);
  if (whereabouts.length === 0) return candidates;
  const rows = await transaction.query<Send & { readonly index: number }>(READ_CANDIDATES, [
    [...whereabouts.keys()],
    whereabouts.map(({ agencyId }) => agencyId),
    whereabouts.map(({ seatId }) => seatId),
    whereabouts.map(({ action }) => action),
    whereabouts.map(({ recipientId }) => recipientId),
    whereabouts.map(({ from }) => from),
    whereabouts.map(({ until }) => until),
    whereabouts.map(({ most }) => most),
    whereabouts.map(({ ofAccount }) => ofAccount),
  ]);
  for (const { index, ...send } of rows) candidates[index]!.push(send);
  return candidates;
}
