import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { inTime, redisClient } from '../../database/redis.js';
import { type Budget, type Buckets, MemoryBuckets, type Taken } from './buckets.js';

/** How long this process counts by itself after Redis failed; then one request, and no other, looks whether it is back. */
const ALONE_MS = 1_000;

/**
 * One step for Redis, so that nothing of another request comes in between: what does not fit is answered as if it were taken, and is
 * not; less than nothing is given back, of what was taken in this window. Nothing
 * of it is -0, which Redis takes for no number: so 0 is added.
 */
const TAKE = `
local amount, seconds, points = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local taken = tonumber(redis.call('get', KEYS[1]) or '0')
if amount < 0 then amount = math.max(amount, -taken) + 0 end
local ttl = redis.call('pttl', KEYS[1])
if taken + amount > points then return {taken + amount, ttl < 0 and seconds * 1000 or ttl} end
if ttl == -2 then redis.call('set', KEYS[1], 0, 'EX', seconds) end
if ttl == -1 then redis.call('expire', KEYS[1], seconds) end
return {redis.call('incrby', KEYS[1], amount), ttl < 0 and seconds * 1000 or ttl}
`;

/**
 * Buckets that all processes share, in Redis: filled again at the end of each window, which is as long as they take to fill up
 * steadily, so that the same is let in for ever. While Redis fails, each process counts by itself and goes on answering.
 */
export class RedisBuckets implements Buckets {
  private readonly limiters = new Map<string, RateLimiterAbstract>();
  /** Of each budget by itself: what is forgotten for keys that are none is no budget of cost. */
  private readonly alone = new Map<string, MemoryBuckets>();
  private aloneUntil = -Infinity;
  private isLost = false;

  /** `tell` is told once when Redis is lost, with the error, and once when it is back, with null. */
  private constructor(
    private readonly client: Redis,
    private readonly tell: (error: unknown) => void,
  ) {}

  /** Once it is connected, or it is clear that it is not, for now. */
  static async open(url: string, tell: (error: unknown) => void): Promise<RedisBuckets> {
    const client = redisClient(url);
    const buckets = new RedisBuckets(client, tell);
    // Without a listener a lost connection would end the process; what it means is found out by the next request.
    client.on('error', (error) => buckets.lose(error));
    client.on('ready', () => buckets.find());
    await client.connect().catch((error: unknown) => buckets.lose(error));
    return buckets;
  }

  close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }

  async take(name: string, amount: number, budget: Budget): Promise<Taken> {
    if (performance.now() < this.aloneUntil) return this.takeAlone(name, amount, budget);
    // Others don't wait for what this one finds out.
    if (this.isLost) this.aloneUntil = performance.now() + ALONE_MS;
    const limiter = this.limiterOf(budget);
    // It throws at anything else.
    const whole = Math.ceil(amount);
    try {
      const { consumedPoints, msBeforeNext } = sound(
        await inTime(limiter.consume(name, whole)).catch(answerOf),
      );
      this.find();
      const isTaken = consumedPoints <= limiter.points;
      const taken = isTaken ? consumedPoints : consumedPoints - whole;
      const retryAfterMs = isTaken ? 0 : Math.max(1, msBeforeNext);
      return { remaining: Math.max(0, limiter.points - taken), resetMs: msBeforeNext, retryAfterMs };
    } catch (error) {
      this.lose(error);
      return this.takeAlone(name, amount, budget);
    }
  }

  private takeAlone(name: string, amount: number, budget: Budget): Promise<Taken> {
    const kind = nameOf(budget);
    const alone = this.alone.get(kind) ?? new MemoryBuckets();
    this.alone.set(kind, alone);
    return alone.take(name, amount, budget);
  }

  private limiterOf(budget: Budget): RateLimiterAbstract {
    const { atOnce, aSecond } = budget;
    const name = nameOf(budget);
    const limiter =
      this.limiters.get(name) ??
      new RateLimiterRedis({
        ...{ storeClient: this.client, rejectIfRedisNotReady: true, keyPrefix: `headroom:${name}` },
        customIncrTtlLuaScript: TAKE,
        ...{ points: atOnce, duration: Math.max(1, Math.ceil(atOnce / aSecond)) },
      });
    this.limiters.set(name, limiter);
    return limiter;
  }

  private lose(error: unknown): void {
    this.aloneUntil = performance.now() + ALONE_MS;
    if (this.isLost) return;
    this.isLost = true;
    this.tell(error);
  }

  private find(): void {
    if (!this.isLost) return;
    this.isLost = false;
    this.aloneUntil = -Infinity;
    this.tell(null);
  }
}

function nameOf({ atOnce, aSecond }: Budget): string {
  return `${atOnce}-${aSecond}`;
}

/** What did not fit is thrown by the library, as what went wrong is. */
function answerOf(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown;
  throw thrown;
}

/** Numbers, as they were counted. Throws for what a Redis that is none answers. */
function sound(answer: RateLimiterRes): RateLimiterRes {
  if (Number.isSafeInteger(answer.consumedPoints) && Number.isFinite(answer.msBeforeNext)) return answer;
  throw new Error('Redis answers something else than numbers.');
}
