import { randomInt } from 'node:crypto';
import type { QueryConfig } from 'pg';
import { RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { Failure } from '../../errors.js';
import { comparable, type Lock } from '../../tenancy/accounts.js';
import { counted } from '../../quota/counted.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { askAlone } from '../../tenancy/transaction.js';
import { networkOf, regionOf } from '../../tenancy/network.js';

/** How long a network is known as one that the owner of an address came in from. */
const KNOWN_SECONDS = 90 * 86_400;
/** Who did not come in with a browser for so long is a stranger with it; none keeps a cookie for longer. */
export const DEVICE_LASTS_SECONDS = 400 * 86_400;

/**
 * Of one address from one network; of one address from all networks that it never signed in from; from one network, and from all of
 * a customer's of IPv6, for any address. Whoever tries an address from everywhere locks out strangers alone, and so does whoever tries
 * all of them from where others are too: from where its owner came in lately, the first bound holds and no other.
 *
 * A browser that its owner came in with has a bound of its own for that address, in the place of all of these: what others try, in its
 * network too, does not keep it out, and it adds nothing to what they have. Whoever takes its cookie has that one bound and no other,
 * over all networks. It is for passwords alone. Codes of a second factor are counted as from anywhere: who tries those knows the
 * password, which is all that such a browser is known by. So are links for a new password, which are for whoever can't show it, and
 * what is begun at a provider, where nobody has said yet who they are.
 *
 * `of`: tries that are alike in it count together.
 */
const BOUNDS = {
  device: { points: 5, duration: 15 * 60, of: ['what', 'account', 'device'] },
  pair: { points: 5, duration: 15 * 60, of: ['what', 'account', 'network'] },
  account: { points: 30, duration: 60 * 60, of: ['what', 'account'] },
  place: { points: 100, duration: 60 * 60, of: ['network'] },
  region: { points: 1_000, duration: 60 * 60, of: ['region'] },
  /** Other passwords of one account, each set by the one before. */
  change: { points: 5, duration: 60 * 60, of: ['account', 'agency'] },
  /** Right passwords of one account, from wherever: nobody is forgiven those. */
  right: { points: 60, duration: 60 * 60, of: ['account', 'kept'] },
  /** Codes of a second factor, from a network that its owner came in from. */
  day: { points: 20, duration: 24 * 60 * 60, of: ['what', 'account', 'network'] },
  /** No count but a mark, of the password or factor that its owner came in by from a network. */
  known: { points: 1, duration: KNOWN_SECONDS, of: ['what', 'account', 'network', 'ownAgency'] },
  /** No count but a mark: the browsers that are known came in since it is this one. */
  epoch: { points: 1, duration: DEVICE_LASTS_SECONDS, of: ['account', 'kept'] },
} as const;
type Bound = keyof typeof BOUNDS;
/** What nobody is forgiven: whoever is over it is sent away without a look at the table, however fast they ask. */
const KEPT_IN_MIND: ReadonlySet<string> = new Set<Bound>(['place', 'region']);
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
  /** Of a password: the browser that it comes from, where that one is known by the password (`Devices`). */
  readonly device?: string | null;
}

/**
 * How often somebody may try. It is counted in PostgreSQL, so that several processes count together; before the password
 * is looked at, so that many tries at once are no more than as many one after the other; and by fingerprints, so that the
 * table tells nobody's address. An address that nobody has is counted like any other.
 */
export class SignInLimits {
  private readonly limiters: Readonly<Record<Bound, RateLimiterAbstract>>;

  constructor(
    dataSource: DataSource,
    private readonly fingerprints: Fingerprints,
  ) {
    const storeClient = { query: (asked: QueryConfig) => askAlone(dataSource, asked) };
    const store = { storeClient, storeType: 'client', tableName: 'sign_in_try' } as const;
    const limiters = Object.entries(BOUNDS).map(([keyPrefix, { points, duration }]) => {
      const inMind = KEPT_IN_MIND.has(keyPrefix) && { inMemoryBlockOnConsumed: points };
      const kept = { ...store, tableCreated: true, keyPrefix, points, duration, ...inMind };
      return [keyPrefix, new RateLimiterPostgres(kept)];
    });
    this.limiters = Object.fromEntries(limiters) as Record<Bound, RateLimiterAbstract>;
  }

