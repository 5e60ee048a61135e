import type { EntityManager } from 'typeorm';
import { DAY, type Instant } from '../../quota/window.js';

/** What an agency keeps of texts. Taken out are whole rows: nothing in one is ever altered. */

/** For how many days it keeps texts; 0 where it keeps none. */
export async function readTextDays(manager: EntityManager, agencyId: string): Promise<number> {
  const [row] = await manager.query<{ days: number }[]>(
    'SELECT days FROM text_keeping WHERE agency_id = $1',
    [agencyId],
  );
  return row?.days ?? 0;
}

/**
 * Under the agency's book: from here on nobody reads what is older than so many days, or any of it where that is 0, whatever is set
 * later. It is deleted by `TextClearing`.
 */
export async function writeTextDays(
  manager: EntityManager,
  agencyId: string,
  days: number,
  at: Instant,
): Promise<void> {
  await manager.query(
    `INSERT INTO text_keeping AS k (agency_id, days, kept_after) VALUES ($1, $2, $3)
     ON CONFLICT (agency_id) DO UPDATE SET days = excluded.days, kept_after = greatest(k.kept_after, excluded.kept_after)`,
    [agencyId, days, at - days * DAY],
  );
}

/** Takes out what was written to some people. */
export function deleteTextsOfPeople(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
): Promise<number> {
  return deleted(
    manager.query('DELETE FROM kept_text WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])', [
      agencyId,
      recipientIds,
    ]),
  );
}

async function deleted(query: Promise<unknown>): Promise<number> {
  const [, count] = (await query) as [unknown[], number];
  return count;
}
