import type { DataSource } from 'typeorm';
import { holdBook } from '../../ledger/books/lock.js';
import { isAnyHeldOrMarked, releaseHoldsOfMarked } from '../../ledger/release-holds.js';
import { clockOf } from '../../tenancy/clock.js';
import { inAgency } from '../../tenancy/door.js';
import type { Viewer } from '../../tenancy/viewer.js';

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
