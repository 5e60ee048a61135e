import { HOUR, type Instant } from '../../quota/window.js';
import { uuidFloor } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { HOLD_FORGOTTEN_AFTER_MS } from '../books/altered-rows.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { instantOfId } from '../books/instant-of-id.js';
import type { ReservationFacts } from '../reading/facts.js';
import { reservationRecord, type ReservationRecord } from './history.js';
import type { Book } from '../books/opening.js';
import { seenOf, seenValues } from './seen.js';

/**
 * What became of reservations since a position: held, committed, released, expired. Each is told as it is by now, however
 * often it changed since.
 *
 * What is decided bears the instant of its book, which never goes back in the order of commit: all that came before the
 * book's last instant is there, and at that very instant more may come. So a position is read again from its own instant
 * on, and never passes the book. What time alone does has positions of its own: a hold expires while no book moves.
 */
export interface ChangesPosition {
  /** What was decided before it is known; of this very instant some may be. */
  readonly settledAt: Instant;
  /** What expired up to and with it is known. */
  readonly expiredAt: Instant;
}

/** Of which seat or client account; null for all. */
export interface ReservationFilter {
  readonly seatId: string | null;
  readonly clientAccountId: string | null;
}

export interface ReservationChange extends ReservationRecord {
  /** When it was held, committed or released, or expired. */
  readonly changedAt: Instant;
}

/** A place in the order of changes: behind it a page begins. */
export type ChangePlace = Pick<ReservationChange, 'changedAt' | 'id'>;

export interface ChangesAsked extends ReservationFilter {
  readonly since: ChangesPosition;
  /** Where the last page ended; null for the first one. */
  readonly after: ChangePlace | null;
  readonly rows: number;
}

/**
 * A batch that is under way may still commit a hold whose end the clock has passed: it was decided before. So an expiry is
 * told once the book is beyond it, or a batch would have to be slower than this.
 */
const EXPIRY_SETTLES_MS = 250;
/** What lapsed is kept for some time, and then known no more. */
const REACHES_BACK_MS = HOLD_FORGOTTEN_AFTER_MS - HOUR;

/** Up to where all changes are there, in a snapshot: with the book as it stands in it, and the clock. */
export function positionAt({ lastAt }: Pick<Book, 'lastAt'>, clock: Instant): ChangesPosition {
  return { settledAt: lastAt, expiredAt: Math.max(lastAt, clock - EXPIRY_SETTLES_MS) };
}

/** Whether everything since a position is still known. */
export function reachesBackTo({ expiredAt }: ChangesPosition, clock: Instant): boolean {
  return expiredAt >= clock - REACHES_BACK_MS;
}

/** The position behind a change, where all before it were told in their order; `now` is that of the snapshot it was read in. */
export function positionBehind(
  { changedAt }: Pick<ReservationChange, 'changedAt'>,
  now: ChangesPosition,
): ChangesPosition {
  return { settledAt: Math.min(changedAt, now.settledAt), expiredAt: Math.min(changedAt, now.expiredAt) };
}

type ChangeRow = Omit<ReservationFacts, 'resolution'> & {
  readonly status: 'COMMITTED' | 'RELEASED' | null;
  readonly sentAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly releasedBecause: string | null;
  readonly changedAt: Instant;
};

