import type { Ask } from '../ask.js';
import type { CreditFacts, Purse } from '../credits.js';
import { HORIZON, type Rule } from '../rule.js';
import type { HoldsWill, Unit } from '../unit.js';
import type { Instant } from '../window.js';

/** An InMail takes a credit; what is held counts as taken until it is resolved. */
export const creditsUnit: Unit = {
  rules: ({ ask, at }, holdsWill) => {
    const credits = creditsOf(ask);
    return credits ? [creditsRule(credits, at, holdsWill)] : [];
  },
  warnings: () => [],
};

export interface CreditsLeft {
  /** Net of held. */
  readonly available: number;
  readonly held: number;
}

/** What a request could take of; null where it takes no credit. */
export function creditsLeft(ask: Ask, at: Instant): CreditsLeft | null {
  const credits = creditsOf(ask);
  return credits && leftOf(credits.purse, liveAt(credits.holds, at));
}

export function creditsOf({ action, credits }: Ask): CreditFacts | null {
  return action === 'INMAIL' ? (credits ?? null) : null;
}

/** What is left of a purse beside what is held. */
export function leftOf({ balance }: Purse, held: number): CreditsLeft {
  return { available: Math.max(0, balance - held), held };
}

function liveAt(holds: readonly Instant[], at: Instant): number {
  return holds.filter((expiresAt) => expiresAt > at).length;
}

/** What is left from an instant on, until the next one in the list. */
type Left = CreditsLeft & { readonly at: Instant };

/** Room for one more InMail in a purse. */
export function creditsRule(credits: CreditFacts, now: Instant, holdsWill: HoldsWill): Rule {
  const ahead = aheadOf(credits, now, holdsWill);
  const known: Left[] = [];
  // Made as far as it is asked for: most answers need the present alone.
  const upTo = (isEnough: (left: Left) => boolean): void => {
    for (let last = known.at(-1); !last || !isEnough(last); last = known.at(-1)) {
      const next = ahead.next();
      if (next.done) return;
      known.push(next.value);
    }
  };
  const leftAt = (at: Instant): Left | undefined => {
    upTo((left) => left.at > at);
    return known.findLast((left) => left.at <= at);
  };
  return {
    objectionAt(at) {
      const left = leftAt(at);
      if (!left || left.available > 0) return null;
      return { code: 'NO_CREDITS', facts: { available: left.available, held: left.held }, limit: null };
    },
    admitsFrom(at) {
      if ((leftAt(at)?.available ?? 0) > 0) return at;
      upTo((left) => left.at > at && left.available > 0);
      return known.find((left) => left.at > at && left.available > 0)?.at ?? null;
    },
  };
}

/** All that time does by itself to what is left, beginning now: each instant once, with what it leaves. */
function* aheadOf({ purse, holds }: CreditFacts, now: Instant, holdsWill: HoldsWill): Generator<Left> {
  const ahead = purse.copy();
  const ends = holds
    .filter((expiresAt) => expiresAt > now)
    .map((expiresAt) => (holdsWill === 'LAPSE' ? expiresAt : expiresAt - 1))
    .toSorted((one, other) => one - other);
  let ended = 0;
  for (let at = now; at <= now + HORIZON;) {
    ahead.advance(at);
    // A credit that is taken is one that was held: what is left beside it stays, and a lot may run out sooner.
    for (; ends[ended] !== undefined && ends[ended]! <= at; ended += 1) {
      if (holdsWill === 'COMMIT') takeOne(ahead, at);
    }
    yield { at, ...leftOf(ahead, ends.length - ended) };
    const next = Math.min(ahead.nextChangeAt() ?? Infinity, ends[ended] ?? Infinity);
    if (next === Infinity) return;
    at = Math.max(next, at + 1);
  }
}

export function takeOne(purse: Purse, at: Instant): void {
  purse.take({ chargeId: '', seatId: '', count: 1, sentAt: at, committed: true });
}
