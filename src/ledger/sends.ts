import type { ChargeFacts, Whereabouts } from './facts.js';
import { placeOf } from './places.js';
import type { ChargeRow } from './tables.js';

/** Sends of a pass, as those behind it in the same pass find them. */

export function sendName({
  seatId,
  action,
  recipientId,
}: Pick<Whereabouts, 'seatId' | 'action' | 'recipientId'>): string {
  return `${seatId} ${action} ${recipientId}`;
}

/** A charge that is about to be written, as it will be read. */
export function chargeFacts(row: ChargeRow): ChargeFacts {
  return {
    ...placeOf(row),
    id: row.id,
    effectiveAt: row.effective_at,
    earliestAt: row.earliest_at,
    recipientId: row.recipient_id,
    action: row.action,
    noted: row.noted,
    count: row.count,
    origin: row.origin,
    reservationId: row.reservation_id,
    voided: false,
  };
}
