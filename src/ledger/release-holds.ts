import type { EntityManager } from 'typeorm';
import type { Instant } from '../quota/window.js';
import type { ReasonCode } from '../quota/words.js';
import { writeRows } from './manager-rows.js';
import { RESOLUTION, USAGE_HOUR } from './tables.js';
import { UsageHours } from './usage-hours.js';

/** Why holds are released, when, and by whom. */
export interface Releasing {
  readonly because: ReasonCode;
  readonly at: Instant;
  /** As kept with what was done: `key:<uuid>`. */
  readonly by: string;
}

interface ReleasedHold {
  readonly id: string;
  readonly client_account_id: string;
  readonly campaign_id: string | null;
  readonly action: string;
}

/**
 * Releases every live hold of a seat at once (P13), under the agency's book. One that has lapsed stays expired. Answers
 * how many were released.
 */
export async function releaseHoldsOfSeat(
  manager: EntityManager,
  seat: { readonly agencyId: string; readonly id: string },
  { because, at, by }: Releasing,
): Promise<number> {
  const [released] = await manager.query<[ReleasedHold[], number]>(
    `DELETE FROM hold WHERE agency_id = $1 AND seat_id = $2 AND expires_at > $3
     RETURNING id, client_account_id, campaign_id, action`,
    [seat.agencyId, seat.id, at],
  );
  await writeRows(
    manager,
    RESOLUTION,
    released.map(({ id }) => ({
      agency_id: seat.agencyId,
      reservation_id: id,
      status: 'RELEASED' as const,
      sent_at: null,
      resolved_at: at,
      released_because: because,
      resolved_by: by,
    })),
  );
  const hours = new UsageHours();
  for (const { client_account_id: clientAccountId, campaign_id: campaignId, action } of released) {
    const happened = { agencyId: seat.agencyId, seatId: seat.id, clientAccountId, campaignId, action };
    hours.tell('released', happened, at);
  }
  await writeRows(manager, USAGE_HOUR, hours.rows());
  return released.length;
}
