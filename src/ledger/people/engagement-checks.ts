import type { Refusal } from '../../errors.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Desk } from '../desk.js';
import { refuseInput } from '../keyed-inputs.js';
import type { EngageInput } from '../requests.js';
import { CLOCK_SLACK_MS } from '../resolve.js';

/** An answer that names the reservation of what it answers. */
type NamingAnswer = Pick<EngageInput, 'seatId' | 'occurredAt'> & {
  readonly reservationId: string;
  readonly recipientId: string;
  /** It was recorded under its key before: as it was taken then, it stands. */
  readonly isKept: boolean;
};

/** Why an answer can't be to the reservation that it names; null where it can. */
export function checkReservation(
  desk: Desk,
  viewer: Viewer,
  { seatId, occurredAt, reservationId, recipientId, isKept }: NamingAnswer,
  index: number,
): Refusal | null {
  const reservation = desk.reservation(viewer, reservationId);
  if (!reservation) {
    return refuseInput(index, 'NOT_FOUND', 'There is no such reservation.', 'reservationId');
  }
  const isOfPerson = desk.people.idsOf(recipientId).includes(reservation.recipientId);
  if (reservation.seatId !== seatId || !isOfPerson) {
    const message = 'The reservation is of another seat or person.';
    return refuseInput(index, 'INVALID', message, 'reservationId');
  }
  // An answer comes after what it answers: of one from before, the person's rules know nothing, and no credit comes back by it.
  const sentFrom = desk.sends.sentFrom(reservationId);
  if (isKept || sentFrom === null || sentFrom - occurredAt <= CLOCK_SLACK_MS) return null;
  return refuseInput(index, 'INVALID', 'occurredAt is more than five minutes before the send.', 'occurredAt');
}
