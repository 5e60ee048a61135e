import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { networkOf } from '../../tenancy/network.js';
import { Crowd } from './crowd.js';
import { retryAfterSeconds } from '../failures.js';
import { gathered } from './gathering.js';

/** Bytes of a request's body. A thousand activities take half of it. */
export const BODY_BYTES_MAX = 1_048_576;

/** Bytes of a body that is read whatever becomes of it, in whichever pieces it comes. */
export const SHORT_BYTES_MAX = 16_384;

/** Bytes of all that is on its way out to those who read it: over HTTP, and as much over what stays open. */
export const ANSWERS_BYTES_MAX = 268_435_456;

/**
 * How long the parts of a request may take to come in, and its answer to be taken: whoever sends or reads a byte now and then holds no
 * place, and no memory, for long.
 */
export interface Patience {
  readonly headMs: number;
  /** Of a body that is read at once. What takes its body as it comes says so: `config: { isStreamed: true }`. */
  readonly bodyMs: number;
  /** Bytes of all such bodies that are on their way in, as they are announced. */
  readonly bodiesBytesMax: number;
  /** How often it is looked for heads that are late. */
  readonly lookEveryMs: number;
  /** Of an answer of which nothing is read. */
  readonly stallMs: number;
  /** Of an answer, to its last byte. */
  readonly answerMs: number;
  /** Bytes of all answers that are on their way out. */
  readonly answersBytesMax: number;
}

export const PATIENCE: Patience = {
  ...{ headMs: 15_000, bodyMs: 30_000, lookEveryMs: 5_000 },
  bodiesBytesMax: 256 * BODY_BYTES_MAX,
  ...{ stallMs: 10_000, answerMs: 60_000, answersBytesMax: ANSWERS_BYTES_MAX },
};

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly isStreamed?: boolean;
  }
}

const RETRY_AFTER_MS = 1_000;

/**
 * A body that has not come in by then is answered 408, and its connection is ended with it. What came of it is kept meanwhile, of
 * anybody's: where that is too much, one is ended earlier for whoever comes.
 */
export function cutOffSlowBodies(
  server: FastifyInstance,
  { bodyMs, bodiesBytesMax }: Pick<Patience, 'bodyMs' | 'bodiesBytesMax'>,
): void {
  const bodies = new Crowd(bodiesBytesMax);
  server.addHook('preParsing', async (request, reply, payload) => {
    const bytes = bytesOf(request.headers);
    if (bytes === 0 || request.routeOptions.config.isStreamed) return payload;
    const late = setTimeout(() => {
      cutOff(request, reply.code(408), 'BAD_USER_INPUT', 'The body took too long to come in.');
    }, bodyMs);
    const isIn = bodies.take(networkOf(request.ip), bytes, () => sendAway(request, reply));
    const inTime = (): void => {
      clearTimeout(late);
      isIn();
    };
    payload.once('end', inTime).once('close', inTime).once('error', inTime);
    // Of a body that was answered before it is in Node tells nothing any more.
    reply.raw.once('close', inTime);
    return bytes > SHORT_BYTES_MAX ? gather(payload, request, reply) : payload;
  });
}

/** As fastify reads a body. Nothing more is read of one that is refused. */
function gather(payload: RequestPayload, request: FastifyRequest, reply: FastifyReply): RequestPayload {
  const came = (bytes: number): void => void (request.bodyBytes += bytes);
  const pieces = Readable.from(gathered(payload as AsyncIterable<Buffer>, came), { objectMode: false });
  pieces.once('error', () => void reply.header('connection', 'close'));
  return pieces;
}

/** What it will have at most. */
export function bytesOf(headers: IncomingHttpHeaders): number {
  const told = headers['content-length'] ?? (headers['transfer-encoding'] ? BODY_BYTES_MAX : 0);
  return Math.min(BODY_BYTES_MAX, Number(told) || 0);
}

function sendAway(request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(429).header('retry-after', retryAfterSeconds(RETRY_AFTER_MS));
  cutOff(request, reply, 'THROTTLED', 'Too much is being sent at once; send it again.');
}

function cutOff(request: FastifyRequest, reply: FastifyReply, error: string, message: string): void {
  void reply.header('connection', 'close').send({ error, message });
  reply.raw.once('finish', () => request.raw.destroy());
}

/**
 * An answer that is given before the body is in ends its connection: Node throws the rest away piece by piece, and a body in pieces of
 * a byte takes a process long.
 */
export function cutOffUnread(server: FastifyInstance): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const isIn = bytesOf(request.headers) === 0 || request.raw.complete;
    if (!isIn) void reply.header('connection', 'close');
    return payload;
  });
}

/**
 * An answer that nobody takes is kept whole until then, and its connection is ended with it; where too much is kept, that of whoever
 * takes longest, for the next.
 */
export function cutOffSlowReaders(
  server: FastifyInstance,
  { stallMs, answerMs, answersBytesMax }: Pick<Patience, 'stallMs' | 'answerMs' | 'answersBytesMax'>,
): void {
  const answers = new Crowd(answersBytesMax);
  server.addHook('onSend', async (request, { raw }, payload) => {
    // Whoever has gone already goes no second time.
    if (raw.destroyed) return payload;
    // Node ends a connection over which nothing moved for so long, and waits for the next request by another bound.
    raw.setTimeout(stallMs);
    const end = (): unknown => request.raw.socket.destroy();
    const late = setTimeout(end, answerMs).unref();
    const isTaken = answers.take(networkOf(request.ip), lengthOf(payload), end);
    raw.once('close', () => {
      clearTimeout(late);
      isTaken();
    });
    return payload;
  });
}

/** Of what is kept whole; a stream is read as it is taken. */
function lengthOf(payload: unknown): number {
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
}
