import { counts, type Counter, type Scope } from '../../quota/counter.js';
import { countUntil } from '../../quota/instants.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';

/** A charge as counters see it. */
export interface CountedCharge {
  readonly action: Action;
  readonly noted: boolean;
  readonly at: Instant;
  readonly clientAccountId: string;
}

/** How many charges there are after an instant, for however many counters ask: an archive has a million of them. */
export class ChargedOverTime {
  private readonly alike = new Map<string, { readonly one: CountedCharge; readonly instants: Instant[] }>();

  constructor(charges: readonly CountedCharge[]) {
    for (const one of charges) {
      const name = `${one.action} ${one.noted} ${one.clientAccountId}`;
      const known = this.alike.get(name);
      if (known) known.instants.push(one.at);
      else this.alike.set(name, { one, instants: [one.at] });
    }
    for (const { instants } of this.alike.values()) instants.sort((one, other) => one - other);
  }

  /** Of those that a counter counts, and that are of a scope; of all, where none is named. */
  after(instant: Instant, counter?: Counter, scope?: Scope): number {
    let sum = 0;
    for (const { one, instants } of this.alike.values()) {
      const isCounted = counter === undefined || counts(counter, one.action, one.noted);
      const isOfScope = scope?.kind !== 'CLIENT_ACCOUNT' || scope.id === one.clientAccountId;
      if (isCounted && isOfScope) sum += instants.length - countUntil(instants, instant);
    }
    return sum;
  }
}
