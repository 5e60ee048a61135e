import { TooManyOpen } from '../errors.js';
import { firstAccountOf, type Viewer } from '../tenancy/viewer.js';

/** Of how many scopes those who watch an agency are told together: all of them, those who see a part of it, those of one client account. */
export interface ToldMax {
  readonly whole: number;
  readonly parts: number;
  readonly account: number;
}

/** What each was told last of each scope is kept: some 300 MB of an agency. */
const TOLD_MAX: ToldMax = { whole: 1_000_000, parts: 750_000, account: 500_000 };

const RETRY_AFTER_MS = 5_000;

/** Whoever is told of some scopes. */
interface Told {
  readonly viewer: Viewer;
}

/** Of how many scopes of an agency each who watches it is told, so that all of them together are told of no more than are kept in mind. */
export class ToldScopes {
  private readonly counts = new Map<Told, number>();
  private readonly sums = new Map<string, number>();

  constructor(private readonly max: ToldMax = TOLD_MAX) {}

  /** Whether one may be told of so many, in place of those that it is told of. */
  hasRoom(one: Told, count: number): boolean {
    const more = count - (this.counts.get(one) ?? 0);
    return this.sharesOf(one).every(([name, max]) => (this.sums.get(name) ?? 0) + more <= max);
  }

  set(one: Told, count: number): void {
    const more = count - (this.counts.get(one) ?? 0);
    if (count === 0) this.counts.delete(one);
    else this.counts.set(one, count);
    for (const [name] of this.sharesOf(one)) this.sums.set(name, (this.sums.get(name) ?? 0) + more);
  }

  private sharesOf({ viewer: { reach } }: Told): (readonly [name: string, max: number])[] {
    const { whole, parts, account } = this.max;
    if (!reach) return [['whole', whole]];
    return [
      ['whole', whole],
      ['parts', parts],
      [`account ${firstAccountOf(reach)}`, account],
    ];
  }
}

export function tooManyTold(): TooManyOpen {
  const message =
    'Those who subscribe to the usage of this agency are told of more seats, campaigns and client accounts together than are kept in mind: subscribe to single seats.';
  return new TooManyOpen(message, RETRY_AFTER_MS);
}
