import { creditRuleOf } from './credit-days.js';
import type { CreditTake, InMailSent } from './credit-lots.js';
import type { Purse } from './credits.js';
import { DAY, type Instant } from './window.js';

/** Something that was done to a purse: what time does to it, it knows by itself. */
export type PursePastEvent = { readonly at: Instant } & (
  | { readonly kind: 'TAKE'; readonly sent: InMailSent }
  /** The InMail was answered. */
  | { readonly kind: 'ANSWER'; readonly chargeId: string }
  /** Given back of what was taken before the purse was looked at. */
  | { readonly kind: 'RETURN'; readonly take: CreditTake }
  | { readonly kind: 'SET'; readonly available: number; readonly seatId: string }
);

/**
 * A purse as it would have gone on from an instant, had each InMail taken its credit when it was sent. It only moves on: it
 * is asked in the order of time.
 */
export class PursePast {
  private readonly takes = new Map<string, CreditTake & { readonly sentAt: Instant }>();
  private toCome: readonly PursePastEvent[];

  /** `events` are those after the instant of the purse, in the order of time. */
  constructor(
    private readonly purse: Purse,
    events: readonly PursePastEvent[],
  ) {
    this.toCome = events;
  }

  /** As it stood at an instant, where some InMails of that very instant were sent only behind it. */
  at(at: Instant, notYet: ReadonlySet<string>): Purse {
    const waiting: PursePastEvent[] = [];
    let passed = 0;
    for (const event of this.toCome) {
      if (event.at > at) break;
      passed += 1;
      if (event.kind === 'TAKE' && notYet.has(event.sent.chargeId)) waiting.push(event);
      else this.happen(event);
    }
    if (passed > 0) this.toCome = [...waiting, ...this.toCome.slice(passed)];
    this.purse.advance(at);
    return this.purse;
  }

  private happen(event: PursePastEvent): void {
    const { purse } = this;
    purse.advance(event.at);
    if (event.kind === 'TAKE') this.take(event.sent);
    else if (event.kind === 'SET') purse.set(event.available, event.seatId);
    else if (event.kind === 'RETURN') purse.giveBack(event.take);
    else this.answered(event.chargeId, event.at);
    purse.takeEvents();
  }

  private take(sent: InMailSent): void {
    const { purse } = this;
    purse.takeEvents();
    purse.take(sent);
    const [taken] = purse.takeEvents().filter(({ kind }) => kind === 'TAKE');
    if (!taken || taken.lot === null) return;
    const { chargeId, seatId, sentAt } = sent;
    this.takes.set(chargeId, { chargeId, seatId, sentAt, lot: taken.lot, amount: 1 });
  }

  /** An answer within the time of its tier gives the credit back, once. */
  private answered(chargeId: string, at: Instant): void {
    const take = this.takes.get(chargeId);
    const terms = take && this.purse.termsFor(take.seatId);
    const days = terms ? creditRuleOf(terms, at)?.returnsWithinDays : undefined;
    if (!take || days === undefined || at - take.sentAt > days * DAY) return;
    this.takes.delete(chargeId);
    this.purse.giveBack(take);
  }
}
