import type { DataSource, EntityManager } from 'typeorm';
import { holdBook } from '../../ledger/books/lock.js';
import { heldOfMarked, isAnyHeldOrMarked, releaseHoldsOfMarked } from '../../ledger/release-holds.js';
import { clockOf } from '../../tenancy/clock.js';
import { byItself, inAgency } from '../../tenancy/door.js';
import { systemViewer, type Viewer } from '../../tenancy/viewer.js';

/**
 * Gives back what is held for people of whom a list has told, and committed, what a mark binds them by (P13): where they work, or
 * another address. A list is written without the agency's book, so this looks once more under it; where nothing can be to give
 * back, which is nearly always, nobody waits for it.
 */
export async function releaseHoldsOfListed(
  dataSource: DataSource,
  viewer: Viewer,
  recipientIds: readonly string[],
): Promise<void> {
  const { agencyId, actor } = viewer;
  const isAny = await inAgency(dataSource, viewer, async (manager) =>
    isAnyHeldOrMarked(manager, agencyId, recipientIds, await clockOf(manager)),
  );
  if (!isAny) return;
  await inAgency(dataSource, viewer, async (manager) => {
    const at = await holdBook(manager, agencyId);
    await releaseHoldsOfMarked(manager, agencyId, recipientIds, { because: 'DO_NOT_CONTACT', at, by: actor });
  });
}

/** People of one statement. */
const HELD_AT_ONCE = 2_000;

const READ_HELD = `
SELECT DISTINCT recipient_id AS id FROM hold WHERE agency_id = $1 AND expires_at > $2 AND ($3::uuid IS NULL OR recipient_id > $3)
ORDER BY recipient_id LIMIT ${HELD_AT_ONCE}`;

/**
 * The same for all for whom anything is held, in the sweep: where a process ended, or the agency's book could not be had, between what was
 * told of somebody and what had to be given back for it.
 */
export class HoldsOfMarked {
  constructor(private readonly dataSource: DataSource) {}

  async release(agencyId: string): Promise<void> {
    const viewer = systemViewer(agencyId, 'sweep');
    for (let last: string | undefined, isFirst = true; isFirst || last !== undefined; isFirst = false) {
      const { ids, held } = await inAgency(this.dataSource, byItself(agencyId), (manager) =>
        lookAtSome(manager, agencyId, last ?? null),
      );
      if (held > 0) await releaseHoldsOfListed(this.dataSource, viewer, ids);
      last = ids[HELD_AT_ONCE - 1];
    }
  }
}

/** Some people for whom anything is held, and how much of it is for those whom a mark binds. */
async function lookAtSome(manager: EntityManager, agencyId: string, after: string | null) {
  const at = await clockOf(manager);
  const found = await manager.query<{ id: string }[]>(READ_HELD, [agencyId, at, after]);
  const ids = found.map(({ id }) => id);
  const held = await heldOfMarked(manager, agencyId, ids, at);
  return { ids, held: held.length };
}
