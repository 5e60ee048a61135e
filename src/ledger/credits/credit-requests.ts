import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { instantOf } from '../../tenancy/uuid.js';
import type { OpenPurse } from './credits.js';
import type { Desk } from '../desk.js';
import { ANSWERS_INMAIL } from '../invitations/response-reading.js';
import type { Standing } from '../reading/standing.js';

/** What a request of an action is judged by; null where it takes no credit. Throws CreditsNeeded. */
export function creditsFor(desk: Desk, standing: Standing, action: Action): OpenPurse | null {
  const { seatId } = standing;
  return action === 'INMAIL' ? desk.credits.factsOf({ seatId, clientAccountId: null }) : null;
}

/** Something that a recipient did, as engagements have it. */
export interface Answered {
  /** The InMail that was answered, or the reservation that it was sent on. */
  readonly send: { readonly chargeId: string } | { readonly reservationId: string };
  readonly kind: string;
  readonly occurredAt: Instant;
  /** Of one that the books know: since when, and the InMails before this one, which it may have given back for. */
  readonly known?: { readonly since: Instant; readonly before: readonly string[] } | null;
}

/**
 * Gives the credit of an InMail back that was answered within the time of its tier: once, to the very lot that it was
 * taken from. Answers how many came back. Throws what a pass reads on for.
 */
export function creditsReturnedBy(desk: Desk, { send, kind, occurredAt, known }: Answered): number {
  if (!answersInMail(kind)) return 0;
  const chargeId = 'chargeId' in send ? send.chargeId : sendOf(desk, send.reservationId);
  if (chargeId === null || desk.sends.isTakenOut(chargeId)) return 0;
  // One answer gives one credit back, whatever is recorded late between it and what it was of.
  if (known?.before.some((id) => desk.credits.isSettledSince(id, known.since))) return 0;
  return desk.credits.answered(chargeId, instantOf(chargeId), occurredAt);
}

/** Has what many answers give back read, all of it at once. Throws CreditsNeeded. */
export function needCreditsOf(desk: Desk, answers: readonly Omit<Answered, 'occurredAt'>[]): void {
  const ofInMails = answers.filter(({ kind }) => answersInMail(kind));
  const sends = ofInMails.map(({ send }) => send);
  const reservationIds = sends.flatMap((send) => ('reservationId' in send ? [send.reservationId] : []));
  desk.credits.needCharges(reservationIds.filter((id) => desk.sends.chargeOf(id) === null));
  const chargeIds = sends.flatMap(
    (send) => ('chargeId' in send ? send.chargeId : sendOf(desk, send.reservationId)) ?? [],
  );
  const before = ofInMails.flatMap(({ known }) => known?.before ?? []);
  desk.credits.needTakes([...chargeIds, ...before].filter((id) => !desk.sends.isTakenOut(id)));
}

function answersInMail(kind: string): boolean {
  return ANSWERS_INMAIL.some((answer) => answer === kind);
}

function sendOf(desk: Desk, reservationId: string): string | null {
  return desk.sends.chargeOf(reservationId) ?? desk.credits.chargeOf(reservationId);
}
