import type { EntityManager } from 'typeorm';
import { DAY, type Instant } from '../../quota/window.js';

/** What an agency keeps of texts. Taken out are whole rows: nothing in one is ever altered. */

/** Texts of one agency that go in one turn of a sweep. */
const SWEPT_AT_ONCE = 10_000;

/** For how many days it keeps texts; 0 where it keeps none. */
export async function readTextDays(manager: EntityManager, agencyId: string): Promise<number> {
  const [row] = await manager.query<{ days: number }[]>(
    'SELECT days FROM text_keeping WHERE agency_id = $1',
    [agencyId],
  );
  return row?.days ?? 0;
}

/** Under the agency's book. With the keeping goes whatever is kept. */
export async function writeTextDays(manager: EntityManager, agencyId: string, days: number): Promise<void> {
  if (days === 0) await manager.query('DELETE FROM text_keeping WHERE agency_id = $1', [agencyId]);
  else {
    await manager.query(
      `INSERT INTO text_keeping (agency_id, days) VALUES ($1, $2)
       ON CONFLICT (agency_id) DO UPDATE SET days = excluded.days`,
      [agencyId, days],
    );
  }
}

/** Takes out all that is older than so many days; answers how many texts that were. */
export function deleteTextsBeyond(
  manager: EntityManager,
  agencyId: string,
  days: number,
  at: Instant,
): Promise<number> {
  return deleted(
    manager.query('DELETE FROM kept_text WHERE agency_id = $1 AND kept_at <= $2', [
      agencyId,
      at - days * DAY,
    ]),
  );
}

/** The same for the oldest of them, so many at once. */
export async function sweepTexts(manager: EntityManager, agencyId: string, at: Instant): Promise<number> {
  const days = await readTextDays(manager, agencyId);
  if (days === 0) return 0;
  return deleted(
    manager.query(
      `DELETE FROM kept_text WHERE agency_id = $1 AND id = ANY (ARRAY(
         SELECT id FROM kept_text WHERE agency_id = $1 AND kept_at <= $2 ORDER BY kept_at LIMIT ${SWEPT_AT_ONCE}))`,
      [agencyId, at - days * DAY],
    ),
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
