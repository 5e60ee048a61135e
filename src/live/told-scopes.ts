import { TooManyOpen } from '../errors.js';
import { type Shares, sharesOf } from '../tenancy/shares.js';
import type { Viewer } from '../tenancy/viewer.js';

/** Of how many scopes those who watch an agency are told: what each was told last of each is kept, some 300 MB of an agency. */
const TOLD_MAX: Shares = { whole: 1_000_000, parts: 750_000, account: 500_000 };

const RETRY_AFTER_MS = 5_000;

/** Whoever is told of some scopes. */
interface Told {
  readonly viewer: Viewer;
}

/** Of how many scopes of an agency each who watches it is told, so that all of them together are told of no more than are kept in mind. */
export class ToldScopes {
  private readonly counts = new Map<Told, number>();
  private readonly sums = new Map<string, number>();

  constructor(private readonly max: Shares = TOLD_MAX) {}

  /** Whether one may be told of so many, in place of those that it is told of. */
  hasRoom(one: Told, count: number): boolean {
    const more = count - (this.counts.get(one) ?? 0);
    return sharesOf(one.viewer, this.max).every(([name, max]) => (this.sums.get(name) ?? 0) + more <= max);
  }

  set(one: Told, count: number): void {
    const more = count - (this.counts.get(one) ?? 0);
    if (count === 0) this.counts.delete(one);
    else this.counts.set(one, count);
    for (const [name] of sharesOf(one.viewer, this.max)) {
      const sum = (this.sums.get(name) ?? 0) + more;
      if (sum === 0) this.sums.delete(name);
      else this.sums.set(name, sum);
    }
  }
}

export function tooManyTold(): TooManyOpen {
  const message =
    'Those who subscribe to the usage of this agency are told of more seats, campaigns and client accounts together than are kept in mind: subscribe to single seats.';
  return new TooManyOpen(message, RETRY_AFTER_MS);
}
