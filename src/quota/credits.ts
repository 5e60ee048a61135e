import { creditRuleOf, grantedMonthly, type CreditTerms, type GrantDue } from './credit-days.js';
import { byParting, NEW_PURSE, NO_DETAIL } from './credit-lots.js';
import type {
  CreditEvent,
  CreditEventDetail,
  CreditLot,
  CreditTake,
  InMailSent,
  PurseState,
} from './credit-lots.js';
import { PurseLots } from './purse-lots.js';
import { PurseSeats, type SeatStep } from './purse-seats.js';
import { DAY, type Instant } from './window.js';
import type { CreditEventKind } from './words.js';

/** What a request of an InMail is judged by. */
export interface CreditFacts {
  /** Whose it is: a seat's own, or the pool of a client account. Left out where nobody minds. */
  readonly key?: { readonly kind: 'SEAT' | 'CLIENT_ACCOUNT'; readonly id: string };
  /** As it stands at the instant of the request. */
  readonly purse: Purse;
  /** When the live holds of InMails on it expire. */
  readonly holds: readonly Instant[];
}

/** A day that began so long before the purse was looked at passed while its seat was not in it. */
const DAYS_MISSED_AFTER = 2 * DAY;

/**
 * The InMail credits of a seat, or of a client account whose seats share them: lots, at an instant that only moves on.
 * Grants are made when they are asked for: what is made at an instant is the same, whenever somebody looks.
 */
export class Purse {
  private readonly seats: PurseSeats;
  private readonly lots: PurseLots;
  private upTo: Instant;
  private setAt: Instant | null;
  private lotsMade: number;
  private eventsMade: number;
  private events: CreditEvent[] = [];

  /** `kept` is null for a purse that nothing was written of yet. */
  constructor(kept: PurseState | null, terms: readonly CreditTerms[]) {
    const state = kept ?? { ...NEW_PURSE, upTo: Math.min(...terms.map(({ addedAt }) => addedAt)) };
    this.seats = new PurseSeats(
      new Map(terms.map((one) => [one.seatId, one])),
      new Map(Object.entries(state.members)),
    );
    this.lots = PurseLots.of(state.lots);
    this.upTo = state.upTo;
    this.setAt = state.setAt;
    this.lotsMade = state.lotsMade;
    this.eventsMade = state.eventsMade;
  }

  state(): PurseState {
    const { upTo, setAt, lotsMade, eventsMade } = this;
    const members = Object.fromEntries(this.seats.members);
    return { upTo, setAt, lotsMade, eventsMade, lots: this.lots.asTheyCame(), members };
  }

  /** The same purse once more, to look ahead with. */
  copy(): Purse {
    const own = { seats: this.seats.copy(), lots: this.lots.copy(), events: [] };
    return Object.assign(new Purse(null, []), this, own);
  }

  /** How often anything was done to it: while that is the same, what lies ahead of an instant is the same. */
  get changes(): number {
    return this.seats.changes + this.lots.changes;
  }

  happened(): readonly CreditEvent[] {
    return this.events;
  }

  /** What happened since this was last asked, in order. */
  takeEvents(): CreditEvent[] {
    return this.events.splice(0);
  }

  /** The lots that have not expired, in the order in which they are spent. */
  lotsInOrder(): readonly CreditLot[] {
    return [...this.lots.inOrder()];
  }

  get seatIds(): readonly string[] {
    return [...this.seats.all.keys()];
  }

  /** Of a seat that has gone from a pool, those of one that stayed: what it sent before is still of that pool. */
  termsFor(seatId: string): CreditTerms | null {
    const { all } = this.seats;
    return all.get(seatId) ?? [...all.values()][0] ?? null;
  }

  get balance(): number {
    return this.lots.balance;
  }

  /** The most that is kept: each seat brings its own. */
  get keep(): number {
    return this.seats.keep(this.upTo);
  }

  /** When a grant or an expiry next changes the lots; null for never. */
  nextChangeAt(): Instant | null {
    return this.nextStep()?.at ?? null;
  }

  /** The next grants, of all seats that are granted at that instant. */
  nextGrant(): { readonly at: Instant; readonly amount: number } | null {
    return this.seats.nextGrant(this.upTo);
  }

  /** All that time did up to an instant; at one instant expiries come before grants. */
  advance(at: Instant): void {
    for (let step = this.nextStep(); step && step.at <= at; step = this.nextStep()) {
      this.upTo = Math.max(this.upTo, step.at);
      step.make();
    }
    this.upTo = Math.max(this.upTo, at);
  }

  /** Takes credits for an InMail that was sent, as far as there are any: the oldest expiry first. Answers how many. */
  take({ chargeId, seatId, count, sentAt, committed }: InMailSent): number {
    const since = this.seats.members.get(seatId)?.since ?? -Infinity;
    if (!committed && sentAt <= Math.max(this.setAt ?? -Infinity, since)) return 0;
    let wanted = count;
    for (let lot = this.lots.nextToSpend; lot && wanted > 0; lot = this.lots.nextToSpend) {
      const amount = Math.min(wanted, lot.remaining);
      wanted -= amount;
      this.lots.leave(lot, lot.remaining - amount);
      this.tell('TAKE', amount, { lot: lot.number, seatId, chargeId });
    }
    return count - wanted;
  }

