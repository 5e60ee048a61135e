import type { EntityManager } from 'typeorm';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { conditionOf } from '../../outreach/segment.js';
import { clockOf } from '../../tenancy/clock.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { listProspects } from './prospect.list.js';
import type { Prospect } from './prospect.rows.js';
import type { Segment } from './segment.rows.js';

/** Prospects of one statement. */
const ROWS_AT_ONCE = 1_000;

/**
 * Whom a segment means now, in order of last name, some at a time, so that no list has to fit into memory. Each is told
 * once; a statement sees what was committed before it, so whoever joins or leaves meanwhile may be among them or not.
 */
export async function* audienceOf(
  manager: EntityManager,
  viewer: Viewer,
  { clientAccountId, filter }: Pick<Segment, 'clientAccountId' | 'filter'>,
  rowsAtOnce = ROWS_AT_ONCE,
): AsyncGenerator<readonly Prospect[]> {
  const asked = { condition: conditionOf(filter), at: await clockOf(manager) };
  const transaction = await ledgerOn(manager);
  let behind: { sortName: string; id: string } | null = null;
  for (;;) {
    const found: Prospect[] = await listProspects(
      transaction,
      viewer,
      { clientAccountId, ranges: [], asked },
      { rows: rowsAtOnce, behind },
    );
    if (found.length > 0) yield found;
    const last = found.at(-1);
    if (!last || found.length < rowsAtOnce) return;
    behind = { sortName: last.sortName, id: last.id };
  }
}
