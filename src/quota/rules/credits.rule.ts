import type { Ask } from '../ask.js';
import type { CreditFacts, Purse } from '../credits.js';
import { placeFrom } from '../instants.js';
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

/** What is left from an instant on, until another one. */
type Left = CreditsLeft & { readonly at: Instant; readonly until: Instant };

/** Room for one more InMail in a purse as it is now: it is to be asked before anything is done to the purse. */
export function creditsRule(credits: CreditFacts, now: Instant, holdsWill: HoldsWill): Rule {
  const ahead = lookAhead(credits, now, holdsWill);
  return {
    objectionAt(at) {
      const left = ahead.leftAt(at);
      if (!left || left.available > 0) return null;
      return { code: 'NO_CREDITS', facts: { available: left.available, held: left.held }, limit: null };
    },
    admitsFrom: (at) => ((ahead.leftAt(at)?.available ?? 0) > 0 ? at : ahead.leftAfter(at)),
  };
}

/** What lies ahead of a purse, made as far as it is asked for: most answers need the present alone. */
class Ahead {
  private readonly known: Left[] = [];

  constructor(private readonly toCome: Generator<Left>) {}

  leftAt(at: Instant): Left | undefined {
    while ((this.known.at(-1)?.until ?? -Infinity) <= at && this.more());
    return this.known[placeFrom(this.known, at + 1) - 1];
  }

  /** The first change behind an instant that leaves something; null for never. */
  leftAfter(at: Instant): Instant | null {
    for (let place = placeFrom(this.known, at + 1); ; place += 1) {
      const left = this.known[place] ?? this.more();
      if (!left || (left.at > at && left.available > 0)) return left?.at ?? null;
    }
  }

  private more(): Left | null {
    const next = this.toCome.next();
    if (next.done) return null;
    this.known.push(next.value);
    return next.value;
  }
}

/** What was looked at of a purse since the last change of it. */
interface Looked {
  readonly changes: number;
  readonly holds: readonly Instant[];
  readonly ahead: Map<string, Ahead>;
}

const LOOKED = new WeakMap<Purse, Looked>();

/** Seats of one pool ask the same of it, one after the other: whoever asks next goes on from what is known. */
function lookAhead(credits: CreditFacts, now: Instant, holdsWill: HoldsWill): Ahead {
  const { purse, holds } = credits;
  const { changes } = purse;
  let looked = LOOKED.get(purse);
  if (looked?.changes !== changes || looked.holds !== holds) looked = { changes, holds, ahead: new Map() };
  LOOKED.set(purse, looked);
  const name = `${now} ${holdsWill}`;
  const ahead = looked.ahead.get(name) ?? new Ahead(aheadOf(credits, now, holdsWill));
  looked.ahead.set(name, ahead);
  return ahead;
}

/** All that time does by itself to what is left, beginning now: each instant once, with what it leaves. */
function* aheadOf({ purse, holds }: CreditFacts, now: Instant, holdsWill: HoldsWill): Generator<Left> {
  const ends = holds
    .filter((expiresAt) => expiresAt > now)
    .map((expiresAt) => (holdsWill === 'LAPSE' ? expiresAt : expiresAt - 1))
    .toSorted((one, other) => one - other);
  let ended = 0;
  const nextAt = (of: Purse): Instant => Math.min(of.nextChangeAt() ?? Infinity, ends[ended] ?? Infinity);
  // A pool is no small thing to copy, and the present needs none.
  let ahead = purse;
  for (let at = now; at <= now + HORIZON;) {
    if (nextAt(ahead) <= at) {
      if (ahead === purse) ahead = purse.copy();
      ahead.advance(at);
      // A credit that is taken is one that was held: what is left beside it stays, and a lot may run out sooner.
      for (; ends[ended] !== undefined && ends[ended]! <= at; ended += 1) {
        if (holdsWill === 'COMMIT') takeOne(ahead, at);
      }
    }
    const until = Math.max(nextAt(ahead), at + 1);
    yield { at, until, ...leftOf(ahead, ends.length - ended) };
    if (until === Infinity) return;
    at = until;
  }
}

export function takeOne(purse: Purse, at: Instant): void {
  purse.take({ chargeId: '', seatId: '', count: 1, sentAt: at, committed: true });
}
