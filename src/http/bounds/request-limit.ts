import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import { parseToken, type ParsedToken } from '../../tenancy/token.js';
import type { Budget, Buckets, Taken } from './buckets.js';
import { retryAfterSeconds } from '../failures.js';
import { bytesOf } from '../bodies/patience.js';

/** Requests that a key may send at once, and how many a second it may send for ever. */
const REQUESTS: Budget = { atOnce: 5_000, aSecond: 500 };
/** A request counts once, and once more for each so many bytes of its body, whatever becomes of it. */
const BYTES_OF_REQUEST = 8_192;

type Shown = Pick<ParsedToken, 'id' | 'secretSha256'>;

/** With the secret: nobody uses up another's requests by knowing the key's name alone. */
export function requestsOf({ id, secretSha256 }: Shown): string {
  return `requests ${id} ${secretSha256.toString('hex')}`;
}

/** What each key, and each session, may send: a request takes one out, a long one more. */
export class RequestLimit {
  constructor(
    private readonly buckets: Buckets,
    readonly budget: Budget = REQUESTS,
  ) {}

  take(token: Shown, bytes = 0): Promise<Taken> {
    return this.buckets.take(requestsOf(token), 1 + requestsIn(bytes), this.budget);
  }

  /** For a body that was not as long as it was taken for. */
  async giveBack(token: Shown, announced: number, bytes: number): Promise<void> {
    const more = requestsIn(announced) - requestsIn(bytes);
    if (more > 0) await this.buckets.take(requestsOf(token), -more, this.budget);
  }
}

function requestsIn(bytes: number): number {
  return Math.floor(bytes / BYTES_OF_REQUEST);
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
  const tokenOf = (request: FastifyRequest): ParsedToken | null =>
    shownToken({ authorization: request.headers.authorization, session: sessionOf(request) });
  server.addHook('onRequest', async (request, reply) => {
    const token = tokenOf(request);
    if (!token) return;
    const left = await limit.take(token, bytesOf(request.headers));
    void reply.headers({
      'ratelimit-limit': String(limit.budget.atOnce),
      'ratelimit-remaining': String(left.remaining),
      'ratelimit-reset': retryAfterSeconds(left.resetMs),
    });
    if (left.retryAfterMs === 0) return;
    void reply.header('retry-after', retryAfterSeconds(left.retryAfterMs));
    throw tooManyRequests(left.retryAfterMs);
  });
  // A body that doesn't tell its length counted as the longest.
  server.addHook('preValidation', async (request) => {
    const token = tokenOf(request);
    if (token) await limit.giveBack(token, bytesOf(request.headers), request.bodyBytes);
  });
}
