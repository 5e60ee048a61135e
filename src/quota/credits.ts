import {
  creditRuleOf,
  grantDayAt,
  grantedMonthly,
  grantDaysFrom,
  nextGrantDue,
  type CreditTerms,
  type GrantDue,
} from './credit-days.js';
import { byExpiry, byParting, NEW_PURSE, NO_DETAIL } from './credit-lots.js';
import type {
  CreditEvent,
  CreditEventDetail,
  CreditLot,
  CreditMember,
  CreditTake,
  InMailSent,
  PurseState,
} from './credit-lots.js';
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
  private readonly terms: Map<string, CreditTerms>;
  private lots: readonly CreditLot[];
  private readonly members: Map<string, CreditMember>;
  private readonly due = new Map<string, GrantDue>();
  private upTo: Instant;
  private setAt: Instant | null;
  private lotsMade: number;
  private eventsMade: number;
  private events: CreditEvent[] = [];

  /** `kept` is null for a purse that nothing was written of yet. */
  constructor(kept: PurseState | null, terms: readonly CreditTerms[]) {
    this.terms = new Map(terms.map((one) => [one.seatId, one]));
    const state = kept ?? { ...NEW_PURSE, upTo: Math.min(...terms.map(({ addedAt }) => addedAt)) };
    this.lots = state.lots;
    this.members = new Map(Object.entries(state.members));
    this.upTo = state.upTo;
    this.setAt = state.setAt;
    this.lotsMade = state.lotsMade;
    this.eventsMade = state.eventsMade;
  }

  state(): PurseState {
    const { upTo, setAt, lotsMade, eventsMade, lots } = this;
    return { upTo, setAt, lotsMade, eventsMade, lots, members: Object.fromEntries(this.members) };
  }

  /** The same purse once more, to look ahead with. */
  copy(): Purse {
    const copy = new Purse(this.state(), [...this.terms.values()]);
    for (const [seatId, due] of this.due) copy.due.set(seatId, due);
    return copy;
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
    return this.lots.toSorted(byExpiry);
  }

  get seatIds(): readonly string[] {
    return [...this.terms.keys()];
  }

  /** Of a seat that has gone from a pool, those of one that stayed: what it sent before is still of that pool. */
  termsFor(seatId: string): CreditTerms | null {
    return this.terms.get(seatId) ?? [...this.terms.values()][0] ?? null;
  }

  get balance(): number {
    return this.lots.reduce((sum, { remaining }) => sum + remaining, 0);
  }

  /** The most that is kept: each seat brings its own. */
  get keep(): number {
    const keeps = [...this.terms.values()].map((terms) => creditRuleOf(terms, this.upTo)?.keep ?? 0);
    return keeps.reduce((sum, keep) => sum + keep, 0);
  }

  /** When a grant or an expiry next changes the lots; null for never. */
  nextChangeAt(): Instant | null {
    return this.nextStep()?.at ?? null;
  }

  /** The next grants, of all seats that are granted at that instant. */
  nextGrant(): { readonly at: Instant; readonly amount: number } | null {
    const dues = [...this.terms.values()].flatMap((terms) => {
      const due = this.members.has(terms.seatId) ? this.dueOf(terms) : null;
      const amount = grantedMonthly([terms], due?.at ?? this.upTo);
      return due && amount > 0 ? [{ at: Math.max(due.at, this.upTo), amount }] : [];
    });
    const at = Math.min(...dues.map((due) => due.at));
    const amount = dues.filter((due) => due.at === at).reduce((sum, due) => sum + due.amount, 0);
    return dues.length === 0 ? null : { at, amount };
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
    const since = this.members.get(seatId)?.since ?? -Infinity;
    if (!committed && sentAt <= Math.max(this.setAt ?? -Infinity, since)) return 0;
    let wanted = count;
    for (const lot of this.lotsInOrder()) {
      const amount = Math.min(wanted, lot.remaining);
      if (amount === 0) continue;
      wanted -= amount;
      this.replaceLot({ ...lot, remaining: lot.remaining - amount });
      this.tell('TAKE', amount, { lot: lot.number, seatId, chargeId });
    }
    return count - wanted;
  }

  /** Gives credits back to the very lot that they were taken from; none to one that is gone, and never above the keep. */
  giveBack({ chargeId, seatId, lot: number, amount: taken }: CreditTake): number {
    const lot = this.lots.find((one) => one.number === number);
    if (!lot) return 0;
    const amount = Math.max(0, Math.min(taken, lot.amount - lot.remaining, this.keep - this.balance));
    if (amount > 0) {
      this.replaceLot({ ...lot, remaining: lot.remaining + amount });
      this.tell('RETURN', amount, { lot: number, seatId, chargeId });
    }
    if (amount < taken) this.tell('LOST', taken - amount, { seatId, chargeId, because: 'KEEP' });
    return amount;
  }

  /** The balance as somebody told it: one lot of this instant, in the place of all others. */
  set(available: number, seatId: string): void {
    this.lots = [];
    this.setAt = this.upTo;
    const terms = this.terms.get(seatId);
    const lot = available > 0 && terms ? this.addLot(available, null, terms) : null;
    this.tell('SET', available, { lot: lot?.number ?? null, expiresAt: lot?.expiresAt ?? null });
  }

  /** A seat's tier is another from now on: its credits are gone, and in a pool those that it brought. */
  leave(seatId: string): void {
    this.members.delete(seatId);
    this.due.delete(seatId);
    for (const lot of this.lots) {
      if (this.members.size > 0 && lot.seatId !== seatId) continue;
      this.lots = this.lots.filter(({ number }) => number !== lot.number);
      if (lot.remaining > 0) {
        this.tell('LOST', lot.remaining, { lot: lot.number, seatId: lot.seatId, because: 'TIER_CHANGED' });
      }
    }
  }

  /** A seat goes from a pool with its keep. What was granted stays, as far as the seats that stay may keep it. */
  part(seatId: string): void {
    this.members.delete(seatId);
    this.due.delete(seatId);
    this.terms.delete(seatId);
    for (const lot of this.lots.toSorted(byParting(seatId))) {
      const amount = Math.min(this.balance - this.keep, lot.remaining);
      if (amount <= 0) continue;
      this.replaceLot({ ...lot, remaining: lot.remaining - amount });
      this.tell('LOST', amount, { lot: lot.number, seatId: lot.seatId, because: 'SEAT_MOVED' });
    }
  }

  /** A seat that has another tier, or is in another pool, since an instant brings nothing but its next grants. */
  admit(seatId: string, at: Instant): void {
    const terms = this.terms.get(seatId);
    if (terms) this.join(terms, at);
    this.advance(at);
  }

  /** The day of a seat's grants is another from now on: no grant is made for today in its zone, or a day before. */
  skipDays(seatId: string, timeZone: string): void {
    const terms = this.terms.get(seatId);
    const rule = terms && creditRuleOf(terms, this.upTo);
    const member = this.members.get(seatId);
    if (!terms || !rule || !member) return;
    const today = grantDayAt({ ...terms, timeZone }, rule, this.upTo);
    if (member.lastDay < today) this.members.set(seatId, { ...member, lastDay: today });
    this.due.delete(seatId);
  }

  private nextStep(): { readonly at: Instant; readonly make: () => void } | null {
    const steps: { at: Instant; make: () => void }[] = [];
    for (const lot of this.lots) {
      if (lot.expiresAt !== null) steps.push({ at: lot.expiresAt, make: () => this.expire(lot) });
    }
    for (const terms of this.terms.values()) {
      const member = this.members.get(terms.seatId);
      const due = member && this.dueOf(terms);
      if (due) steps.push({ at: Math.max(due.at, this.upTo), make: () => this.grant(terms, member, due) });
      else if (!member && creditRuleOf(terms, this.upTo) !== null) {
        steps.push({ at: Math.max(terms.addedAt, this.upTo), make: () => this.open(terms) });
      }
    }
    return steps.toSorted((one, other) => one.at - other.at)[0] ?? null;
  }

  private expire(lot: CreditLot): void {
    this.lots = this.lots.filter(({ number }) => number !== lot.number);
    if (lot.remaining === 0) return;
    this.tell('LOST', lot.remaining, { lot: lot.number, seatId: lot.seatId, because: 'EXPIRED' });
  }

  /** A seat that was added: what it had then is one lot. */
  private open(terms: CreditTerms): void {
    const { seatId, addedAt, openingCredits } = terms;
    this.join(terms, addedAt);
    if (openingCredits === null || openingCredits === 0) return;
    const { number: lot, expiresAt } = this.addLot(openingCredits, seatId, terms);
    this.tell('OPENING', openingCredits, { lot, expiresAt, seatId });
  }

  private join(terms: CreditTerms, since: Instant): void {
    const rule = creditRuleOf(terms, since);
    if (rule) this.members.set(terms.seatId, { since, ...grantDaysFrom(terms, rule, since) });
  }

  /** What would be above the keep is lost at the grant. */
  private grant(terms: CreditTerms, member: CreditMember, due: GrantDue): void {
    const { seatId } = terms;
    this.members.set(seatId, { ...member, lastDay: due.day });
    this.due.delete(seatId);
    if (due.at + DAYS_MISSED_AFTER < this.upTo) return;
    const granted = grantedMonthly([terms], this.upTo);
    const amount = Math.min(granted, Math.max(0, this.keep - this.balance));
    if (amount > 0) {
      const { number: lot, expiresAt } = this.addLot(amount, seatId, terms);
      this.tell('GRANT', amount, { lot, expiresAt, seatId });
    }
    if (amount < granted) this.tell('LOST', granted - amount, { seatId, because: 'KEEP' });
  }

  private dueOf(terms: CreditTerms): GrantDue | null {
    const known = this.due.get(terms.seatId);
    if (known) return known;
    const rule = creditRuleOf(terms, this.upTo);
    const member = this.members.get(terms.seatId);
    if (!rule || !member) return null;
    this.due.set(terms.seatId, nextGrantDue(terms, rule, member));
    return this.due.get(terms.seatId) ?? null;
  }

  private addLot(amount: number, seatId: string | null, terms: CreditTerms): CreditLot {
    const days = creditRuleOf(terms, this.upTo)?.expiresAfterDays ?? null;
    this.lotsMade += 1;
    const expiresAt = days === null ? null : this.upTo + days * DAY;
    const lot = { number: this.lotsMade, seatId, grantedAt: this.upTo, expiresAt, amount, remaining: amount };
    this.lots = [...this.lots, lot];
    return lot;
  }

  private replaceLot(lot: CreditLot): void {
    this.lots = this.lots.map((one) => (one.number === lot.number ? lot : one));
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
