import { creditRuleOf, grantedMonthly } from '../../quota/credit-days.js';
import type { CreditTake } from '../../quota/credit-lots.js';
import { Purse, type CreditFacts } from '../../quota/credits.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import {
  askedName,
  CreditsNeeded,
  purseName,
  type CreditsRead,
  type PurseAsked,
  type TakeRead,
} from './credit-reading.js';
import {
  creditEventRow,
  purseFromJson,
  purseRow,
  type CreditEventRow,
  type PurseKey,
  type PurseRow,
} from '../books/credit-tables.js';
import type { ChargeRow } from '../books/tables.js';

/** A purse that is open on a desk, with the holds on it. */
export interface OpenPurse extends CreditFacts {
  readonly key: PurseKey;
  holds: readonly Instant[];
  /** What it had before time did anything to it that is not kept yet; of a new one, what it came with. */
  readonly before: number;
  /** What it had when it was opened, and how many holds. */
  readonly opened: number;
  readonly heldBefore: number;
  /** What a month brings. */
  readonly monthly: number;
}

/** What a purse had at an instant, net of what was held. */
export interface Available {
  readonly available: number;
  readonly at: Instant;
}

/** Where a hold or a charge is. */
type Place = PurseAsked & { readonly clientAccountId: string };

/** InMail credits in one pass over an agency's requests: each sees what those before it took and held. */
export class CreditDesk {
  /** The purses that are to be kept, as they are by now, and what happened to them. */
  readonly purses = new Map<string, PurseRow>();
  readonly events: CreditEventRow[] = [];
  private readonly open = new Map<string, OpenPurse>();
  private readonly taken = new Map<string, TakeRead[]>();
  private readonly settled = new Set<string>();

  constructor(
    private readonly agencyId: string,
    private readonly at: Instant,
    private readonly read: CreditsRead,
  ) {
    for (const name of read.purses.keys()) this.openPurse(name);
  }

  /** What an InMail of a seat is judged by; null where its tier has no credits. Throws CreditsNeeded. */
  factsOf(seat: PurseAsked): OpenPurse | null {
    const found = this.purseOf(seat);
    return found && { ...found };
  }

  hold(place: Place, action: Action, expiresAt: Instant): void {
    for (const found of this.purseAt(place, action)) found.holds = [...found.holds, expiresAt];
  }

  unhold(place: Place, action: Action, expiresAt: Instant): void {
    for (const found of this.purseAt(place, action)) {
      const index = found.holds.indexOf(expiresAt);
      if (index >= 0) found.holds = found.holds.toSpliced(index, 1);
    }
  }

  /** An InMail that is put into the books takes its credits; one that is taken out gives them back. Throws CreditsNeeded. */
  charge(row: ChargeRow): void {
    if (row.action !== 'INMAIL') return;
    if (row.voids !== null) {
      for (const take of this.takesOf(row.voids)) this.giveBack(take);
      this.settled.add(row.voids);
      return;
    }
    const found = this.purseOf({ seatId: row.seat_id, clientAccountId: row.client_account_id });
    if (!found) return;
    const { id: chargeId, seat_id: seatId, count, effective_at: sentAt } = row;
    found.purse.take({ chargeId, seatId, count, sentAt, committed: row.origin === 'COMMIT' });
    for (const { lot, amount } of this.keep(found)) {
      if (lot === null) continue;
      const take = { key: found.key, chargeId, seatId, lot, amount, settledAt: null };
      this.taken.set(chargeId, [...(this.taken.get(chargeId) ?? []), take]);
    }
  }

  /** Gives the credit of a send back that was answered, once. Answers how many came back. Throws CreditsNeeded. */
  answered(chargeId: string, sentAt: Instant, occurredAt: Instant): number {
    const [take] = this.takesOf(chargeId);
    const found = take && this.purseOf(askedBy(take));
    const terms = found?.purse.termsFor(take!.seatId);
    const days = terms ? creditRuleOf(terms, this.at)?.returnsWithinDays : undefined;
    if (!take || days === undefined || occurredAt - sentAt > days * DAY) return 0;
    const given = this.giveBack({ ...take, amount: 1 });
    this.settled.add(chargeId);
    return given;
  }

  /** Whether the credit of a send came back, or could not, at an instant or since. Throws CreditsNeeded. */
  isSettledSince(chargeId: string, since: Instant): boolean {
    if (this.settled.has(chargeId)) return true;
    const takes = this.taken.get(chargeId) ?? this.read.takes.get(chargeId);
    if (!takes) throw new CreditsNeeded({ chargeIds: [chargeId] });
    return takes.some(({ settledAt }) => settledAt !== null && settledAt >= since);
  }

  /** The send that a reservation became, as far as it was read. Throws CreditsNeeded. */
  chargeOf(reservationId: string): string | null {
    const known = this.read.charges.get(reservationId);
    if (known === undefined) throw new CreditsNeeded({ reservationIds: [reservationId] });
    return known;
  }

