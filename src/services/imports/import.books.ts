import type { EntityManager } from 'typeorm';
import { personOf } from '../../ledger/people/one-person.js';
import type { Instant } from '../../quota/window.js';
import { groupSends, type BookedSend, type SendTo } from './import.matching.js';

/** What an import reads of the books of its seat. */

export interface SeatOf {
  readonly agencyId: string;
  readonly seatId: string;
}

/** Sends that no row of an archive was found to be yet, and ids of those that counter-entries took out. */
export interface BookedLate {
  readonly sends: readonly BookedSend[];
  readonly voided: ReadonlySet<string>;
}

interface SendRow {
  readonly id: string;
  readonly effective_at: string;
  readonly action: string;
  readonly recipient_id: string;
  readonly origin: 'COMMIT' | 'RECORD';
  readonly client_account_id: string;
}

// A send is to a person, whichever address it was sent by.
const PERSON = `${personOf('c.agency_id', 'c.recipient_id')} AS recipient_id`;

const SENDS = `
SELECT c.id, c.effective_at, c.action, ${PERSON}, c.origin, c.client_account_id FROM charge c
WHERE c.agency_id = $1 AND c.seat_id = $2 AND c.origin IN ('COMMIT', 'RECORD') AND c.recipient_id IS NOT NULL
  AND c.effective_at BETWEEN $3 AND $4
  AND NOT EXISTS (
    SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
  AND NOT EXISTS (SELECT 1 FROM archive_row r WHERE r.agency_id = c.agency_id AND r.subject_id = c.id)`;

/** Sends that were committed or recorded here in a span, without those that were voided or that an archive told of. */
export async function readBookedSends(
  manager: EntityManager,
  { agencyId, seatId }: SeatOf,
  from: Instant,
  until: Instant,
): Promise<BookedSend[]> {
  const rows = await manager.query<SendRow[]>(SENDS, [agencyId, seatId, from, until]);
  return rows.map(toSend);
}

/**
 * What was written into the books of a seat at `since` or later, whatever instants it is about. `since` is the book's
 * last instant before the sends were first read: whatever those did not show was written at that instant or later.
 */
export async function readBookedLate(
  manager: EntityManager,
  { agencyId, seatId }: SeatOf,
  since: Instant,
): Promise<BookedLate> {
  const rows = await manager.query<(SendRow & { readonly voids: string | null })[]>(
    `SELECT c.id, c.effective_at, c.action, ${PERSON}, c.origin, c.client_account_id, c.voids FROM charge c
     WHERE c.agency_id = $1 AND c.seat_id = $2 AND c.recorded_at >= $3
       AND (c.origin = 'VOID' OR (c.origin IN ('COMMIT', 'RECORD') AND c.recipient_id IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM archive_row r WHERE r.agency_id = c.agency_id AND r.subject_id = c.id)))`,
    [agencyId, seatId, since],
  );
  const voided = new Set(rows.flatMap(({ voids }) => voids ?? []));
  const sends = rows.filter(({ id, voids }) => voids === null && !voided.has(id));
  return { sends: sends.map(toSend), voided };
}

/**
 * How many invitations of a seat to some people stand in the books, of those who have any: of those that some client accounts
 * sent; null for all of them.
 */
