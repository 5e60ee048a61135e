import type { EntityManager } from 'typeorm';
import { alterRows, writeRows } from '../../ledger/books/manager-rows.js';
import { LongWork } from '../../ledger/long-work.js';
import {
  PROSPECT,
  PROSPECT_TERM,
  PROSPECTS_CHANGED,
  rowOf,
  termRowsOf,
  type KeptProspect,
  type Prospect,
} from './prospect.rows.js';

/** Characters of the rows of one statement, which is put together and sent in one go: of five hundred usual people all. */
const LENGTH_AT_ONCE = 1_000_000;

/** People of lists as they are now. */
interface Stored {
  readonly added: readonly KeptProspect[];
  readonly changed: readonly KeptProspect[];
}

/** Writes people of lists, and what they are found by. */
export async function storeProspects(
  manager: EntityManager,
  agencyId: string,
  { added, changed }: Stored,
): Promise<void> {
  const row = (prospect: KeptProspect) => [rowOf(agencyId, prospect)];
  await inPieces(agencyId, added, row, (rows) => writeRows(manager, PROSPECT, rows));
  await inPieces(agencyId, changed, row, (rows) => alterRows(manager, PROSPECTS_CHANGED, rows));
  const all = changed.map(({ id }) => id);
  await writeTerms(manager, agencyId, { all, now: [...added, ...changed] });
}

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
  await inPieces(
    agencyId,
    now.filter(({ id }) => isThere.has(id)),
    (prospect) => termRowsOf(agencyId, prospect),
    (rows) => writeRows(manager, PROSPECT_TERM, rows),
  );
}

/** Makes rows of items and writes them, in pieces between which others have their turn where they are long. */
async function inPieces<Item, Row>(
  agencyId: string,
  items: readonly Item[],
  rowsOf: (item: Item) => readonly Row[],
  write: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let [piece, length]: [Row[], number] = [[], 0];
  const long = new LongWork(agencyId);
  for (const item of items) {
    await long.goOn();
    const rows = rowsOf(item);
    piece.push(...rows);
    length += JSON.stringify(rows).length;
    if (length < LENGTH_AT_ONCE) continue;
    await write(piece);
    [piece, length] = [[], 0];
  }
  if (piece.length > 0) await write(piece);
}
