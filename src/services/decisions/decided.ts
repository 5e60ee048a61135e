import { Refusal } from '../../errors.js';
import type { DecisionRecord } from '../../ledger/decision-record.js';
import { reservationRecord, type ReservationRecord } from '../../ledger/told/history.js';
import type { Recipient } from '../../ledger/requests.js';

/** A decision, and the address that was asked about, where the caller told it just now. */
export interface Decided {
  readonly decision: DecisionRecord;
  readonly replayed: boolean;
  /** Null for a preview, and where it is to be looked up. */
  readonly reservation: ReservationRecord | null;
  readonly profileUrl: string | null;
}

/** As it was decided just now. */
export function decided(decision: DecisionRecord, recipient: Recipient): Decided {
  const { expiresAt, decidedAt } = decision;
  const reservation =
    expiresAt === null ? null : reservationRecord({ ...decision, expiresAt, resolution: null }, decidedAt);
  return { decision, replayed: false, reservation, profileUrl: recipient.profileUrl };
}

/** What was held by it; null where nothing was. */
export function heldBy(answer: Decided | Refusal): ReservationRecord | null {
  return answer instanceof Refusal ? null : answer.reservation;
}

/** Whether it was refused for whom it is to. */
export function isLeftAlone(answer: Decided | Refusal): boolean {
  return (
    !(answer instanceof Refusal) && answer.decision.reasons.some(({ code }) => code === 'DO_NOT_CONTACT')
  );
}
