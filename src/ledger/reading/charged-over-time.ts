import { counts, isRolling, type Counter, type Scope, tallied, type Tally } from '../../quota/counter.js';
import { countUntil } from '../../quota/instants.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';

/** A charge as counters see it, or several of one instant. */
export interface CountedCharge {
  readonly action: Action;
  readonly noted: boolean;
  readonly at: Instant;
  readonly clientAccountId: string;
  /** One or more; one, where it isn't said how many. */
  readonly count?: number;
}

/** Those that no counter tells apart but by their instants, in order. */
interface Alike {
  readonly one: CountedCharge;
  readonly instants: readonly Instant[];
  /** How many there are up to each instant, before the first one too. */
  readonly upTo: readonly number[];
}

/** How much was charged after an instant, for however many counters ask: an archive has a million charges. */
export class ChargedOverTime {
  private readonly alike: readonly Alike[];

  constructor(charges: readonly CountedCharge[]) {
    const byKind = new Map<string, CountedCharge[]>();
    for (const one of charges) {
      const name = `${one.action} ${one.noted} ${one.clientAccountId}`;
      const known = byKind.get(name);
      if (known) known.push(one);
      else byKind.set(name, [one]);
    }
    this.alike = [...byKind.values()].map(inOrder);
  }

  /** Of what a counter counts, and that is of a scope; of all, where none is named. */
  after(instant: Instant, counter?: Counter, scope?: Scope): number {
    return this.of(counter, scope).reduce((sum, { instants, upTo }) => {
      return sum + upTo.at(-1)! - upTo[countUntil(instants, instant)]!;
    }, 0);
  }

  /** What a counter of a scope holds with these in it, that it held nothing of. */
  addedTo(tally: Tally, counter: Counter, scope: Scope): Tally {
    if (!isRolling(tally)) {
      const [from, until] = [tally.start, tally.end].map((at) => this.after(at - 1, counter, scope));
      return tallied(tally, tally.start, from! - until!);
    }
    const firsts = this.of(counter, scope).map(({ instants }) => instants[countUntil(instants, tally.tail)]);
    const first = Math.min(...firsts.map((at) => at ?? Infinity));
    return first === Infinity ? tally : tallied(tally, first, this.after(tally.tail, counter, scope));
  }

  private of(counter?: Counter, scope?: Scope): readonly Alike[] {
    return this.alike.filter(({ one }) => {
      const isCounted = counter === undefined || counts(counter, one.action, one.noted);
      return isCounted && (scope?.kind !== 'CLIENT_ACCOUNT' || scope.id === one.clientAccountId);
    });
  }
}

function inOrder(charges: CountedCharge[]): Alike {
  charges.sort((one, other) => one.at - other.at);
  let sum = 0;
  return {
    one: charges[0]!,
    instants: charges.map(({ at }) => at),
    upTo: [0].concat(charges.map(({ count = 1 }) => (sum += count))),
  };
}
