import type { EntityManager } from 'typeorm';

/**
 * What the database's clock says, in epoch milliseconds: the one clock there is (P8). Asked by itself: beside a table a cluster
 * would read the clock of whichever machine has the agency. What decisions rest on goes by the instant under the book instead.
 */
export async function clockOf(manager: EntityManager): Promise<number> {
  const [clock] = await manager.query<{ at: string }[]>('SELECT see_clock() AS at');
  if (!clock) throw new Error('see_clock() answers with one row.');
  return Number(clock.at);
}
