import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.js';
import type { Credentials } from '../../live/authority.js';
import type { Payer } from './cost-limit.js';
import { retryAfterSeconds } from '../failures.js';
import { type Flow, Flows } from './flow.js';
import { ReadingTurns } from './reading-turns.js';
import { bytesOf, SHORT_BYTES_MAX } from '../bodies/patience.js';
import { WaitingBytes } from './waiting-bytes.js';

export interface BodiesParts {
  /** Throws UNAUTHENTICATED for credentials that are nobody's. */
  readonly authenticate: (shown: Credentials) => Promise<Payer | null>;
  readonly sessionOf: (request: FastifyRequest) => string | undefined;
  /** Whether nothing is answered without a key. */
  readonly needsKey: boolean;
  /** Null where requests are not limited. */
  readonly bodies: LongBodies | null;
}

/** Those that wait are read in so long, or others have come in between. */
const WAITING_RETRY_AFTER_MS = 1_000;

/** Long bodies, by whoever sends them. */
export class LongBodies {
  /** What those of a budget, and each key or member, send. */
  readonly flows = new Flows();
  readonly waiting = new WaitingBytes();
  /** A megabyte of JSON takes a process some tens of milliseconds. */
  readonly turns = new ReadingTurns();
}

/**
 * At the routes of a plugin a longer body is read of those alone who are who they say they are, of them no more than they may send, and
 * one of their agency after the other: what is wrong with it is found out once it was read, which takes as long and costs nothing.
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
    const refuse = (error: unknown): never => {
      // Nothing more of it is read.
      void reply.header('connection', 'close');
      if (error instanceof Failure && error.retryAfterMs !== undefined)
        void reply.header('retry-after', retryAfterSeconds(error.retryAfterMs));
      throw error;
    };
    const isNobody = showsNothing && !needsKey;
    const whose = isNobody ? null : await authenticate(shown).catch(refuse);
    if (!bodies || reply.raw.destroyed) return payload;
    const flows = whose ? bodies.flows.of(whose) : [];
    const opensInMs = Math.max(0, ...flows.map((flow) => flow.opensInMs));
    if (opensInMs > 0) refuse(tooMuch(opensInMs));
    if (!bodies.waiting.hasRoom(whose, bytes)) refuse(tooMuch(WAITING_RETRY_AFTER_MS));
    for (const flow of flows) flow.take(bytes);
    taken.set(request, flows);
    request.untilRead = () => untilRead(request, reply, whose, bodies);
    // One that breaks off, is late or is sent away gets no further.
    reply.raw.once('close', () => giveBack(request));
    return payload;
  });
  // A body that doesn't tell its length counted as the longest.
  server.addHook('preValidation', async (request) => giveBack(request));
}

/** From when it is in it counts until it is answered, and if nobody waits for that any more, until its turn comes. */
async function untilRead(
  request: FastifyRequest,
  reply: FastifyReply,
  whose: Payer | null,
  { turns, waiting }: LongBodies,
): Promise<boolean> {
  const isWaitedFor = (): boolean => !reply.sent && !reply.raw.destroyed;
  if (!isWaitedFor()) return false;
  const giveBack = waiting.take(whose, request.bodyBytes);
  if (!giveBack) throw tooMuch(WAITING_RETRY_AFTER_MS);
  request.letGoOfBody = giveBack;
  const closed = new Promise<void>((resolve) => void reply.raw.once('close', resolve));
  await turns.take(whose).finally(() => void closed.then(giveBack));
  return isWaitedFor();
}

function tooMuch(retryAfterMs: number): Failure {
  const message = 'Too much is sent in long bodies with this key, by this member, or by those of this role.';
  return new Failure('THROTTLED', message, retryAfterMs);
}
