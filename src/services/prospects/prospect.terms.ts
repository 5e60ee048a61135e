import type { EntityManager } from 'typeorm';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { PROSPECT_TERM, termRowsOf, type Prospect } from './prospect.rows.js';

/** Writes what prospects are found by, in place of what it was for `all`; those that are not among `now` are found no more. */
export async function writeTerms(
  manager: EntityManager,
  agencyId: string,
  { all, now }: { readonly all: readonly string[]; readonly now: readonly Omit<Prospect, 'sortName'>[] },
): Promise<void> {
  if (all.length > 0) {
    await manager.query('DELETE FROM prospect_term WHERE agency_id = $1 AND prospect_id = ANY ($2::uuid[])', [
      agencyId,
      all,
    ]);
  }
  const rows = now.flatMap((prospect) => termRowsOf(agencyId, prospect));
  await writeRows(manager, PROSPECT_TERM, rows);
}
