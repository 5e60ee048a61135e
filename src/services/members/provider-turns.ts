import type { Named } from '../../tenancy/door.js';
import { customerOf } from '../../tenancy/network.js';
import { Turns } from '../../tenancy/turns.js';

/** Sign-ins of one agency that ask its provider at once: it may take its time, and whom it keeps waiting are its own. */
const ASKED_AT_ONCE_MAX = 4;
/** What waits for that in all, and from one customer's network. */
const WAITS = {
  ...{ waitingMax: 4_000, ofCallerMax: 200 },
  tooMany: 'Too many are signing in by the provider of this agency at once; try again later.',
};

/** Who signs in by the provider of an agency: one network after another, so that a crowd keeps its own network waiting alone. */
export class ProviderTurns {
  private readonly turns = new Turns(ASKED_AT_ONCE_MAX, WAITS);

  /** Throws THROTTLED where too many wait. */
  run<T>({ agencyId, place }: Named, ask: () => Promise<T>): Promise<T> {
    return this.turns.run(agencyId, ask, customerOf(place));
  }
}
