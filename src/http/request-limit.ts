import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../errors.js';
import { parseToken, type ParsedToken } from '../tenancy/token.js';
import type { Budget, Buckets, Taken } from './buckets.js';
import { retryAfterSeconds } from './failures.js';

/** Requests that a key may send at once, and how many a second it may send for ever. */
const REQUESTS: Budget = { atOnce: 5_000, aSecond: 500 };

type Shown = Pick<ParsedToken, 'id' | 'secretSha256'>;

/** With the secret: nobody uses up another's requests by knowing the key's name alone. */
export function requestsOf({ id, secretSha256 }: Shown): string {
  return `requests ${id} ${secretSha256.toString('hex')}`;
}

/** What each key, and each session, may send: a request takes one out. */
export class RequestLimit {
  constructor(
    private readonly buckets: Buckets,
    readonly budget: Budget = REQUESTS,
  ) {}

  take(token: Shown): Promise<Taken> {
    return this.buckets.take(requestsOf(token), 1, this.budget);
  }
}

/** Of the key or the session that is shown. Null for who shows none: there is nothing to limit. */
export function shownToken({
  authorization,
  session,
}: {
  readonly authorization: string | undefined;
  readonly session: string | undefined;
}): ParsedToken | null {
  const [, shown = ''] = /^Bearer +(\S{1,200}) *$/i.exec(authorization ?? '') ?? [];
  return parseToken('KEY', shown) ?? parseToken('SESSION', session ?? '');
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
    const token = shownToken({ authorization, session: sessionOf(request) });
    if (!token) return;
    const left = await limit.take(token);
    void reply.headers({
      'ratelimit-limit': String(limit.budget.atOnce),
      'ratelimit-remaining': String(left.remaining),
      'ratelimit-reset': retryAfterSeconds(left.resetMs),
    });
    if (left.retryAfterMs === 0) return;
    void reply.header('retry-after', retryAfterSeconds(left.retryAfterMs));
    throw tooManyRequests(left.retryAfterMs);
  });
}
