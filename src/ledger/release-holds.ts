import type { EntityManager } from 'typeorm';
import type { Instant } from '../quota/window.js';
import type { ReasonCode } from '../quota/words.js';
import { writeRows } from './manager-rows.js';
import { placeOf } from './places.js';
import { RESOLUTION, USAGE_HOUR } from './tables.js';
import { UsageHours } from './usage-hours.js';

/** Why holds are released, when, and by whom. */
export interface Releasing {
  readonly because: ReasonCode | null;
  readonly at: Instant;
  /** As kept with what was done: `key:<uuid>`. */
  readonly by: string;
}

interface ReleasedHold {
  readonly id: string;
  readonly seat_id: string;
  readonly client_account_id: string;
  readonly campaign_id: string | null;
  readonly action: string;
}

interface OfAgency {
  readonly agencyId: string;
  readonly id: string;
}

/**
 * Releases every live hold of a seat at once (P13), or those of some actions, under the agency's book. One that has lapsed stays expired. Answers
 * how many were released.
 */
export function releaseHoldsOfSeat(
  manager: EntityManager,
  seat: OfAgency,
  releasing: Releasing,
  actions: readonly string[] | null = null,
): Promise<number> {
  return releaseHolds(manager, 'seat_id', seat, releasing, actions);
}

/** Releases one live hold, under the agency's book; `because` is null where its caller gave it back. */
export async function releaseOne(
  manager: EntityManager,
  hold: OfAgency,
  releasing: Releasing,
): Promise<void> {
  await releaseHolds(manager, 'id', hold, releasing);
}

/** The same for all seats of a client account: its pause is one of each of them. */
export function releaseHoldsOfClientAccount(
  manager: EntityManager,
  clientAccount: OfAgency,
  releasing: Releasing,
): Promise<number> {
  return releaseHolds(manager, 'client_account_id', clientAccount, releasing);
}

async function releaseHolds(
  manager: EntityManager,
  column: 'seat_id' | 'client_account_id' | 'id',
  { agencyId, id }: OfAgency,
  { because, at, by }: Releasing,
  actions: readonly string[] | null = null,
): Promise<number> {
  const [released] = await manager.query<[ReleasedHold[], number]>(
    `DELETE FROM hold WHERE agency_id = $1 AND ${column} = $2 AND expires_at > $3
       AND ($4::text[] IS NULL OR action = ANY ($4::text[]))
     RETURNING id, seat_id, client_account_id, campaign_id, action`,
    [agencyId, id, at, actions],
  );
  await writeRows(
    manager,
    RESOLUTION,
    released.map((hold) => ({
      agency_id: agencyId,
      reservation_id: hold.id,
      status: 'RELEASED' as const,
      sent_at: null,
      resolved_at: at,
      released_because: because,
      resolved_by: by,
    })),
  );
  const hours = new UsageHours();
  for (const { action, ...columns } of released) {
    hours.tell('released', { ...placeOf({ agency_id: agencyId, ...columns }), action }, at);
  }
  await writeRows(manager, USAGE_HOUR, hours.rows());
  return released.length;
}