  /**
   * Counts a try. Throws THROTTLED where it is one too many. A network is known by the password that was shown from there: `kept` is
   * what is kept of the one of now, so that whoever had the one before is a stranger again. Answers whether its owner came in by that
   * browser or from that network.
   */
  async count(tried: Try, kept: string | null = null): Promise<boolean> {
    if (tried.device) {
      await this.consume('device', tried);
      return true;
    }
    const isKnown = await this.isKnown(tried, kept);
    if (!isKnown) await this.countFrom(tried.place);
    await this.consume('pair', tried);
    if (!isKnown) await this.consume('account', tried);
    return isKnown;
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

  /**
   * Counts a password as a right one before it is looked at, so that many at once are no more than as many one after the other. Who
   * doesn't know it uses up none of them: what was wrong is given back (`giveBack`). By the password of now: who has another one set,
   * by a link, gets in whoever knew the one before. Throws THROTTLED.
   */
  async countRight(tried: Try, kept: string | null): Promise<void> {
    try {
      await this.consume('right', tried, kept);
    } catch (error) {
      await this.giveBack(tried, kept);
      throw error;
    }
  }

  async giveBack(tried: Try, kept: string | null): Promise<void> {
    await this.limiters.right.reward(this.nameOf('right', tried, kept));
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
   * that nobody learns which there is, and whoever has the one would go on guessing the other. A known browser is forgiven its own
   * alone: it is of the one password, and those of whoever else is in its network were not its owner's.
   */
  async forget(tried: Try, kept: string | null = null): Promise<void> {
    await this.limiters.known.set(this.nameOf('known', tried), this.markOf(kept), KNOWN_SECONDS);
    if (!tried.device && tried.lock?.isOnly === false) return;
    const bounds = tried.device ? (['device'] as const) : (['pair', 'account', 'day'] as const);
    await Promise.all(bounds.map((bound) => this.limiters[bound].delete(this.nameOf(bound, tried))));
  }

  /** No browser that came in until now with that password of an address is known any more. `kept` is what is kept of it. */
  async endDevices(account: string, kept: string | null): Promise<void> {
    const name = this.nameOf('epoch', { account, place: '' }, kept);
    // It is forgotten once those of before are too old in any case.
    await this.limiters.epoch.set(name, randomInt(1, MARK_MAX), DEVICE_LASTS_SECONDS);
  }

  /**
   * Which browsers of an address are known by a password: those that came in since it is this one. An address that nobody has is asked
   * for alike.
   */
  async deviceEpoch(account: string, kept: string | null): Promise<number> {
    const epoch = await this.limiters.epoch.get(this.nameOf('epoch', { account, place: '' }, kept));
    return epoch?.consumedPoints ?? 0;
  }

  private async isKnown(tried: Try, kept: string | null): Promise<boolean> {
    const known = await this.limiters.known.get(this.nameOf('known', tried));
    return known !== null && known.consumedPoints === this.markOf(kept);
  }

  private async consume(bound: Bound, tried: Try, kept: string | null = null): Promise<number> {
    try {
      return (await this.limiters[bound].consume(this.nameOf(bound, tried, kept))).consumedPoints;
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

  private nameOf(bound: Bound, tried: Try, kept: string | null = null): string {
    const { account, place, what = 'SIGN_IN', lock, device = null } = tried;
    const parts = {
      ...{ what, account: comparable(account), network: networkOf(place), region: regionOf(place) },
      ...{ device, kept, agency: lock?.agencyId ?? '', ownAgency: lock?.agencyId ?? [] },
    };
    const names: readonly (keyof typeof parts)[] = BOUNDS[bound].of;
    const name = names.flatMap((part) => parts[part]);
    return this.fingerprints.of('SIGN_IN', '', bound, ...name).toString('base64url');
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
