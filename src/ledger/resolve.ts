import { refuse, type Refusal } from '../errors.js';
import { MINUTE, type Instant } from '../quota/window.js';
import type { ReasonCode } from '../quota/words.js';
import { instantOf, uuidAt } from '../tenancy/uuid.js';
import type { Desk } from './desk.js';
import { stirredByHolds } from './books/people-tables.js';
import { columnsOf } from './reading/places.js';
import type { ReservationFacts, ResolutionFacts } from './reading/facts.js';
import type { CommitRequest, ReleaseRequest, ReservationAnswer } from './requests.js';

/** How far a caller's clock may be off, at either end of a hold. */
export const CLOCK_SLACK_MS = 5 * MINUTE;

/** It was sent: the hold becomes a charge at the instant of the send (P7). */
export function commit(desk: Desk, request: CommitRequest): ReservationAnswer {
  const forbidden = desk.authorize(request.viewer, 'commitReservation');
  if (forbidden) return forbidden;
  const reservation = desk.reservation(request.viewer, request.reservationId);
  if (!reservation) return notFound();
  return (
    alreadyResolved(desk.at, reservation, 'COMMITTED') ??
    commitHeld(desk, request.viewer.actor, reservation, request.sentAt)
  );
}

/** It was not sent: the hold leaves no trace in any window. Where that is not sure, it counts as sent now. */
export function release(desk: Desk, request: ReleaseRequest): ReservationAnswer {
  const forbidden = desk.authorize(request.viewer, 'releaseReservation');
  if (forbidden) return forbidden;
  const reservation = desk.reservation(request.viewer, request.reservationId);
  if (!reservation) return notFound();
  const uncertain = request.because === 'UNCERTAIN';
  const resolved = alreadyResolved(desk.at, reservation, uncertain ? 'COMMITTED' : 'RELEASED');
  if (resolved) return resolved;
  if (uncertain) return commitHeld(desk, request.viewer.actor, reservation, null);
  return resolveHeld(desk, request.viewer.actor, reservation, { status: 'RELEASED', sentAt: null });
}

function notFound(): Refusal {
  return refuse('NOT_FOUND', 'There is no such reservation.', 'reservationId');
}

/** The first resolution stands: repeated, it is a no-op; another one is refused, and so is any after the expiry. */
export function alreadyResolved(
  at: Instant,
  reservation: ReservationFacts,
  status: ResolutionFacts['status'],
): ReservationFacts | Refusal | null {
  const { resolution, expiresAt } = reservation;
  if (resolution) {
    if (resolution.status === status) return reservation;
    const became = resolution.status.toLowerCase();
    return refuse('RESERVATION_RESOLVED', `The reservation was ${became} already.`, 'reservationId');
  }
  if (at < expiresAt) return null;
  return refuse(
    'RESERVATION_EXPIRED',
    'The hold has expired. If it was sent, record it with recordActivities and its reservationId.',
    'reservationId',
  );
}

function commitHeld(
  desk: Desk,
  actor: string,
  reservation: ReservationFacts,
  told: Instant | null,
): ReservationAnswer {
  const { action, noted, id } = reservation;
  const now = desk.at;
  const heldAt = instantOf(id);
  const sentAt = told === null ? now : Math.min(Math.max(told, heldAt), now);
  if (told !== null && Math.abs(told - sentAt) > CLOCK_SLACK_MS) {
    const end = told < heldAt ? 'before the hold' : 'in the future';
    return refuse('INVALID', `sentAt is more than five minutes ${end}.`, 'sentAt');
  }
  desk.charge({
    ...columnsOf(reservation),
    effective_at: sentAt,
    id: uuidAt(sentAt),
    action,
    noted,
    count: 1,
    origin: 'COMMIT',
    earliest_at: null,
    recipient_id: chargedTo(desk, reservation),
    told_recipient_id: null,
    reservation_id: id,
    voids: null,
    source_id: null,
    recorded_at: now,
    recorded_by: actor,
  });
  return resolveHeld(desk, actor, reservation, { status: 'COMMITTED', sentAt });
}

/** A withdrawal is of the invitation that the person has, by whichever address it was sent. Throws InvitationsNeeded. */
function chargedTo(desk: Desk, { action, seatId, recipientId: asked }: ReservationFacts): string {
  if (action !== 'INVITATION_WITHDRAWAL') return asked;
  desk.invitations.needPeople(desk.people.idsOf(asked).map((recipientId) => ({ seatId, recipientId })));
  return desk.people.invitedAs(seatId, asked);
}

/** Gives back what is under way, for a reason of ours. */
export function releaseHeld(
  desk: Desk,
  actor: string,
  reservation: ReservationFacts,
  because: ReasonCode,
): void {
  resolveHeld(desk, actor, reservation, { status: 'RELEASED', sentAt: null }, because);
}

function resolveHeld(
  desk: Desk,
  actor: string,
  reservation: ReservationFacts,
  { status, sentAt }: Pick<ResolutionFacts, 'status' | 'sentAt'>,
  releasedBecause: ReasonCode | null = null,
): ReservationFacts {
  const { agencyId, id, action, noted, expiresAt } = reservation;
  const resolvedAt = desk.at;
  desk.unhold(reservation, { action, noted, expiresAt });
  desk.people.unheld(id);
  desk.writes.holdsResolved.push({ agencyId, id });
  if (status === 'RELEASED') {
    desk.texts.drop(reservation);
    desk.writes.stirred.push(...stirredByHolds([reservation], resolvedAt));
  }
  desk.writes.resolutions.push({
    agency_id: agencyId,
    reservation_id: id,
    status,
    sent_at: sentAt,
    resolved_at: resolvedAt,
    released_because: releasedBecause,
    resolved_by: actor,
  });
  desk.writes.tell(status === 'COMMITTED' ? 'committed' : 'released', reservation, sentAt ?? resolvedAt);
  const resolved = { ...reservation, resolution: { status, sentAt, resolvedAt, releasedBecause } };
  desk.resolve(resolved);
  return resolved;
}
