import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../errors.js';
import { parseToken } from '../tenancy/token.js';
import { retryAfterSeconds } from './failures.js';

/** Requests that a key may send at once, and how many a second it may send for ever. In each process by itself. */
const REQUESTS_AT_ONCE = 5_000;
const REQUESTS_A_SECOND = 500;
/** Keys that are remembered; whoever asked longest ago is forgotten first, and begins anew. */
const KEYS_KEPT_MAX = 10_000;

/** What is left to a key, told in headers. */
interface Left {
  readonly remaining: number;
  /** Until all of it is there again. */
  readonly resetMs: number;
  /** Until one more request is let in; 0 where this one was. */
  readonly retryAfterMs: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A bucket of requests for each key: it fills up steadily, and each request takes one out. */
export class RequestLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    readonly atOnce = REQUESTS_AT_ONCE,
    private readonly aSecond = REQUESTS_A_SECOND,
  ) {}

  /** `now` in milliseconds of a clock that is never set back. */
  take(key: string, now: number): Left {
    const kept = this.buckets.get(key) ?? { tokens: this.atOnce, at: now };
    const filled = Math.min(this.atOnce, kept.tokens + ((now - kept.at) * this.aSecond) / 1_000);
    const isLetIn = filled >= 1;
    const tokens = isLetIn ? filled - 1 : filled;
    this.buckets.delete(key);
    this.buckets.set(key, { tokens, at: now });
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > KEYS_KEPT_MAX && oldest !== undefined) this.buckets.delete(oldest);
    const msFor = (count: number) => Math.ceil((count * 1_000) / this.aSecond);
    return {
      remaining: Math.floor(tokens),
      resetMs: msFor(this.atOnce - tokens),
      retryAfterMs: isLetIn ? 0 : msFor(1 - tokens),
    };
  }
}

/** Whose bucket it is: of the key or the session that is shown. Null for who shows none: there is nothing to limit. */
export function limitKeyOf({
  authorization,
  session,
}: {
  readonly authorization: string | undefined;
  readonly session: string | undefined;
}): string | null {
  const [, shown = ''] = /^Bearer +(\S{1,200}) *$/i.exec(authorization ?? '') ?? [];
  const token = parseToken('KEY', shown) ?? parseToken('SESSION', session ?? '');
  // With the secret: nobody uses up another's requests by knowing the key's name alone.
  return token && `${token.id} ${token.secretSha256.toString('hex')}`;
}

export function tooManyRequests(retryAfterMs: number): Failure {
  const message = 'Too many requests with this key, or in this session; ask again later.';
  return new Failure('THROTTLED', message, retryAfterMs);
}

/** Holds the routes of a plugin to the limit, by the key or the session that is shown. Who shows none is given nothing to limit. */
export function limitRequests(
  server: FastifyInstance,
  limit: RequestLimit,
  sessionOf: (request: FastifyRequest) => string | undefined = () => undefined,
): void {
  server.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    const key = limitKeyOf({ authorization, session: sessionOf(request) });
    if (key === null) return;
    const left = limit.take(key, performance.now());
    void reply.headers({
      'ratelimit-limit': String(limit.atOnce),
      'ratelimit-remaining': String(left.remaining),
      'ratelimit-reset': retryAfterSeconds(left.resetMs),
    });
    if (left.retryAfterMs === 0) return;
    void reply.header('retry-after', retryAfterSeconds(left.retryAfterMs));
    throw tooManyRequests(left.retryAfterMs);
  });
}
