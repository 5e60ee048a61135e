/** How long events that could not be read are kept, and how many of a source: the newest. */
import type { EntityManager } from 'typeorm';
import { DAY, type Instant } from '../../quota/window.js';

const UNREAD_MAX = 500;
export const UNREAD_KEPT_MS = 30 * DAY;

/** Forgets those of a source that are too old, or too many. */
export async function forgetUnread(
  manager: EntityManager,
  { agencyId, id }: { readonly agencyId: string; readonly id: string },
  at: Instant,
): Promise<void> {
  const [bound] = await manager.query<{ id: string }[]>(
    `SELECT id FROM unread_event WHERE agency_id = $1 AND source_id = $2 ORDER BY id DESC OFFSET $3 LIMIT 1`,
    [agencyId, id, UNREAD_MAX],
  );
  await manager.query(
    `DELETE FROM unread_event WHERE agency_id = $1 AND source_id = $2 AND (received_at < $3 OR id <= $4)`,
    [agencyId, id, at - UNREAD_KEPT_MS, bound?.id ?? '00000000-0000-0000-0000-000000000000'],
  );
}

/** Forgets those of a whole agency that are too old: a source that is silent, or revoked, forgets none by itself. */
export async function forgetOldUnread(manager: EntityManager, agencyId: string, at: Instant): Promise<void> {
  await manager.query('DELETE FROM unread_event WHERE agency_id = $1 AND received_at < $2', [
    agencyId,
    at - UNREAD_KEPT_MS,
  ]);
}
