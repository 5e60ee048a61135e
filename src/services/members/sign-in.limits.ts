import type { QueryConfig } from 'pg';
import { RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { Failure } from '../../errors.js';
import { comparable, type Lock } from '../../tenancy/accounts.js';
import { counted } from '../../quota/counted.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { askAlone } from '../../tenancy/transaction.js';
import { networkOf, regionOf } from '../../tenancy/network.js';

/**
 * Of one address from one network; of one address from all networks that it never signed in from; from one network, and from all of
 * a customer's of IPv6, for any address. Whoever tries an address from everywhere locks out strangers alone, and so does whoever tries
 * all of them from where others are too: from where its owner came in lately, the first bound holds and no other.
 */
const BOUNDS = {
  pair: { points: 5, duration: 15 * 60 },
  account: { points: 30, duration: 60 * 60 },
  place: { points: 100, duration: 60 * 60 },
  region: { points: 1_000, duration: 60 * 60 },
  /** Other passwords of one account, each set by the one before. */
  change: { points: 5, duration: 60 * 60 },
  /** Codes of a second factor, from a network that its owner came in from. */
  day: { points: 20, duration: 24 * 60 * 60 },
} as const;
/** How long a network is known as one that the owner of an address came in from. */
const KNOWN_SECONDS = 90 * 86_400;
type Bound = keyof typeof BOUNDS;
/** What nobody is forgiven: whoever is over it is sent away without a look at the table, however fast they ask. */
const KEPT_IN_MIND: ReadonlySet<Bound> = new Set<Bound>(['place', 'region']);
/** A number that the table can keep. */
const MARK_MAX = 0x7fffffff;

/** What is tried; each is counted by itself. */
type TriedFor = 'SIGN_IN' | 'CODE' | 'LINK' | 'PROVIDER';

/** One try to prove who one is: for which account, from where. */
export interface Try {
  readonly account: string;
  readonly place: string;
  /** SIGN_IN, where it is left out. */
  readonly what?: TriedFor;
  /** Of a password: which one of the address (`lockOf`); the account's, where it is left out. */
  readonly lock?: Pick<Lock, 'agencyId' | 'isOnly'>;
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
    const storeClient = { query: (asked: QueryConfig) => askAlone(dataSource, asked) };
    const store = { storeClient, storeType: 'client', tableName: 'sign_in_try' } as const;
    const limiter = (bound: Bound): RateLimiterAbstract =>
      new RateLimiterPostgres({
        ...{ ...store, tableCreated: true, keyPrefix: bound, ...BOUNDS[bound] },
        ...(KEPT_IN_MIND.has(bound) && { inMemoryBlockOnConsumed: BOUNDS[bound].points }),
      });
    this.known = new RateLimiterPostgres({
      ...{ ...store, tableCreated: true, keyPrefix: 'known', points: 1, duration: KNOWN_SECONDS },
    });
    this.limiters = {
      ...{ pair: limiter('pair'), account: limiter('account'), place: limiter('place') },
      ...{ region: limiter('region'), day: limiter('day'), change: limiter('change') },
    };
  }

  /**
   * Counts a try. Throws THROTTLED where it is one too many. A network is known by the password that was shown from there: `kept` is
   * what is kept of the one of now, so that whoever had the one before is a stranger again.
   */
  async count(tried: Try, kept: string | null = null): Promise<void> {
    const isKnown = await this.isKnown(tried, kept);
    if (!isKnown) await this.countFrom(tried.place);
    await this.consume('pair', tried);
    if (!isKnown) await this.consume('account', tried);
  }

  /**
   * Counts a code from a network that its owner came in from, and answers how many there were of late; null from any other, and for one
   * that nobody guesses. A network is known by the factor that a code was shown of from there: `kept` is which one is in force.
   */
  async countCode(tried: Try, kept: string | null, canBeGuessed: boolean): Promise<number | null> {
    const isKnown = await this.isKnown(tried, kept);
    if (!isKnown) await this.countFrom(tried.place);
    await this.consume('pair', tried);
    return isKnown && canBeGuessed ? this.consume('day', tried) : null;
  }

  /** Counts another password of an account that is set by the one before, from wherever. Throws THROTTLED. */
  async countChange(changed: Try): Promise<void> {
    await this.consume('change', changed);
  }

  /** Counts what is begun to be asked of an agency's provider, unless somebody came in by it from there. Throws THROTTLED. */
  async countBegun(tried: Try): Promise<void> {
    if (!(await this.isKnown(tried, null))) await this.countFrom(tried.place);
  }

  /** Counts what is asked from a place for nobody in particular. Throws THROTTLED where it is once too often. */
  async countFrom(place: string): Promise<void> {
    await this.consume('place', { account: '', place });
    if (regionOf(place) !== null) await this.consume('region', { account: '', place });
  }

  /**
   * Forgets the tries of whoever proved who they are, and knows the network from now on, by that password or factor alone. Those from the same
   * place for other accounts stay counted; and where the address has another password, all of them: tries for both count together, so
   * that nobody learns which there is, and whoever has the one would go on guessing the other.
   */
  async forget(tried: Try, kept: string | null = null): Promise<void> {
    await this.known.set(this.nameOf('known', tried), this.markOf(kept), KNOWN_SECONDS);
    if (tried.lock?.isOnly === false) return;
    await Promise.all(
      (['pair', 'account', 'day'] as const).map((bound) =>
        this.limiters[bound].delete(this.nameOf(bound, tried)),
      ),
    );
  }

  private async isKnown(tried: Try, kept: string | null): Promise<boolean> {
    const known = await this.known.get(this.nameOf('known', tried));
    return known !== null && known.consumedPoints === this.markOf(kept);
  }

  private async consume(bound: Bound, tried: Try): Promise<number> {
    try {
      return (await this.limiters[bound].consume(this.nameOf(bound, tried))).consumedPoints;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw tooManyTries(Math.max(1_000, error.msBeforeNext));
    }
  }

  /** Which password it was, as far as a number tells. */
  private markOf(kept: string | null): number {
    const of = this.fingerprints.of('SIGN_IN', '', 'kept', kept).readUInt32BE();
    return 1 + (of % MARK_MAX);
  }

  private nameOf(bound: Bound | 'known', { account, place: address, what = 'SIGN_IN', lock }: Try): string {
    const place = networkOf(address);
    const pair = [what, comparable(account), place];
    const parts = {
      ...{
        pair,
        known: [...pair, ...(lock?.agencyId ? [lock.agencyId] : [])],
        day: pair,
        account: [what, comparable(account)],
        change: [comparable(account), lock?.agencyId ?? ''],
      },
      ...{ place: [place], region: [regionOf(address)] },
    };
    return this.fingerprints.of('SIGN_IN', '', bound, ...parts[bound]).toString('base64url');
  }
}

export function tooManyTries(retryAfterMs: number): Failure {
  const message = `Too many tries; ask again in ${inWords(retryAfterMs)}.`;
  return new Failure('THROTTLED', message, retryAfterMs);
}

/** Never sooner than it is worth asking. */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds <= 90 ? counted(seconds, 'second') : counted(Math.ceil(seconds / 60), 'minute');
}
