import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';

/**
 * Ends of holds that their callers did not bring about: they lapsed, or were released by us. Of all that becomes of
 * reservations (`reservation-changes.ts`) these few have indexes of their own, so that whoever wants them alone reads no hold and
 * no commit of a busy agency. What lapsed is known for as long as the hold is kept.
 */
interface ReservationEnd {
  readonly id: string;
  readonly endedAt: Instant;
}

/** Those of an agency in [from, until), as text of SQL: all three are columns, or values by their numbers. */
const endsOf = (agencyId: string, from: string, until: string): string => `
  SELECT r.reservation_id AS id, r.resolved_at AS ended_at FROM resolution r
  WHERE r.agency_id = ${agencyId} AND r.released_because IS NOT NULL
    AND r.resolved_at >= ${from} AND r.resolved_at < ${until}
  UNION ALL
  SELECT h.id, h.expires_at FROM hold h
  WHERE h.agency_id = ${agencyId} AND h.expires_at >= ${from} AND h.expires_at < ${until}`;

/** A condition: whether there are any. The clock may be ahead of a batch that still ends one of them otherwise. */
export function hasReservationEnds(agencyId: string, from: string, until: string): string {
  return `EXISTS (${endsOf(agencyId, from, until)})`;
}

/**
 * So many ends in their order, and all others of the instant of the last. They are all there are before `until` only where
 * that is the instant of a transaction that holds the book: whoever ended a hold has ended it, and all others will later.
 */
export async function listReservationEnds(
  manager: EntityManager,
  agencyId: string,
  { from, until, rows }: { readonly from: Instant; readonly until: Instant; readonly rows: number },
): Promise<ReservationEnd[]> {
  const found = await manager.query<{ id: string; ended_at: string }[]>(
    `SELECT id, ended_at FROM (${endsOf('$1', '$2', '$3')}) AS ended ORDER BY ended_at FETCH FIRST $4 ROWS WITH TIES`,
    [agencyId, from, until, rows],
  );
  return found.map(({ id, ended_at }) => ({ id, endedAt: Number(ended_at) }));
}
