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

/** What a long body belongs to. */
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A long body, from when it is announced until it is answered. */
class LongBody {
  private readonly announced: number;
  private readonly flows: readonly Flow[];
  private isCounted = false;
  private giveBackRoom = (): void => undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly whose: Payer | null,
    private readonly bodies: LongBodies,
  ) {
    this.announced = bytesOf(exchange.request.headers);
    this.flows = whose ? bodies.flows.of(whose) : [];
  }

  /** It may come: as much as it says counts as sent. Throws THROTTLED. */
  letIn(): void {
    const opensInMs = Math.max(0, ...this.flows.map((flow) => flow.opensInMs));
    if (opensInMs > 0) throw tooMuch(opensInMs);
    if (!this.bodies.waiting.hasRoom(this.whose, this.announced)) throw tooMuch(WAITING_RETRY_AFTER_MS);
    for (const flow of this.flows) flow.take(this.announced);
    this.isCounted = true;
    // One that breaks off, is late or is sent away gets no further.
    this.exchange.reply.raw.once('close', () => this.count());
  }

  /** As much as came of it counts, and no longer what it said: where that told no length it counted as the longest. */
  count(): void {
    if (this.isCounted)
      for (const flow of this.flows) flow.take(this.exchange.request.bodyBytes - this.announced);
    this.isCounted = false;
  }

  /**
   * Once it is its turn to be read; false where nobody waits for an answer any more. From here on it has room until it is answered, and
   * if nobody waits for that, until its turn comes. Throws THROTTLED.
   */
  async untilRead(): Promise<boolean> {
    if (!this.isWaitedFor) return false;
    const giveBack = this.bodies.waiting.take(this.whose, this.exchange.request.bodyBytes);
    if (!giveBack) throw tooMuch(WAITING_RETRY_AFTER_MS);
    this.giveBackRoom = giveBack;
    const closed = new Promise<void>((resolve) => void this.exchange.reply.raw.once('close', resolve));
    await this.bodies.turns.take(this.whose).finally(() => void closed.then(giveBack));
    return this.isWaitedFor;
  }

  /** What it asked for lasts, and is kept in bounds of its own. */
  letGo(): void {
    this.giveBackRoom();
  }

  private get isWaitedFor(): boolean {
    const { reply } = this.exchange;
    return !reply.sent && !reply.raw.destroyed;
  }
}

/**
 * At the routes of a plugin a longer body is read of those alone who are who they say they are, of them no more than they may send, and
 * one of their agency after the other: what is wrong with it is found out once it was read, which takes as long and costs nothing.
 */
export function boundBodies(
  server: FastifyInstance,
  { authenticate, sessionOf, needsKey, bodies }: BodiesParts,
): void {
  const whoSends = (request: FastifyRequest): Promise<Payer | null> | null => {
    const shown = { authorization: request.headers.authorization, session: sessionOf(request) };
    const showsNothing = shown.authorization === undefined && shown.session === undefined;
    return showsNothing && !needsKey ? null : authenticate(shown);
  };
  server.addHook('preParsing', async (request, reply, payload) => {
    if (bytesOf(request.headers) <= SHORT_BYTES_MAX) return payload;
    try {
      const whose = await whoSends(request);
      if (!bodies || reply.raw.destroyed) return payload;
      const body = new LongBody({ request, reply }, whose, bodies);
      body.letIn();
      request.longBody = body;
    } catch (error) {
      // Nothing more of it is read.
      void reply.header('connection', 'close');
      if (error instanceof Failure && error.retryAfterMs !== undefined)
        void reply.header('retry-after', retryAfterSeconds(error.retryAfterMs));
      throw error;
    }
    return payload;
  });
  server.addHook('preValidation', async (request) => request.longBody?.count());
}

function tooMuch(retryAfterMs: number): Failure {
  const message = 'Too much is sent in long bodies with this key, by this member, or by those of this role.';
  return new Failure('THROTTLED', message, retryAfterMs);
}
