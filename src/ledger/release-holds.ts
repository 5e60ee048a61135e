import type { EntityManager } from 'typeorm';
import { HOUR, type Instant } from '../quota/window.js';
import type { ReasonCode } from '../quota/words.js';

/** Why holds are released, when, and by whom. */
export interface Releasing {
  readonly because: ReasonCode;
  readonly at: Instant;
  /** As kept with what was done: `key:<uuid>`. */
  readonly by: string;
}

/** What usage_hour has in its key where there was no campaign. */
const NO_CAMPAIGN = '00000000-0000-0000-0000-000000000000';

interface OfAgency {
  readonly agencyId: string;
  readonly id: string;
}

/**
 * Releases every live hold of a seat at once (P13), under the agency's book. One that has lapsed stays expired. Answers
 * how many were released.
 */
export function releaseHoldsOfSeat(
  manager: EntityManager,
  seat: OfAgency,
  releasing: Releasing,
): Promise<number> {
  return releaseHolds(manager, 'seat_id', seat, releasing);
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
  column: 'seat_id' | 'client_account_id',
  { agencyId, id }: OfAgency,
  { because, at, by }: Releasing,
): Promise<number> {
  const [released] = await manager.query<{ count: string }[]>(
    `WITH released AS (
       DELETE FROM hold WHERE agency_id = $1 AND ${column} = $2 AND expires_at > $3 RETURNING *
     ), resolved AS (
       INSERT INTO resolution (agency_id, reservation_id, status, resolved_at, released_because, resolved_by)
       SELECT agency_id, id, 'RELEASED', $3, $4, $5 FROM released
     ), told AS (
       INSERT INTO usage_hour (agency_id, seat_id, client_account_id, campaign_id, action, hour,
         allowed, denied, committed, released, recorded)
       SELECT agency_id, seat_id, client_account_id, coalesce(campaign_id, $7), action, $6, 0, 0, 0, count(*), 0
       FROM released GROUP BY agency_id, seat_id, client_account_id, campaign_id, action
       ON CONFLICT (agency_id, seat_id, hour, client_account_id, campaign_id, action)
         DO UPDATE SET released = usage_hour.released + excluded.released
     )
     SELECT count(*) FROM released`,
    [agencyId, id, at, because, by, at - (at % HOUR), NO_CAMPAIGN],
  );
  return Number(released?.count ?? 0);
}
