import type { CreditFacts, Purse } from './credits.js';
import { HORIZON, type Objection, type Rule } from './rule.js';
import { leftOf, takeOne, type CreditsLeft } from './rules/credits.rule.js';
import type { Instant } from './window.js';

/**
 * A purse as a plan goes along: each planned InMail takes a credit at its instant, and each that is held at its last
 * moment; grants and expiries come in their time. It answers for instants from the last planned send on.
 */
export class PlannedCredits implements Rule {
  private readonly purse: Purse;
  /** The last moments of what is held. */
  private readonly held: Instant[];
  /** What was left since the last planned send, as far as it was asked. */
  private known: (CreditsLeft & { readonly at: Instant })[] = [];

  constructor(
    { purse, holds }: CreditFacts,
    private readonly now: Instant,
  ) {
    this.purse = purse.copy();
    this.held = holds.flatMap((expiresAt) => (expiresAt > now ? [expiresAt - 1] : [])).toSorted(byTime);
    this.moveTo(now);
  }

  /** From here on it is asked. */
  begin(at: Instant): void {
    this.moveTo(at);
  }

  send(slot: Instant): void {
    this.moveTo(slot);
    takeOne(this.purse, slot);
    this.known = [];
    this.note(slot);
  }

  objectionAt(at: Instant): Objection | null {
    const { available, held } = this.leftAt(at);
    return available > 0 ? null : { code: 'NO_CREDITS', facts: { available, held }, limit: null };
  }

  admitsFrom(at: Instant): Instant | null {
    if (this.leftAt(at).available > 0) return at;
    for (;;) {
      const found = this.known.find((left) => left.at > at && left.available > 0);
      if (found) return found.at;
      const next = this.nextChangeAt();
      if (next === null || next > this.now + HORIZON) return null;
      this.stepTo(next);
    }
  }

  private leftAt(at: Instant): CreditsLeft {
    this.moveTo(at);
    return this.known.findLast((left) => left.at <= at) ?? this.known[0]!;
  }

  private moveTo(at: Instant): void {
    for (let next = this.nextChangeAt(); next !== null && next <= at; next = this.nextChangeAt()) {
      this.stepTo(next);
    }
    if ((this.known.at(-1)?.at ?? -Infinity) < at) this.stepTo(at);
  }

  private stepTo(at: Instant): void {
    this.purse.advance(at);
    while (this.held[0] !== undefined && this.held[0] <= at) {
      this.held.shift();
      takeOne(this.purse, at);
    }
    this.note(at);
  }

  private note(at: Instant): void {
    this.known.push({ at, ...leftOf(this.purse, this.held.length) });
  }

  private nextChangeAt(): Instant | null {
    const next = Math.min(this.purse.nextChangeAt() ?? Infinity, this.held[0] ?? Infinity);
    return next === Infinity ? null : next;
  }
}

function byTime(one: Instant, other: Instant): number {
  return one - other;
}
