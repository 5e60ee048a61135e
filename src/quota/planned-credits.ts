import type { CreditFacts, Purse } from './credits.js';
import type { Objection, Rule } from './rule.js';
import { creditsRule, takeOne } from './rules/credits.rule.js';
import type { Instant } from './window.js';

/**
 * A purse as a plan goes along: each planned InMail takes a credit at its instant, and each that is held at its last
 * moment; grants and expiries come in their time. It answers for instants from the last planned send on.
 */
export class PlannedCredits implements Rule {
  /** As the last planned send left it. */
  private readonly purse: Purse;
  private holds: readonly Instant[];
  private rule: Rule;

  constructor({ purse, holds }: CreditFacts, now: Instant) {
    this.purse = purse.copy();
    this.holds = holds;
    this.rule = this.ruleFrom(now);
  }

  send(slot: Instant): void {
    const lastMoments = this.holds.map((expiresAt) => expiresAt - 1).filter((at) => at <= slot);
    for (const at of [...lastMoments, slot].toSorted((one, other) => one - other)) {
      this.purse.advance(at);
      takeOne(this.purse, at);
    }
    this.holds = this.holds.filter((expiresAt) => expiresAt - 1 > slot);
    this.rule = this.ruleFrom(slot);
  }

  objectionAt(at: Instant): Objection | null {
    return this.rule.objectionAt(at);
  }

  admitsFrom(at: Instant): Instant | null {
    return this.rule.admitsFrom(at);
  }

  private ruleFrom(at: Instant): Rule {
    return creditsRule({ purse: this.purse, holds: this.holds }, at, 'COMMIT');
  }
}
