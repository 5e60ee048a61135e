import type { RestrictionFacts } from '../../quota/seat-facts.js';
import type { Instant } from '../../quota/window.js';
import type { Action, RestrictionKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';

/** Of one seat, those that last longest: nobody reports as many. */
export const RESTRICTIONS_OF_SEAT_MAX = 100;

export type RestrictionJson = [
  kind: RestrictionKind,
  actions: Action[] | null,
  endsAt: Instant | null,
  halfCapsUntil: Instant | null,
];

export function restrictionFromJson([
  kind,
  actions,
  endsAt,
  halfCapsUntil,
]: RestrictionJson): RestrictionFacts {
  return { kind, actions, endsAt, halfCapsUntil };
}

/** A restriction as it is told. */
export interface RestrictionRecord extends RestrictionFacts {
  readonly id: string;
  readonly seatId: string;
  readonly clientAccountId: string;
  readonly reportedAt: Instant;
  /** The client account that had the seat then. */
  readonly reportedOf: string;
  readonly note: string | null;
}

const READ_RESTRICTIONS: Statement = {
  name: 'read_restrictions',
  text: `
SELECT r.*, s.client_account_id AS "clientAccountId" FROM unnest($2::uuid[]) AS n (seat_id)
JOIN seat s ON s.agency_id = $1 AND s.id = n.seat_id
CROSS JOIN LATERAL (
  SELECT r.id, r.seat_id AS "seatId", r.kind, r.actions, r.reported_at AS "reportedAt", r.note,
    (SELECT f.client_account_id FROM seat_assignment f WHERE f.agency_id = $1 AND f.seat_id = r.seat_id
      ORDER BY f.from_at > r.reported_at, abs(f.from_at - r.reported_at) LIMIT 1) AS "reportedOf",
    coalesce(r.lifted_at, r.until_at) AS "endsAt", r.half_caps_until AS "halfCapsUntil"
  FROM restriction r WHERE r.agency_id = $1 AND r.seat_id = n.seat_id
    AND (r.half_caps_until IS NULL OR r.half_caps_until > $3)
  ORDER BY r.reported_at DESC, r.id DESC LIMIT ${RESTRICTIONS_OF_SEAT_MAX}) AS r`,
};

/** Those of some seats that stop something or halve caps at an instant, newest first. */
export async function readRestrictions(
  transaction: LedgerTransaction,
  viewer: Viewer,
  seatIds: readonly string[],
  at: Instant,
): Promise<RestrictionRecord[]> {
  const values = [viewer.agencyId, seatIds, at];
  const rows = await transaction.query<RestrictionRecord>(READ_RESTRICTIONS, values);
  return rows
    .filter((restriction) => sees(viewer, restriction))
    .map((row) => (sees(viewer, { ...row, clientAccountId: row.reportedOf }) ? row : { ...row, note: null }));
}

/** Whether it still stops something. */
export function isInForce({ endsAt }: Pick<RestrictionFacts, 'endsAt'>, at: Instant): boolean {
  return endsAt === null || endsAt > at;
}