  /** Has what some sends took read, all of it at once: one by one each would cost a pass. Throws CreditsNeeded. */
  needTakes(chargeIds: readonly string[]): void {
    const takes = (id: string) => this.taken.get(id) ?? this.read.takes.get(id);
    const missing = chargeIds.filter((id) => !takes(id));
    if (missing.length > 0) throw new CreditsNeeded({ chargeIds: missing });
    this.needPurses(chargeIds.flatMap((id) => takes(id) ?? []).map(askedBy));
  }

  /** The same of the purses of seats. Throws CreditsNeeded. */
  needPurses(seats: readonly PurseAsked[]): void {
    const purses = seats.filter((seat) => !this.read.names.has(askedName(seat)));
    if (purses.length > 0) throw new CreditsNeeded({ purses });
  }

  /** The same of reservations: the sends that they became. Throws CreditsNeeded. */
  needCharges(reservationIds: readonly string[]): void {
    const missing = reservationIds.filter((id) => !this.read.charges.has(id));
    if (missing.length > 0) throw new CreditsNeeded({ reservationIds: missing });
  }

  /** The purses that somebody looked at. */
  inUse(): readonly OpenPurse[] {
    return [...this.open.values()];
  }

  /**
   * What time did to a purse that was not kept yet, what it was when it was opened, by then with what was released, and what
   * it is by now.
   */
  balancesOf({ key, purse, holds, opened, heldBefore }: OpenPurse): Available[] {
    const name = purseName(key);
    const kept = this.events.filter((row) => purseName({ kind: row.scope_kind, id: row.scope_id }) === name);
    const byTime = [...kept, ...purse.happened()].filter(({ at }) => at < this.at);
    return [
      ...byTime.map(({ balance, at }) => ({ available: balance - heldBefore, at })),
      { available: opened - heldBefore, at: this.at },
      { available: purse.balance - holds.length, at: this.at },
    ];
  }

  /** Puts down what time did to a purse. */
  putDown(open: OpenPurse): void {
    this.keep(open);
  }

  private takesOf(chargeId: string): readonly TakeRead[] {
    if (this.settled.has(chargeId)) return [];
    const takes = this.taken.get(chargeId) ?? this.read.takes.get(chargeId);
    if (!takes) throw new CreditsNeeded({ chargeIds: [chargeId] });
    const open = takes.filter(({ settledAt }) => settledAt === null);
    // All is there before anything is changed.
    open.forEach((take) => this.purseOf(askedBy(take)));
    return open;
  }

  private giveBack(take: TakeRead): number {
    const found = this.purseOf(askedBy(take));
    // Of another tier by now: its credits are gone.
    if (!found || purseName(found.key) !== purseName(take.key)) return 0;
    const given = found.purse.giveBack(take satisfies CreditTake);
    this.keep(found);
    return given;
  }

  /** Puts down what a purse is by now. Answers what was taken from it since it was last put down. */
  private keep({ key, purse }: OpenPurse): CreditEventRow[] {
    const events = purse.takeEvents().map((event) => creditEventRow(this.agencyId, key, event));
    if (events.length === 0) return [];
    this.events.push(...events);
    this.purses.set(purseName(key), purseRow(this.agencyId, key, purse.state()));
    return events.filter(({ kind }) => kind === 'TAKE');
  }

  private purseOf(seat: PurseAsked): OpenPurse | null {
    const name = this.read.names.get(askedName(seat));
    if (name === undefined) throw new CreditsNeeded({ purses: [seat] });
    return name === null ? null : (this.open.get(name) ?? null);
  }

  private openPurse(name: string): void {
    const found = this.read.purses.get(name);
    if (!found) return;
    const { key, state, terms, holds: read } = found;
    const purse = new Purse(purseFromJson(state), terms);
    const kept = purse.balance;
    purse.advance(this.at);
    const holds = read.filter((expiresAt) => expiresAt > this.at);
    const before = state === null ? purse.balance : kept;
    const monthly = grantedMonthly(terms, this.at);
    this.open.set(name, {
      ...{ key, purse, holds, before, monthly },
      ...{ opened: purse.balance, heldBefore: holds.length },
    });
  }

  /** The purse that an InMail at a place is of, if anybody asked for it. */
  private purseAt({ seatId, clientAccountId }: Place, action: Action): OpenPurse[] {
    if (action !== 'INMAIL') return [];
    const keys: PurseKey[] = [
      { kind: 'SEAT', id: seatId },
      { kind: 'CLIENT_ACCOUNT', id: clientAccountId },
    ];
    return keys.flatMap((key) => {
      const found = this.open.get(purseName(key));
      return found?.purse.seatIds.includes(seatId) ? [found] : [];
    });
  }
}

/** Whose purse a take was of: where it was a pool, the pool of that time. */
function askedBy({ seatId, key }: TakeRead): PurseAsked {
  return { seatId, clientAccountId: key.kind === 'CLIENT_ACCOUNT' ? key.id : null };
}
