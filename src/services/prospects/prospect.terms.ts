import type { EntityManager } from 'typeorm';
import { writeRows } from '../../ledger/books/manager-rows.js';
import { LongWork } from '../../ledger/long-work.js';
import { PROSPECT_TERM, termRowsOf, type Prospect } from './prospect.rows.js';

/**
 * Writes what prospects are found by, in place of what it was for `all`; those that are not among `now` are found no more. Behind the
 * rows themselves: whoever erases a person, or forgets old ones, meanwhile holds no list, and what they took away leaves no words.
 */
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
  if (now.length === 0) return;
  const kept = await manager.query<{ id: string }[]>(
    'SELECT id FROM prospect WHERE agency_id = $1 AND id = ANY ($2::uuid[])',
    [agencyId, now.map(({ id }) => id)],
  );
  const isThere = new Set(kept.map(({ id }) => id));
  const found = now.filter(({ id }) => isThere.has(id));
  const rows = await LongWork.each(found, (prospect) => termRowsOf(agencyId, prospect));
  await writeRows(manager, PROSPECT_TERM, rows.flat());
}