// The three ways in are each by an index of the agency; what a seat or a client account has of it is looked for there.
const LIST_CHANGES: Statement = {
  name: 'list_reservation_changes',
  text: `
SELECT d.agency_id AS "agencyId", d.id, d.seat_id AS "seatId", d.client_account_id AS "clientAccountId",
  d.campaign_id AS "campaignId", d.recipient_id AS "recipientId", d.action, d.noted, d.expires_at AS "expiresAt", r.status,
  r.sent_at AS "sentAt", r.resolved_at AS "resolvedAt", r.released_because AS "releasedBecause", t.changed_at AS "changedAt"
FROM (
  SELECT resolved.reservation_id AS id FROM resolution resolved
  WHERE resolved.agency_id = $1 AND resolved.resolved_at >= $6
  UNION SELECT held.id FROM decision held WHERE held.agency_id = $1 AND held.id >= $7::uuid AND held.outcome = 'ALLOWED'
  UNION SELECT h.id FROM hold h WHERE h.agency_id = $1 AND h.expires_at > $8 AND h.expires_at <= $9) AS changed
CROSS JOIN LATERAL (SELECT * FROM decision one WHERE one.agency_id = $1 AND one.id = changed.id LIMIT 1) AS d
LEFT JOIN LATERAL (
  SELECT * FROM resolution one WHERE one.agency_id = $1 AND one.reservation_id = changed.id LIMIT 1) AS r ON true
CROSS JOIN LATERAL (SELECT coalesce(r.resolved_at,
  CASE WHEN d.expires_at <= $9 THEN d.expires_at ELSE ${instantOfId('d.id')} END) AS changed_at) AS t
WHERE ${seenOf('d')} AND ($4::uuid IS NULL OR d.seat_id = $4) AND ($5::uuid IS NULL OR d.client_account_id = $5)
  AND t.changed_at >= CASE WHEN r.status IS NULL AND d.expires_at <= $9 THEN $8 + 1 ELSE $6 END
  AND (t.changed_at, d.id) > ($10::int8, $11::uuid)
ORDER BY t.changed_at, d.id LIMIT $12`,
};

const BEFORE_ALL: ChangePlace = { changedAt: -1, id: '00000000-0000-0000-0000-000000000000' };

/** Changes since a position up to `now`, that of the snapshot, in their order; those that the viewer sees. */
export async function listReservationChanges(
  transaction: LedgerTransaction,
  viewer: Viewer,
  { seatId, clientAccountId, since, after, rows }: ChangesAsked,
  now: ChangesPosition,
): Promise<ReservationChange[]> {
  const place = after ?? BEFORE_ALL;
  const found = await transaction.query<ChangeRow>(LIST_CHANGES, [
    ...seenValues(viewer),
    seatId,
    clientAccountId,
    since.settledAt,
    uuidFloor(since.settledAt),
    since.expiredAt,
    now.expiredAt,
    place.changedAt,
    place.id,
    rows,
  ]);
  return found.map(({ status, sentAt, resolvedAt, releasedBecause, changedAt, ...facts }) => {
    const resolution = status && resolvedAt !== null ? { status, sentAt, resolvedAt, releasedBecause } : null;
    return { ...reservationRecord({ ...facts, resolution }, now.expiredAt), changedAt };
  });
}

const LIST_HELD: Statement = {
  name: 'list_held',
  text: `
SELECT h.agency_id AS "agencyId", h.id, h.seat_id AS "seatId", h.client_account_id AS "clientAccountId",
  h.campaign_id AS "campaignId", h.recipient_id AS "recipientId", h.action, h.noted, h.expires_at AS "expiresAt"
FROM hold h
WHERE ${seenOf('h')} AND ($4::uuid IS NULL OR h.seat_id = $4) AND ($5::uuid IS NULL OR h.client_account_id = $5)
  AND h.expires_at > $6 AND ($7::uuid IS NULL OR h.id > $7)
ORDER BY h.id LIMIT $8`,
};

/** What is held, in the order in which it was, behind an id; what the viewer sees. */
export async function listHeld(
  transaction: LedgerTransaction,
  viewer: Viewer,
  {
    seatId,
    clientAccountId,
    afterId,
    rows,
  }: ReservationFilter & { readonly afterId: string | null; readonly rows: number },
  now: ChangesPosition,
): Promise<ReservationRecord[]> {
  const values = [...seenValues(viewer), seatId, clientAccountId, now.expiredAt, afterId, rows];
  const found = await transaction.query<Omit<ReservationFacts, 'resolution'>>(LIST_HELD, values);
  return found.map((facts) => reservationRecord({ ...facts, resolution: null }, now.expiredAt));
}

const NEXT_EXPIRY: Statement = {
  name: 'next_expiry',
  text: 'SELECT min(h.expires_at)::int8 AS at FROM hold h WHERE h.agency_id = $1 AND h.expires_at > $2',
};

/** When the next of an agency's holds will be known to have expired, by the clock; null where none is held. */
export async function nextExpiryKnownAt(
  transaction: LedgerTransaction,
  agencyId: string,
  now: ChangesPosition,
): Promise<Instant | null> {
  const [row] = await transaction.query<{ at: Instant | null }>(NEXT_EXPIRY, [agencyId, now.expiredAt]);
  return typeof row?.at === 'number' ? row.at + EXPIRY_SETTLES_MS : null;
}
