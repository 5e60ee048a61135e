import { openPostgresLimiter, openRedisUnion, redisMissing } from '../rate-limiter.js';
import { openOffices } from '../../office.js';
import { contender, holdAndRelease, openLedger } from '../asking.js';
import type { Bench, Plan, Scenario } from '../scenario.js';

const IN_FLIGHT = 64;
const KEY = 'seat';
const OURS = 'Headroom';
const ALONE = 'Headroom, one a transaction';
const POSTGRES = 'rate-limiter-flexible, PostgreSQL';
const REDIS = 'RateLimiterUnion of 3, Redis, AOF always';

/** All callers want the same seat. */
export const HOT_SEAT: Plan = {
  name: 'hot-seat',
  title: 'one seat, 64 in flight',
  async open({ appUrl, ownerUrl, dataDirectory }: Bench): Promise<Scenario> {
    const [office] = await openOffices(appUrl, 1, 1);
    if (!office) throw new Error('An office was opened.');
    const ledger = openLedger(appUrl);
    const alone = openLedger(appUrl, 1);
    const limiter = await openPostgresLimiter(ownerUrl);
    const missing = redisMissing();
    const union = missing === null ? await openRedisUnion(dataDirectory) : null;
    const consume =
      (from: { consume(key: string): Promise<unknown> }) =>
      async (timed: <T>(work: Promise<T>) => Promise<T>): Promise<void> =>
        void (await timed(from.consume(KEY)));
    return {
      contenders: [
        contender(OURS, IN_FLIGHT, (timed) => holdAndRelease(ledger, office, timed)),
        contender(ALONE, IN_FLIGHT, (timed) => holdAndRelease(alone, office, timed)),
        contender(POSTGRES, IN_FLIGHT, consume(limiter), 'one limit; no record, key or hold'),
        ...(union
          ? [contender(REDIS, IN_FLIGHT, consume(union), 'three limits; no record, key or hold')]
          : []),
      ],
      targets: [
        { of: OURS, against: POSTGRES, figure: 'perSecond', least: 10 },
        ...(union ? [{ of: OURS, against: REDIS, figure: 'perSecond', least: 1.5 } as const] : []),
      ],
      leftOut: missing === null ? [] : [`${REDIS}: ${missing}.`],
      close: async () => {
        await Promise.all([ledger.close(), alone.close(), limiter.close(), union?.close()]);
      },
    };
  },
};
