import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { MemoryBuckets } from './buckets.js';
import { CostLimit } from './cost-limit.js';
import { RedisBuckets } from './redis-buckets.js';
import { RequestLimit } from './request-limit.js';

/** The API's own limits: of requests, and of what operations cost. Both are null where they are switched off. */
export interface ApiLimits {
  readonly requestLimit: RequestLimit | null;
  readonly costLimit: CostLimit | null;
  close(): Promise<void>;
}

/** Counts in Redis where there is one, else in this process. A Redis that is down keeps nothing from starting. */
export async function openApiLimits(
  { apiLimits, redisUrl }: Pick<Config, 'apiLimits' | 'redisUrl'>,
  logger: Logger,
): Promise<ApiLimits> {
  if (!apiLimits) return { requestLimit: null, costLimit: null, close: () => Promise.resolve() };
  const redis = redisUrl === null ? null : await RedisBuckets.open(redisUrl, (error) => tell(logger, error));
  // Anybody can show thousands of keys that are none: what is forgotten for them is of other requests, and no budget of cost.
  return {
    requestLimit: new RequestLimit(redis ?? new MemoryBuckets()),
    costLimit: new CostLimit(redis ?? new MemoryBuckets()),
    close: () => redis?.close() ?? Promise.resolve(),
  };
}

function tell(logger: Logger, error: unknown): void {
  if (error === null) logger.warn('Redis is back: the API limits are counted there again');
  else
    logger.warn(
      { err: error },
      'Redis is lost: until it is back this process counts the API limits by itself',
    );
}
