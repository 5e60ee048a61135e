import { RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { Failure } from '../../errors.js';
import { comparable } from '../../tenancy/accounts.js';
import { counted } from '../../quota/counted.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { networkOf } from '../../tenancy/network.js';

/**
 * Of one address from one network, of one address from all networks that it never signed in from, from one network for any address.
 * Whoever tries an address from everywhere locks out strangers alone: from where its owner came in lately, the first bound holds and
 * no other.
 */
const BOUNDS = {
  pair: { points: 5, duration: 15 * 60 },
  account: { points: 30, duration: 60 * 60 },
  place: { points: 100, duration: 60 * 60 },
} as const;
/** How long a network is known as one that the owner of an address came in from. */
const KNOWN_SECONDS = 90 * 86_400;
type Bound = keyof typeof BOUNDS;

/** One try to prove who one is: for which account, from where. */
export interface Try {
  readonly account: string;
  readonly place: string;
}

/**
 * How often somebody may try. It is counted in PostgreSQL, so that several processes count together; before the password
 * is looked at, so that many tries at once are no more than as many one after the other; and by fingerprints, so that the
 * table tells nobody's address. An address that nobody has is counted like any other.
 */
export class SignInLimits {
  private readonly limiters: Readonly<Record<Bound, RateLimiterAbstract>>;
  private readonly known: RateLimiterAbstract;

  constructor(
    dataSource: DataSource,
    private readonly fingerprints: Fingerprints,
  ) {
    const limiter = (bound: Bound | 'known'): RateLimiterAbstract =>
      new RateLimiterPostgres({
        ...{ storeClient: dataSource, storeType: 'typeorm', tableName: 'sign_in_try', tableCreated: true },
        ...{ keyPrefix: bound, points: 1, duration: KNOWN_SECONDS, ...(bound !== 'known' && BOUNDS[bound]) },
      });
    this.known = limiter('known');
    this.limiters = { pair: limiter('pair'), account: limiter('account'), place: limiter('place') };
  }

  /** Counts a try. Throws THROTTLED where it is one too many. */
  async count(tried: Try): Promise<void> {
    await this.consume('place', tried);
    await this.consume('pair', tried);
    if ((await this.known.get(this.nameOf('known', tried))) === null) await this.consume('account', tried);
  }

  /** Counts what is asked from a place for nobody in particular. Throws THROTTLED where it is once too often. */
  async countFrom(place: string): Promise<void> {
    await this.consume('place', { account: '', place });
  }

  private async consume(bound: Bound, tried: Try): Promise<void> {
    try {
      await this.limiters[bound].consume(this.nameOf(bound, tried));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const retryAfterMs = Math.max(1_000, error.msBeforeNext);
      throw new Failure('THROTTLED', `Too many tries; ask again in ${inWords(retryAfterMs)}.`, retryAfterMs);
    }
  }

  /** Forgets the tries of whoever proved who they are, and knows the network from now on. Those from the same place for other accounts stay counted. */
  async forget(tried: Try): Promise<void> {
    await this.known.set(this.nameOf('known', tried), 1, KNOWN_SECONDS);
    await Promise.all(
      (['pair', 'account'] as const).map((bound) => this.limiters[bound].delete(this.nameOf(bound, tried))),
    );
  }

  private nameOf(bound: Bound | 'known', { account, place: address }: Try): string {
    const place = networkOf(address);
    const pair = [comparable(account), place];
    const parts = { pair, known: pair, account: [comparable(account)], place: [place] };
    return this.fingerprints.of('SIGN_IN', '', bound, ...parts[bound]).toString('base64url');
  }
}

/** Never sooner than it is worth asking. */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds <= 90 ? counted(seconds, 'second') : counted(Math.ceil(seconds / 60), 'minute');
}
