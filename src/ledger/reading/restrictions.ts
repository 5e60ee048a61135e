import type { RestrictionFacts } from '../../quota/seat-facts.js';
import type { Instant } from '../../quota/window.js';
import type { Action, RestrictionKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';

/** How many of one seat are told: more than there are actions of all kinds, of each of which the longest comes first. */
const RESTRICTIONS_TOLD_MAX = 100;

/**
 * What the restrictions of a seat `s` stop until when: of each kind and action (null: every one) the one that lasts longest, which is all
 * that a decision goes by, however many are reported.
 */
export const STOPS_OF_SEAT = `(SELECT coalesce(json_agg(json_build_array(t.kind, t.actions, t.ends_at)), '[]') FROM (
    SELECT l.kind, CASE WHEN bool_and(l.action IS NULL) THEN NULL ELSE array_agg(l.action ORDER BY l.action) END AS actions, l.ends_at FROM (
      SELECT r.kind, a.action,
        CASE WHEN bool_and(r.lifted_at IS NOT NULL OR r.until_at IS NOT NULL) THEN max(coalesce(r.lifted_at, r.until_at)) END AS ends_at
      FROM restriction r LEFT JOIN LATERAL unnest(r.actions) AS a (action) ON true
      WHERE r.agency_id = s.agency_id AND r.seat_id = s.id GROUP BY r.kind, a.action) AS l
    GROUP BY l.kind, l.ends_at, l.action IS NULL ORDER BY l.ends_at DESC NULLS FIRST, l.kind) AS t)`;

/** The times of half caps after the restrictions of a seat `s`: those that meet are one. */
export const HALF_CAPS_OF_SEAT = `(SELECT coalesce(json_agg(json_build_array(lower(h.span), upper(h.span)) ORDER BY h.span), '[]')
    FROM (SELECT unnest(range_agg(int8range(coalesce(r.lifted_at, r.until_at), r.half_caps_until))) AS span
      FROM restriction r WHERE r.agency_id = s.agency_id AND r.seat_id = s.id
        AND r.half_caps_until > coalesce(r.lifted_at, r.until_at)) AS h)`;

export type StopJson = [kind: RestrictionKind, actions: Action[] | null, endsAt: Instant | null];
export type HalfCapsJson = [from: Instant, until: Instant];

/** What stops, and besides it what halves caps and stops nothing: of whichever kind that is. */
export function restrictionsFromJson(
  stops: readonly StopJson[],
  halfCaps: readonly HalfCapsJson[],
): RestrictionFacts[] {
  return [
    ...stops.map(([kind, actions, endsAt]) => ({ kind, actions, endsAt, halfCapsUntil: null })),
    ...halfCaps.map(([endsAt, halfCapsUntil]) => ({
      ...{ kind: 'TEMPORARY' as const, actions: [] },
      ...{ endsAt, halfCapsUntil },
    })),
  ];
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
  FROM restriction r LEFT JOIN (
    SELECT DISTINCT l.id FROM (
      SELECT DISTINCT ON (r.kind, a.action) r.id FROM restriction r LEFT JOIN LATERAL unnest(r.actions) AS a (action) ON true
      WHERE r.agency_id = $1 AND r.seat_id = n.seat_id AND (r.half_caps_until IS NULL OR r.half_caps_until > $3)
      ORDER BY r.kind, a.action, coalesce(r.lifted_at, r.until_at) DESC NULLS FIRST, r.id) AS l) AS longest ON longest.id = r.id
  WHERE r.agency_id = $1 AND r.seat_id = n.seat_id AND (r.half_caps_until IS NULL OR r.half_caps_until > $3)
  ORDER BY longest.id IS NULL, r.reported_at DESC, r.id DESC LIMIT ${RESTRICTIONS_TOLD_MAX}) AS r
ORDER BY r."reportedAt" DESC, r.id DESC`,
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
