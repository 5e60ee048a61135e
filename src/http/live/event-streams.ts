import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';
import { Stopping } from '../../errors.js';
import { networkOf } from '../../tenancy/network.js';
import { failureOf, isFault } from '../failures.js';
import { goneOf } from '../gone.js';
import { BODY, boundOperations, type RequestParts } from '../operations/graphql.js';
import type { Admitted, LiveDoor } from './live-door.js';
import type { Events, OperationRequest } from './subscribing.js';

const STREAM_PATH = '/graphql/stream';
const EVENT_STREAM = 'text/event-stream';
/** graphql-sse wants a text; it is neither parsed nor executed. */
const ASKED_ELSEWHERE = 'subscription { __typename }';
/** What was looked at already, as graphql-sse looks at it. */
const HEADERS: Readonly<Record<string, string>> = {
  accept: EVENT_STREAM,
  'content-type': 'application/json; charset=utf-8',
};
/** A response that is not read for this long is cut off. */
const STALL_MS = 10_000;

/**
 * Server-sent events (graphql-sse, distinct connections): one operation with each POST, answered by events. For callers
 * that have no WebSocket, and for curl.
 */
export class EventStreams {
  private readonly open = new Set<EventStream>();
  private isClosing = false;
  private readonly handle: Handler<FastifyRequest, EventStream>;

  constructor(
    private readonly door: LiveDoor,
    private readonly parts: RequestParts,
  ) {
    this.handle = createHandler<FastifyRequest, EventStream>({
      // No token: a connection is one operation.
      authenticate: () => null,
      onSubscribe: (request) => request.context.ask(request.raw.body as OperationRequest),
    });
  }

  /** A fastify plugin. */
  async routes(server: FastifyInstance): Promise<void> {
    boundOperations(server, this.parts);
    server.post(STREAM_PATH, { schema: { body: BODY } }, (request, reply) => this.answer(request, reply));
  }

  /** Ends all of them: whoever listens comes again. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.open].map((stream) => stream.end()));
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.isClosing) throw new Stopping(STALL_MS);
    if (!acceptsEvents(request.headers.accept)) {
      return reply.code(406).send({
        error: 'BAD_USER_INPUT',
        message: `The answer is ${EVENT_STREAM}: the header Accept does not take it.`,
      });
    }
    const from = { requestId: request.id, network: networkOf(request.ip), gone: goneOf(reply.raw) };
    const stream = new EventStream(from, request.raw.socket, reply.raw, this.door);
    await stream.admit({
      authorization: request.headers.authorization,
      session: this.parts.sessionOf(request),
    });
    this.open.add(stream);
    try {
      const [body, init] = await this.handle({
        method: 'POST',
        url: request.url,
        headers: { get: (name) => HEADERS[name] ?? null },
        // What was asked is read by `ask`, which knows registered documents too.
        body: { query: ASKED_ELSEWHERE },
        raw: request,
        context: stream,
      });
      if (body === null || typeof body === 'string') throw new Error('An operation is answered by events.');
      request.longBody?.letGo();
      reply.hijack();
      // Whether the connection stays is for whoever asked to say, and for Node to keep to.
      const { connection: _kept, ...headers } = init.headers ?? {};
      reply.raw.writeHead(init.status, {
        ...(reply.getHeaders() as Record<string, string>),
        ...headers,
      });
      await stream.write(body);
    } finally {
      this.open.delete(stream);
      stream.leave();
    }
    return reply;
  }
}

/** One operation and its response. */
class EventStream {
  private admitted: Admitted | null = null;
  private events: Events | null = null;
  private writing: Promise<boolean> = Promise.resolve(true);
  private readonly closed: Promise<void>;

  constructor(
    private readonly from: {
      readonly requestId: string;
      readonly network: string;
      readonly gone: AbortSignal;
    },
    /** The response has it once those before it over the same connection are answered. */
    private readonly connection: Socket,
    private readonly response: ServerResponse,
    private readonly door: LiveDoor,
  ) {
    this.closed = new Promise((resolve) => response.once('close', resolve));
    void this.closed.then(() => this.leave());
  }

  async admit(credentials: Admitted['credentials']): Promise<void> {
    this.admitted = await this.door.admit(credentials, () => void this.end());
    if (this.response.destroyed) this.leave();
  }

  async ask(request: OperationRequest): Promise<AsyncGenerator<ExecutionResult>> {
    if (!this.admitted) throw new Error('It was let in before it asks.');
    const { requestId, gone } = this.from;
    const asked = await this.door.ask(this.admitted, request, { requestId, gone });
    // Errors are plain objects by now, which are written as they are.
    if ('result' in asked) return once(asked.result) as AsyncGenerator<ExecutionResult>;
    this.events = asked.events;
    if (this.response.destroyed) this.leave();
    return this.paced(asked.events) as AsyncGenerator<ExecutionResult>;
  }

  /** Until it is over, or is broken off: whoever reads it sees no `complete` then, and comes again. */
  async write(
    chunks: AsyncIterable<string> & { readonly return?: (value: undefined) => unknown },
  ): Promise<void> {
    void this.closed.then(() => chunks.return?.(undefined));
    try {
      for await (const chunk of chunks) if (!(await this.writeOne(chunk))) break;
    } catch (error) {
      if (isFault(failureOf(error))) {
        this.door.logger.error(
          { err: error, requestId: this.from.requestId },
          'a stream of events broke off',
        );
      }
    }
    await this.end();
  }

  async end(): Promise<void> {
    this.leave();
    if (!this.response.headersSent || this.response.destroyed) return;
    const cutOff = setTimeout(() => this.connection.destroy(), STALL_MS).unref();
    this.response.end();
    await this.closed;
    clearTimeout(cutOff);
  }

  leave(): void {
    this.admitted?.leave();
    void this.events?.return();
  }

  /** graphql-sse takes all that there is and keeps it: it is given the next event once the one before is on its way. */
  private async *paced(events: Events): AsyncGenerator<unknown, undefined> {
    try {
      for await (const event of events) {
        this.door.metrics.pushed.inc();
        yield event;
        await this.drained();
      }
    } finally {
      await events.return();
    }
    return undefined;
  }

  private async drained(): Promise<void> {
    // What was just handed over is written in the turn that follows.
    await new Promise((resolve) => setImmediate(resolve));
    await this.writing;
  }

  /** Whether it is on its way. */
  private async writeOne(chunk: string): Promise<boolean> {
    if (this.response.destroyed || this.response.writableEnded) return false;
    const stalled = setTimeout(() => {
      this.door.metrics.slowClosed.inc();
      this.connection.destroy();
    }, STALL_MS);
    const isSent = this.door.outgoing.take(this.from.network, Buffer.byteLength(chunk), () =>
      this.connection.destroy(),
    );
    const written = new Promise<boolean>((resolve) => this.response.write(chunk, (error) => resolve(!error)));
    this.writing = Promise.race([written, this.closed.then(() => false)]);
    const isWritten = await this.writing;
    clearTimeout(stalled);
    isSent();
    return isWritten;
  }
}

/** An answer is a stream of one event. */
async function* once(result: FormattedExecutionResult): AsyncGenerator<unknown, undefined> {
  yield await Promise.resolve(result);
  return undefined;
}

function acceptsEvents(header = ''): boolean {
  return header.split(',').some((range) => range.split(';')[0]?.trim().toLowerCase() === EVENT_STREAM);
}