export async function countInvitations(
  manager: EntityManager,
  { agencyId, seatId }: SeatOf,
  recipientIds: readonly string[],
  clientAccountIds: readonly string[] | null,
): Promise<ReadonlyMap<string, number>> {
  const rows = await manager.query<{ id: string; count: number }[]>(
    `SELECT c.recipient_id AS id, count(*)::int4 AS count FROM charge c
     WHERE c.agency_id = $1 AND c.seat_id = $2 AND c.recipient_id = ANY ($3) AND c.action = 'CONNECTION_REQUEST'
       AND ($4::uuid[] IS NULL OR c.client_account_id = ANY ($4)) AND c.origin <> 'VOID' AND NOT EXISTS (
         SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
     GROUP BY c.recipient_id`,
    [agencyId, seatId, recipientIds, clientAccountIds],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** What live reservations of a seat may still turn out to have sent, by group, in order of time. */
export async function readHeldSends(
  manager: EntityManager,
  { agencyId, seatId }: SeatOf,
  at: Instant,
): Promise<Map<string, SendTo[]>> {
  const rows = await manager.query<{ id: string; action: string; recipient_id: string; held_at: string }[]>(
    `SELECT c.id, c.action, ${PERSON}, c.held_at FROM hold c
     WHERE c.agency_id = $1 AND c.seat_id = $2 AND c.expires_at > $3`,
    [agencyId, seatId, at],
  );
  return groupSends(
    rows.map((row) => ({
      id: row.id,
      at,
      // It may have been sent at any instant since it was held.
      earliest: Number(row.held_at),
      action: row.action,
      recipientId: row.recipient_id,
    })),
  );
}

// LATERAL … LIMIT 1: of rows that are alike, which may be all of an archive, each is found by its own number, and no
// other one is read.
const knownRows = (which: string): string => `
SELECT n.place FROM unnest($3::int4[], $4::bytea[], $5::int4[]) AS n (place, fingerprint, ordinal)
CROSS JOIN LATERAL (
  SELECT 1 FROM archive_row r
  WHERE r.agency_id = $1 AND r.seat_id = $2 AND r.fingerprint = n.fingerprint AND r.ordinal = n.ordinal
    ${which}
  LIMIT 1) AS r`;

const KNOWN_ROWS = knownRows('');
const KNOWN_ANSWERS = knownRows(`AND ($6::uuid[] IS NULL OR EXISTS (
      SELECT 1 FROM engagement e
      WHERE e.agency_id = r.agency_id AND e.id = r.subject_id AND e.client_account_id = ANY ($6)))`);

interface RowOfArchive {
  readonly fingerprint: string;
  readonly ordinal: number;
}

/** Which of some rows of an archive an earlier import took in, for whomever: their places. */
export function findKnownRows(
  manager: EntityManager,
  seat: SeatOf,
  rows: readonly RowOfArchive[],
): Promise<number[]> {
  return findKnown(manager, seat, rows, { text: KNOWN_ROWS, more: [] });
}

/** Which of them became an answer to one of these client accounts; null for all of them. */
export function findKnownAnswers(
  manager: EntityManager,
  seat: SeatOf,
  rows: readonly RowOfArchive[],
  clientAccountIds: readonly string[] | null,
): Promise<number[]> {
  return findKnown(manager, seat, rows, { text: KNOWN_ANSWERS, more: [clientAccountIds] });
}

async function findKnown(
  manager: EntityManager,
  { agencyId, seatId }: SeatOf,
  rows: readonly RowOfArchive[],
  { text, more }: { readonly text: string; readonly more: readonly unknown[] },
): Promise<number[]> {
  const asked = rows.flatMap(({ fingerprint, ordinal }, place) =>
    fingerprintsOf(fingerprint).map((made) => ({ place, made, ordinal })),
  );
  const found = await manager.query<{ place: number }[]>(text, [
    ...[agencyId, seatId],
    asked.map(({ place }) => place),
    asked.map(({ made }) => made),
    asked.map(({ ordinal }) => ordinal),
    ...more,
  ]);
  return [...new Set(found.map(({ place }) => place))];
}

export async function hasArchiveRows(manager: EntityManager, { agencyId, seatId }: SeatOf): Promise<boolean> {
  const [row] = await manager.query<{ exists: boolean }[]>(
    'SELECT EXISTS (SELECT 1 FROM archive_row WHERE agency_id = $1 AND seat_id = $2) AS exists',
    [agencyId, seatId],
  );
  return row?.exists === true;
}

const FINGERPRINT_BYTES = 32;

/**
 * The fingerprints of a row, the newest first, travel through the reader as a text: 32 bytes take 32 characters, which is
 * least. Rows are alike by the newest, and then by all of them.
 */
export function fingerprintText(fingerprints: readonly Buffer[]): string {
  return Buffer.concat(fingerprints).toString('latin1');
}

/** The newest, which is the one that is kept. */
export function fingerprintBytes(text: string): Buffer {
  return Buffer.from(nthFingerprint(text, 0), 'latin1');
}

export function nthFingerprint(text: string, index: number): string {
  return text.slice(index * FINGERPRINT_BYTES, (index + 1) * FINGERPRINT_BYTES);
}

function fingerprintsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: bytes.length / FINGERPRINT_BYTES }, (_, index) =>
    bytes.subarray(index * FINGERPRINT_BYTES, (index + 1) * FINGERPRINT_BYTES),
  );
}

function toSend({ id, effective_at, action, ...row }: SendRow): BookedSend {
  return {
    ...{ id, at: Number(effective_at), earliest: null, action, recipientId: row.recipient_id },
    ...{ origin: row.origin, clientAccountId: row.client_account_id },
  };
}
