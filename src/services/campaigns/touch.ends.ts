import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { TouchChange } from './touch.rows.js';

/**
 * Touches that came to their end, numbered: done, passed over, or not to be done. One that was cancelled is none of them: it was
 * asked of nobody, and may be asked again. Whoever is told of the ends goes by the numbers, and misses none.
 */

export const TOUCH_ENDS = ['DONE', 'SKIPPED', 'FAILED'] as const;
export type TouchEnd = (typeof TOUCH_ENDS)[number];

/**
 * Numbers those of some touches that end, on from the last one of the agency. The row that counts them is held until the
 * transaction ends, and whoever waits for it has nothing that is waited for meanwhile: people are locked before. So the numbers have no gap (what
 * is rolled back gives its numbers back), and are in the order of commit.
 */
export async function numberEnds(
  manager: EntityManager,
  agencyId: string,
  touches: readonly TouchChange[],
): Promise<void> {
  const ended = touches.filter(({ state }) => TOUCH_ENDS.some((end) => end === state));
  if (ended.length === 0) return;
  const [counted] = await manager.query<{ last_number: string }[]>(
    `INSERT INTO touches_ended AS kept (agency_id, last_number) VALUES ($1, $2)
     ON CONFLICT (agency_id) DO UPDATE SET last_number = kept.last_number + excluded.last_number RETURNING last_number`,
    [agencyId, ended.length],
  );
  const before = Number(counted?.last_number) - ended.length;
  for (const [index, touch] of ended.entries()) touch.end_number = before + 1 + index;
}

/** A condition: whether any has ended since one of them, all three columns, or values by their numbers. */
export function hasTouchEnds(agencyId: string, after: string): string {
  return `EXISTS (SELECT 1 FROM touches_ended t WHERE t.agency_id = ${agencyId} AND t.last_number > ${after})`;
}

/** The number of the last one. */
export async function lastTouchEnd(manager: EntityManager, agencyId: string): Promise<number> {
  const [counted] = await manager.query<{ last_number: string }[]>(
    'SELECT last_number FROM touches_ended WHERE agency_id = $1',
    [agencyId],
  );
  return Number(counted?.last_number ?? 0);
}

export interface EndedTouch {
  readonly number: number;
  readonly id: string;
  readonly state: TouchEnd;
  readonly clientAccountId: string;
  readonly endedAt: Instant;
}

/** So many of those that ended after one of them, in order. */
export async function listTouchEnds(
  manager: EntityManager,
  agencyId: string,
  { after, rows }: { readonly after: number; readonly rows: number },
): Promise<EndedTouch[]> {
  const found = await manager.query<
    (Omit<EndedTouch, 'number' | 'endedAt'> & Record<'number' | 'endedAt', string>)[]
  >(
    `SELECT t.end_number AS number, t.id, t.state, c.client_account_id AS "clientAccountId", t.ended_at AS "endedAt"
     FROM touch t JOIN campaign c ON c.agency_id = t.agency_id AND c.id = t.campaign_id
     WHERE t.agency_id = $1 AND t.end_number > $2 ORDER BY t.end_number LIMIT $3`,
    [agencyId, after, rows],
  );
  return found.map((row) => ({ ...row, number: Number(row.number), endedAt: Number(row.endedAt) }));
}