  /** Gives credits back to the very lot that they were taken from; none to one that is gone, and never above the keep. */
  giveBack({ chargeId, seatId, lot: number, amount: taken }: CreditTake): number {
    const lot = this.lots.find(number);
    if (!lot) return 0;
    const amount = Math.max(0, Math.min(taken, lot.amount - lot.remaining, this.keep - this.balance));
    if (amount > 0) {
      this.lots.leave(lot, lot.remaining + amount);
      this.tell('RETURN', amount, { lot: number, seatId, chargeId });
    }
    if (amount < taken) this.tell('LOST', taken - amount, { seatId, chargeId, because: 'KEEP' });
    return amount;
  }

  /** The balance as somebody told it: one lot of this instant, in the place of all others. */
  set(available: number, seatId: string): void {
    this.lots.clear();
    this.setAt = this.upTo;
    const terms = this.seats.all.get(seatId);
    const lot = available > 0 && terms ? this.addLot(available, null, terms) : null;
    this.tell('SET', available, { lot: lot?.number ?? null, expiresAt: lot?.expiresAt ?? null });
  }

  /** A seat's tier is another from now on: its credits are gone, and in a pool those that it brought. */
  leave(seatId: string): void {
    this.seats.leave(seatId);
    for (const lot of this.lots.asTheyCame()) {
      if (this.seats.members.size > 0 && lot.seatId !== seatId) continue;
      this.lots.remove(lot);
      if (lot.remaining > 0) {
        this.tell('LOST', lot.remaining, { lot: lot.number, seatId: lot.seatId, because: 'TIER_CHANGED' });
      }
    }
  }

  /** A seat goes from a pool with its keep. What was granted stays, as far as the seats that stay may keep it. */
  part(seatId: string): void {
    this.seats.part(seatId);
    for (const lot of this.lots.inOrder().toSorted(byParting(seatId))) {
      const amount = Math.min(this.balance - this.keep, lot.remaining);
      if (amount <= 0) continue;
      this.lots.leave(lot, lot.remaining - amount);
      this.tell('LOST', amount, { lot: lot.number, seatId: lot.seatId, because: 'SEAT_MOVED' });
    }
  }

  /** A seat that has another tier, or is in another pool, since an instant brings nothing but its next grants. */
  admit(seatId: string, at: Instant): void {
    this.seats.join(seatId, at);
    this.advance(at);
  }

  /** The day of a seat's grants is another from now on: no grant is made for today in its zone, or a day before. */
  skipDays(seatId: string, timeZone: string): void {
    this.seats.skipDays(seatId, timeZone, this.upTo);
  }

  /** Of an expiry and a grant at one instant, the expiry. */
  private nextStep(): { readonly at: Instant; readonly make: () => void } | null {
    const lot = this.lots.nextToExpire;
    const step = this.seats.next(this.upTo);
    const expiresAt = lot?.expiresAt ?? null;
    if (lot && expiresAt !== null && expiresAt <= (step?.at ?? Infinity)) {
      return { at: expiresAt, make: () => this.expire(lot) };
    }
    if (!step) return null;
    return { at: step.at, make: () => (step.due ? this.grant(step, step.due) : this.open(step)) };
  }

  private expire(lot: CreditLot): void {
    this.lots.remove(lot);
    if (lot.remaining === 0) return;
    this.tell('LOST', lot.remaining, { lot: lot.number, seatId: lot.seatId, because: 'EXPIRED' });
  }

  /** A seat that was added: what it had then is one lot. */
  private open(step: SeatStep): void {
    this.seats.open(step, this.upTo);
    const { seatId, openingCredits } = step.terms;
    if (openingCredits === null || openingCredits === 0) return;
    const { number: lot, expiresAt } = this.addLot(openingCredits, seatId, step.terms);
    this.tell('OPENING', openingCredits, { lot, expiresAt, seatId });
  }

  /** What would be above the keep is lost at the grant. */
  private grant(step: SeatStep, due: GrantDue): void {
    this.seats.grant(step, due, this.upTo);
    if (due.at + DAYS_MISSED_AFTER < this.upTo) return;
    const { terms } = step;
    const { seatId } = terms;
    const granted = grantedMonthly([terms], this.upTo);
    const amount = Math.min(granted, Math.max(0, this.keep - this.balance));
    if (amount > 0) {
      const { number: lot, expiresAt } = this.addLot(amount, seatId, terms);
      this.tell('GRANT', amount, { lot, expiresAt, seatId });
    }
    if (amount < granted) this.tell('LOST', granted - amount, { seatId, because: 'KEEP' });
  }

  private addLot(amount: number, seatId: string | null, terms: CreditTerms): CreditLot {
    const days = creditRuleOf(terms, this.upTo)?.expiresAfterDays ?? null;
    this.lotsMade += 1;
    const expiresAt = days === null ? null : this.upTo + days * DAY;
    const lot = { number: this.lotsMade, seatId, grantedAt: this.upTo, expiresAt, amount, remaining: amount };
    this.lots.add(lot);
    return lot;
  }

  private tell(kind: CreditEventKind, amount: number, detail: CreditEventDetail): void {
    this.eventsMade += 1;
    this.events.push({
      number: this.eventsMade,
      at: this.upTo,
      kind,
      amount,
      balance: this.balance,
      ...{ ...NO_DETAIL, ...detail },
    });
  }
}
