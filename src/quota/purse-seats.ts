import {
  creditRuleOf,
  dueName,
  grantDayAt,
  grantDaysFrom,
  grantedMonthly,
  nextGrantDue,
  type CreditTerms,
  type GrantDue,
} from './credit-days.js';
import type { CreditMember } from './credit-lots.js';
import { putInOrder } from './in-order.js';
import type { Instant } from './window.js';

/** What time does to a seat of a purse next. */
export interface SeatStep {
  readonly at: Instant;
  readonly terms: CreditTerms;
  /** Its next grant; null where it only comes into the purse. */
  readonly due: GrantDue | null;
  /** Its place among the seats: of those of one instant, the first goes first. */
  readonly place: number;
}

/** What the versions of the policy that are in force make of the seats. */
interface InForce {
  /** When another version comes into force. */
  readonly until: Instant;
  readonly keep: number;
  /** In order. */
  readonly steps: SeatStep[];
}

const bySteps = (one: SeatStep, other: SeatStep): number => one.at - other.at || one.place - other.place;

/**
 * The seats of a purse, and what time does to each next, in order: to find and to make a step costs as much in a pool of
 * hundreds as for one seat. `upTo` is how far the purse has come, which only moves on, and never over a step.
 */
export class PurseSeats {
  private readonly due = new Map<string, GrantDue>();
  private inForce: InForce | null = null;
  private changed = 0;

  constructor(
    private terms: ReadonlyMap<string, CreditTerms>,
    private readonly joined: Map<string, CreditMember>,
    private readonly places: ReadonlyMap<string, number> = placesOf(terms),
    /** Days that were looked up, of this purse and its copies: seats that are granted alike share them. */
    private readonly dues = new Map<string, GrantDue>(),
  ) {}

  copy(): PurseSeats {
    const { terms, places, dues, inForce } = this;
    const copy = new PurseSeats(terms, new Map(this.joined), places, dues);
    for (const [seatId, due] of this.due) copy.due.set(seatId, due);
    copy.inForce = inForce && { ...inForce, steps: [...inForce.steps] };
    copy.changed = this.changed;
    return copy;
  }

  /** How often anything was changed. */
  get changes(): number {
    return this.changed;
  }

  get all(): ReadonlyMap<string, CreditTerms> {
    return this.terms;
  }

  get members(): ReadonlyMap<string, CreditMember> {
    return this.joined;
  }

  keep(upTo: Instant): number {
    return this.under(upTo).keep;
  }

  next(upTo: Instant): SeatStep | undefined {
    return this.under(upTo).steps[0];
  }

  /** The next grants, of all seats that are granted at that instant. */
  nextGrant(upTo: Instant): { readonly at: Instant; readonly amount: number } | null {
    let [nextAt, sum] = [Infinity, 0];
    for (const { at, terms, due } of this.under(upTo).steps) {
      if (at > nextAt) break;
      const amount = due ? grantedMonthly([terms], due.at) : 0;
      if (amount > 0) [nextAt, sum] = [at, sum + amount];
    }
    return sum > 0 ? { at: nextAt, amount: sum } : null;
  }

  /** The first step is made: the seat came into the purse. */
  open({ terms }: SeatStep, upTo: Instant): void {
    this.put(terms, terms.addedAt);
    this.moveOn(terms, upTo);
  }

  /** The first step is made: the grant of a day, which may bring nothing. */
  grant({ terms }: SeatStep, { day }: GrantDue, upTo: Instant): void {
    const member = this.joined.get(terms.seatId);
    if (member) this.joined.set(terms.seatId, { ...member, lastDay: day });
    this.due.delete(terms.seatId);
    this.moveOn(terms, upTo);
  }

  join(seatId: string, since: Instant): void {
    const terms = this.terms.get(seatId);
    if (terms) this.put(terms, since);
    this.lookAgain();
  }

  leave(seatId: string): void {
    this.joined.delete(seatId);
    this.due.delete(seatId);
    this.lookAgain();
  }

  part(seatId: string): void {
    this.terms = new Map([...this.terms].filter(([id]) => id !== seatId));
    this.leave(seatId);
  }

  /** No grant is made for the day that it is in a zone, or one before. */
  skipDays(seatId: string, timeZone: string, upTo: Instant): void {
    const terms = this.terms.get(seatId);
    const rule = terms && creditRuleOf(terms, upTo);
    const member = this.joined.get(seatId);
    if (!terms || !rule || !member) return;
    const today = grantDayAt({ ...terms, timeZone }, rule, upTo);
    if (member.lastDay < today) this.joined.set(seatId, { ...member, lastDay: today });
    this.due.delete(seatId);
    this.lookAgain();
  }

  private put(terms: CreditTerms, since: Instant): void {
    const rule = creditRuleOf(terms, since);
    if (rule) this.joined.set(terms.seatId, { since, ...grantDaysFrom(terms, rule, since) });
  }

  private lookAgain(): void {
    this.changed += 1;
    this.inForce = null;
  }

  private moveOn(terms: CreditTerms, upTo: Instant): void {
    this.changed += 1;
    if (!this.inForce) return;
    this.inForce.steps.shift();
    const step = this.stepOf(terms, upTo);
    if (step) putInOrder(this.inForce.steps, step, bySteps);
  }

  private under(upTo: Instant): InForce {
    if (this.inForce && upTo < this.inForce.until) return this.inForce;
    const all = [...this.terms.values()];
    const courses = [...new Set(all.map(({ course }) => course))];
    this.inForce = {
      until: Math.min(...courses.map((course) => course.after(upTo)[0]?.effectiveFrom ?? Infinity)),
      keep: all.reduce((sum, terms) => sum + (creditRuleOf(terms, upTo)?.keep ?? 0), 0),
      steps: all.flatMap((terms) => this.stepOf(terms, upTo) ?? []).toSorted(bySteps),
    };
    return this.inForce;
  }

  private stepOf(terms: CreditTerms, upTo: Instant): SeatStep | null {
    const place = this.places.get(terms.seatId) ?? 0;
    const member = this.joined.get(terms.seatId);
    if (member) {
      const due = this.dueOf(terms, member, upTo);
      return due && { at: Math.max(due.at, upTo), terms, due, place };
    }
    if (creditRuleOf(terms, upTo) === null) return null;
    return { at: Math.max(terms.addedAt, upTo), terms, due: null, place };
  }

  /** Once it is known it stays, whatever version comes into force before it. */
  private dueOf(terms: CreditTerms, member: CreditMember, upTo: Instant): GrantDue | null {
    const known = this.due.get(terms.seatId);
    if (known) return known;
    const rule = creditRuleOf(terms, upTo);
    if (!rule) return null;
    const name = dueName(terms, rule, member);
    const due = this.dues.get(name) ?? nextGrantDue(terms, rule, member);
    this.dues.set(name, due);
    this.due.set(terms.seatId, due);
    return due;
  }
}

function placesOf(terms: ReadonlyMap<string, CreditTerms>): Map<string, number> {
  return new Map([...terms.keys()].map((seatId, place) => [seatId, place]));
}
