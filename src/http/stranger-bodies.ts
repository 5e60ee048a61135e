import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Credentials } from '../live/authority.js';
import { bytesOf } from './patience.js';

/** Bytes of a body that is read before it is known whose it is. */
const STRANGER_BYTES_MAX = 65_536;

export interface StrangersParts {
  /** Throws UNAUTHENTICATED for credentials that are nobody's. */
  readonly authenticate: (shown: Credentials) => Promise<unknown>;
  readonly sessionOf: (request: FastifyRequest) => string | undefined;
  /** Whether nothing is answered without a key. */
  readonly needsKey: boolean;
}

/** At the routes of a plugin a longer body is read of those alone who are who they say they are. */
export function boundStrangers(
  server: FastifyInstance,
  { authenticate, sessionOf, needsKey }: StrangersParts,
): void {
  server.addHook('preParsing', async (request, reply, payload) => {
    if (bytesOf(request.headers) <= STRANGER_BYTES_MAX) return payload;
    const shown = { authorization: request.headers.authorization, session: sessionOf(request) };
    const showsNothing = shown.authorization === undefined && shown.session === undefined;
    if (showsNothing && !needsKey) return payload;
    await authenticate(shown).catch((error: unknown) => {
      // Nothing more of it is read.
      void reply.header('connection', 'close');
      throw error;
    });
    return payload;
  });
}
