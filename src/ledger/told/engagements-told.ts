import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';

/**
 * What people did in answer, in the order in which it came to be known. What callers and tools tell is written under the agency's
 * book. What an archive tells is written before the book is taken and bears an instant of before: it came to be known with its
 * import, which is written under the book.
 */

/** How far somebody has come: everything up to an instant and, of that very instant, an id. */
export interface EngagementsRead {
  readonly at: Instant;
  readonly id: string;
}

/** Before all others of an instant. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

interface ToldEngagement {
  readonly toldAt: Instant;
  readonly id: string;
  readonly clientAccountId: string;
}

/** A condition: whether there may be any in [from, until), all three columns, or values by their numbers. */
export function hasEngagements(agencyId: string, from: string, until: string): string {
  return `(EXISTS (SELECT 1 FROM engagement e WHERE e.agency_id = ${agencyId} AND e.origin = 'REPORT'
      AND e.recorded_at >= ${from} AND e.recorded_at < ${until})
    OR EXISTS (SELECT 1 FROM archive_import i WHERE i.agency_id = ${agencyId} AND i.rows_recorded_at IS NOT NULL
      AND i.imported_at >= ${from} AND i.imported_at < ${until}))`;
}

/**
 * So many of them in order, after `read`. They are all there are before `until` only where that is the instant of a transaction
 * that holds the book: whoever recorded one has recorded it, and all others will later.
 */
export async function listEngagements(
  manager: EntityManager,
  agencyId: string,
  { read, until, rows }: { readonly read: EngagementsRead; readonly until: Instant; readonly rows: number },
): Promise<ToldEngagement[]> {
  const found = await manager.query<(Omit<ToldEngagement, 'toldAt'> & { readonly toldAt: string })[]>(
    `SELECT told_at AS "toldAt", id, client_account_id AS "clientAccountId" FROM (
       SELECT e.recorded_at AS told_at, e.id, e.client_account_id FROM engagement e
       WHERE e.agency_id = $1 AND e.origin = 'REPORT' AND e.recorded_at >= $2 AND e.recorded_at < $4
       UNION ALL
       SELECT i.imported_at, e.id, e.client_account_id FROM archive_import i
       JOIN engagement e ON e.agency_id = i.agency_id AND e.recorded_at = i.rows_recorded_at AND e.seat_id = i.seat_id
         AND e.origin = 'IMPORT'
       WHERE i.agency_id = $1 AND i.imported_at >= $2 AND i.imported_at < $4) AS told
     WHERE (told_at, id) > ($2, $3::uuid) ORDER BY told_at, id LIMIT $5`,
    [agencyId, read.at, read.id, until, rows],
  );
  return found.map((row) => ({ ...row, toldAt: Number(row.toldAt) }));
}
