import type { EntityManager } from 'typeorm';

/**
 * What is held while lists change, always in this order: the list, the agency's book, people by their ids. A list is held by
 * whoever writes it, people by whoever lists them, and alone by whoever makes several of them one.
 */

/** One at a time changes the list of a client account: who is on it is found out for good. */
export async function lockList(
  manager: EntityManager,
  agencyId: string,
  clientAccountId: string,
): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `prospects ${agencyId} ${clientAccountId}`,
  ]);
}

/** People who are to be made one: whoever lists one of them has done so, or waits and finds who they are then. */
export async function lockPeople(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
): Promise<void> {
  if (recipientIds.length === 0) return;
  await manager.query(
    'SELECT 1 FROM recipient WHERE agency_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR NO KEY UPDATE',
    [agencyId, recipientIds],
  );
}

/** Somebody as they are by now. */
export interface Standing {
  /** Of somebody else, where they were made one with them and given up since they were found. */
  readonly recipientId: string;
  readonly isErased: boolean;
}

// In a statement of its own: whoever waited for the lock still sees the keys of before.
const GIVEN_UP = `
SELECT r.id FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($2::uuid[])
  AND NOT EXISTS (SELECT 1 FROM recipient_key k WHERE k.agency_id = $1 AND k.recipient_id = r.id)`;

/** Who some people are, by their ids, and stay: whoever erases them, or makes them one, meanwhile waits, and then finds what is written. */
export async function lockStanding(
  manager: EntityManager,
  agencyId: string,
  recipientIds: readonly string[],
): Promise<Map<string, Standing>> {
  const rows = await manager.query<{ id: string; mergedInto: string | null; isErased: boolean }[]>(
    `SELECT id, merged_into AS "mergedInto", erased_at IS NOT NULL AS "isErased" FROM recipient
     WHERE agency_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR SHARE`,
    [agencyId, [...new Set(recipientIds)]],
  );
  const merged = rows.flatMap(({ id, mergedInto }) => (mergedInto === null ? [] : id));
  const givenUp =
    merged.length === 0 ? [] : await manager.query<{ id: string }[]>(GIVEN_UP, [agencyId, merged]);
  const gone = new Set(givenUp.map(({ id }) => id));
  return new Map(
    rows.map(({ id, mergedInto, isErased }) => [
      id,
      { recipientId: (gone.has(id) ? mergedInto : null) ?? id, isErased },
    ]),
  );
}
