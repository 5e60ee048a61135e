import { carriesText } from '../quota/text.js';
import type { Instant } from '../quota/window.js';
import type { Action } from '../quota/words.js';
import type { ChargeRow } from './tables.js';

/** A hold that a pass made. */
export interface HeldHere {
  readonly seatId: string;
  readonly recipientId: string;
  readonly action: Action;
  readonly noted: boolean;
  readonly expiresAt: Instant;
}

/** What a pass did so far, as far as the texts behind it are judged by it. */
export class TextsOfPass {
  private readonly held: HeldHere[] = [];
  private readonly written = new Set<string>();

  hold(held: HeldHere): void {
    this.held.push(held);
  }

  charge({ seat_id, recipient_id, action, noted }: ChargeRow): void {
    if (recipient_id !== null && carriesText(action, noted)) this.written.add(`${seat_id} ${recipient_id}`);
  }

  hasWritten(seatId: string, recipientId: string): boolean {
    return this.written.has(`${seatId} ${recipientId}`);
  }

  /** What this pass holds of texts from a seat to a person. */
  heldTo(seatId: string, recipientId: string): HeldHere[] {
    return this.held.filter(
      (hold) =>
        hold.seatId === seatId && hold.recipientId === recipientId && carriesText(hold.action, hold.noted),
    );
  }
}
