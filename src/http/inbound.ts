import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../errors.js';
import { noSource, type InboundService } from '../services/tools/inbound.service.js';
import type { InboundSource } from '../services/tools/inbound-source.js';
import { bytesOf } from './bodies/patience.js';
import { MemoryBuckets, type Budget } from './bounds/buckets.js';
import { retryAfterSeconds } from './failures.js';

/** Where tools send their events to; the token of a source follows. */
export const INBOUND_PATH = '/inbound/';
/** Bytes of a request. A conversation that a tool sends along takes some of it. */
const BODY_BYTES_MAX = 262_144;
/** Requests of a source at once, and a second for ever, in each process: more than any tool sends. */
const REQUESTS: Budget = { atOnce: 300, aSecond: 20 };
/** The same of all sources of an agency. */
const REQUESTS_OF_AGENCY: Budget = { atOnce: 2_000, aSecond: 100 };
/** A request counts once, and once more for each so many bytes that it announces, and so many events. */
const BYTES_OF_REQUEST = 16_384;
const EVENTS_OF_REQUEST = 10;

export interface InboundOptions {
  readonly inbound: Pick<InboundService, 'source' | 'read' | 'receive'>;
}

interface OfSource {
  readonly Params: { readonly token: string };
  readonly Body: Buffer;
}

/**
 * A fastify plugin: what tools tell by themselves. Whoever has the address is the tool. A request is answered with 200 once
 * its events are in the books, or among those that could not be read; anything else is to be sent again.
 */
export async function inbound(server: FastifyInstance, { inbound: service }: InboundOptions): Promise<void> {
  const buckets = new MemoryBuckets();
  // As it came: what is no JSON is told of, too, and a form of a browser's is none of ours whatever it says it is.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (_request, body, parsed) => parsed(null, body),
  );
  /** Throws THROTTLED where that is more than the source or its agency has left. */
  const pay = async ({ id, agencyId }: InboundSource, amount: number, reply: FastifyReply): Promise<void> => {
    const ofSource = await buckets.take(id, amount, REQUESTS);
    const { retryAfterMs } =
      ofSource.retryAfterMs > 0 ? ofSource : await buckets.take(agencyId, amount, REQUESTS_OF_AGENCY);
    if (retryAfterMs === 0) return;
    void reply.header('retry-after', retryAfterSeconds(retryAfterMs));
    throw new Failure('THROTTLED', 'Too many events of this source; send them again later.', retryAfterMs);
  };
  const sources = new WeakMap<FastifyRequest, InboundSource>();
  // Nothing is read of nobody, nor of a source beyond what it has left.
  server.addHook<OfSource>('preParsing', async (request, reply, payload) => {
    const source = await service.source(request.params.token, request.ip);
    if (!source) throw noSource();
    const bytes = Math.min(bytesOf(request.headers), BODY_BYTES_MAX);
    await pay(source, 1 + Math.floor(bytes / BYTES_OF_REQUEST), reply);
    sources.set(request, source);
    return payload;
  });
  server.post<OfSource>(`${INBOUND_PATH}:token`, { bodyLimit: BODY_BYTES_MAX }, async (request, reply) => {
    const source = sources.get(request);
    if (!source) throw noSource();
    const told = await service.read(source, request.body ?? Buffer.alloc(0));
    await pay(source, Math.floor(told.events.length / EVENTS_OF_REQUEST), reply);
    return service.receive(source, told);
  });
}
