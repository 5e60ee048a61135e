import type { ChargeFacts, Whereabouts } from './reading/facts.js';
import { whereaboutsName, type Loaded } from './reading/loaded.js';
import { placeOf } from './reading/places.js';
import type { ChargeRow } from './books/tables.js';

type ToPerson = Pick<Whereabouts, 'seatId' | 'action' | 'recipientId'>;

/** Sends of one pass: what the books hold of them, and what those before in the same pass sent and took out. */
export class Sends {
  private readonly charged = new Map<string, string>();
  private readonly sent = new Map<string, ChargeFacts[]>();
  private readonly takenOut = new Set<string>();
  private readonly recordedAs = new Set<string>();

  constructor(private readonly loaded: Loaded) {}

  /** The send that a reservation became; null where it became none. */
  chargeOf(reservationId: string): string | null {
    const id = this.charged.get(reservationId) ?? this.loaded.reservationCharges.get(reservationId);
    return id === undefined || this.takenOut.has(id) ? null : id;
  }

  /** What the books hold of sends that a record may be, without those that another record was found to be. */
  at(place: Whereabouts): readonly ChargeFacts[] {
    const read = this.loaded.candidates.get(whereaboutsName(place)) ?? [];
    const sentHere = this.sent.get(sendName(place)) ?? [];
    return [...read, ...sentHere].filter(({ id }) => !this.recordedAs.has(id) && !this.takenOut.has(id));
  }

  /** A record was found to be this send: it is no other's. */
  record(chargeId: string): void {
    this.recordedAs.add(chargeId);
  }

  isTakenOut(chargeId: string): boolean {
    return this.takenOut.has(chargeId);
  }

  charge(row: ChargeRow): void {
    if (row.voids !== null) {
      this.takenOut.add(row.voids);
      return;
    }
    if (row.reservation_id !== null) this.charged.set(row.reservation_id, row.id);
    if (row.recipient_id === null) return;
    const facts = chargeFactsOf(row);
    const name = sendName({ ...facts, recipientId: row.recipient_id });
    const sent = this.sent.get(name);
    if (sent) sent.push(facts);
    else this.sent.set(name, [facts]);
  }
}

function sendName({ seatId, action, recipientId }: ToPerson): string {
  return `${seatId} ${action} ${recipientId}`;
}

/** What a row of this batch will be read as. */
function chargeFactsOf(row: ChargeRow): ChargeFacts {
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
