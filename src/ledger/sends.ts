import type { Send } from '../quota/matching.js';
import type { Instant } from '../quota/window.js';
import { instantOf } from '../tenancy/uuid.js';
import type { SendsSought } from './reading/facts.js';
import { sendsToName } from './reading/names.js';
import type { Loaded } from './reading/reading.js';
import type { ChargeRow } from './books/tables.js';

/** Sends of one pass: what those before in the same pass sent and took out. */
export class Sends {
  private readonly charged = new Map<string, string>();
  private readonly sent = new Map<string, (Send & { readonly clientAccountId: string })[]>();
  private readonly takenOut = new Set<string>();
  private readonly recordedAs = new Set<string>();

  constructor(private readonly loaded: Loaded) {}

  /** The send that a reservation became; null where it became none. */
  chargeOf(reservationId: string): string | null {
    const id = this.charged.get(reservationId) ?? this.loaded.reservationCharges.get(reservationId)?.chargeId;
    return id === undefined || this.takenOut.has(id) ? null : id;
  }

  /** From when on the send that a reservation became may have gone out; null where it became none. */
  sentFrom(reservationId: string): Instant | null {
    const id = this.chargeOf(reservationId);
    const known = this.loaded.reservationCharges.get(reservationId);
    if (id === null) return null;
    return (known?.chargeId === id ? known.earliestAt : null) ?? instantOf(id);
  }

  /** What was sent to a person in this pass. */
  to({ ofAccount, ...person }: SendsSought): readonly Send[] {
    const sent = this.sent.get(sendsToName(person)) ?? [];
    return ofAccount === null ? sent : sent.filter(({ clientAccountId }) => clientAccountId === ofAccount);
  }

  /** Whether a send is in force, and no record was found to be it. */
  isFree(chargeId: string): boolean {
    return !this.recordedAs.has(chargeId) && !this.takenOut.has(chargeId);
  }

  /** A record was found to be this send: it is no other's, and is what became of the reservation that the record names. */
  record(chargeId: string, reservationId: string | null): void {
    this.recordedAs.add(chargeId);
    if (reservationId !== null) this.charged.set(reservationId, chargeId);
  }

  isTakenOut(chargeId: string): boolean {
    return this.takenOut.has(chargeId);
  }

  charge({ voids, id, reservation_id: reservationId, ...row }: ChargeRow): void {
    if (voids !== null) {
      this.takenOut.add(voids);
      return;
    }
    if (reservationId !== null) this.charged.set(reservationId, id);
    const { agency_id: agencyId, seat_id: seatId, client_account_id: clientAccountId } = row;
    const { action, recipient_id: recipientId } = row;
    if (recipientId === null) return;
    const name = sendsToName({ agencyId, seatId, action, recipientId });
    const send = { id, at: row.effective_at, earliest: row.earliest_at, reservationId, clientAccountId };
    const sent = this.sent.get(name);
    if (sent) sent.push(send);
    else this.sent.set(name, [send]);
  }
}
