import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import type { Credentials } from '../../live/authority.js';
import type { Payer } from './cost-limit.js';
import { retryAfterSeconds } from '../failures.js';
import type { Flow, Flows } from './flow.js';
import { bytesOf, SHORT_BYTES_MAX } from '../bodies/patience.js';

export interface BodiesParts {
  /** Throws UNAUTHENTICATED for credentials that are nobody's. */
  readonly authenticate: (shown: Credentials) => Promise<Payer | null>;
  readonly sessionOf: (request: FastifyRequest) => string | undefined;
  /** Whether nothing is answered without a key. */
  readonly needsKey: boolean;
  /** What those of a budget, and each key or member, send in long bodies; null where requests are not limited. */
  readonly bodies: Flows | null;
}

/**
 * At the routes of a plugin a longer body is read of those alone who are who they say they are, and of them no more than they may send:
 * what is wrong with it is found out once it was read, which takes as long and costs nothing.
 */
export function boundBodies(
  server: FastifyInstance,
  { authenticate, sessionOf, needsKey, bodies }: BodiesParts,
): void {
  const taken = new WeakMap<FastifyRequest, readonly Flow[]>();
  const giveBack = (request: FastifyRequest): void => {
    const flows = taken.get(request) ?? [];
    taken.delete(request);
    for (const flow of flows) flow.take(request.bodyBytes - bytesOf(request.headers));
  };
  server.addHook('preParsing', async (request, reply, payload) => {
    const bytes = bytesOf(request.headers);
    if (bytes <= SHORT_BYTES_MAX) return payload;
    const shown = { authorization: request.headers.authorization, session: sessionOf(request) };
    const showsNothing = shown.authorization === undefined && shown.session === undefined;
    if (showsNothing && !needsKey) return payload;
    const refuse = (error: unknown): never => {
      // Nothing more of it is read.
      void reply.header('connection', 'close');
      if (error instanceof Failure && error.retryAfterMs !== undefined)
        void reply.header('retry-after', retryAfterSeconds(error.retryAfterMs));
      throw error;
    };
    const whose = await authenticate(shown).catch(refuse);
    if (!whose || !bodies || reply.raw.destroyed) return payload;
    const flows = bodies.of(whose);
    const opensInMs = Math.max(...flows.map((flow) => flow.opensInMs));
    if (opensInMs > 0) refuse(tooMuch(opensInMs));
    for (const flow of flows) flow.take(bytes);
    taken.set(request, flows);
    // One that breaks off, is late or is sent away gets no further.
    reply.raw.once('close', () => giveBack(request));
    return payload;
  });
  // A body that doesn't tell its length counted as the longest.
  server.addHook('preValidation', async (request) => giveBack(request));
}

function tooMuch(retryAfterMs: number): Failure {
  const message = 'Too much is sent in long bodies with this key, by this member, or by those of this role.';
  return new Failure('THROTTLED', message, retryAfterMs);
}
