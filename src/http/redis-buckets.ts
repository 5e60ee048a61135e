import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { redisClient } from '../database/redis.js';
import { type Budget, type Buckets, MemoryBuckets, type Taken } from './buckets.js';

/** How long this process counts by itself after Redis failed, so that not every request waits for it in vain. */
const ALONE_MS = 1_000;

/**
 * Buckets that all processes share, in Redis: filled again at the end of each window, which is as long as they take to fill up
 * steadily, so that the same is let in for ever. While Redis fails, each process counts by itself and goes on answering.
 */
export class RedisBuckets implements Buckets {
  private readonly limiters = new Map<string, RateLimiterAbstract>();
  private readonly alone = new MemoryBuckets();
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
    if (performance.now() < this.aloneUntil) return this.alone.take(name, amount, budget);
    const limiter = this.limiterOf(budget);
    try {
      const { remainingPoints, msBeforeNext } = await limiter.consume(name, amount);
      this.find();
      return { remaining: remainingPoints, resetMs: msBeforeNext, retryAfterMs: 0 };
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return this.refuse(limiter, name, amount, refused);
      this.lose(refused);
      return this.alone.take(name, amount, budget);
    }
  }

  /** It was counted before it was refused: what does not fit takes nothing. */
  private async refuse(
    limiter: RateLimiterAbstract,
    name: string,
    amount: number,
    { consumedPoints, msBeforeNext }: RateLimiterRes,
  ): Promise<Taken> {
    await limiter.reward(name, amount).catch((error: unknown) => this.lose(error));
    const remaining = Math.max(0, limiter.points - (consumedPoints - amount));
    return { remaining, resetMs: msBeforeNext, retryAfterMs: Math.max(1, msBeforeNext) };
  }

  private limiterOf({ atOnce, aSecond }: Budget): RateLimiterAbstract {
    const name = `${atOnce}-${aSecond}`;
    const limiter =
      this.limiters.get(name) ??
      new RateLimiterRedis({
        ...{ storeClient: this.client, rejectIfRedisNotReady: true, keyPrefix: `headroom:${name}` },
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
