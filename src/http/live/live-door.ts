import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { TooManyOpen } from '../../errors.js';
import type { Authority, AuthorityEnd, AuthorityWatch, Credentials } from '../../live/authority.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Caller } from '../operations/graphql.js';
import { budgetNameOf } from '../bounds/cost-limit.js';
import { type Flow, Flows } from '../bounds/flow.js';
import { Crowd } from '../bodies/crowd.js';
import { ReadingTurns } from '../bounds/reading-turns.js';
import { LoopTurns } from '../../tenancy/loop-turns.js';
import { customerOf } from '../../tenancy/network.js';
import { LiveCaps } from './live-caps.js';
import type { LiveMetrics } from './live-metrics.js';
import { ANSWERS_BYTES_MAX, SHORT_BYTES_MAX } from '../bodies/patience.js';
import { type Pieces, PiecesOfAgencies } from './pieces.js';
import { type RequestLimit, shownToken, tooManyRequests } from '../bounds/request-limit.js';
import type { Asked, OperationRequest } from './subscribing.js';

export interface LiveDoorParts {
  readonly ask: (request: OperationRequest, caller: Caller) => Promise<Asked>;
  readonly schema: GraphQLSchema;
  /** Null where requests are not limited. */
  readonly requestLimit: RequestLimit | null;
  readonly authorities: AuthorityWatch;
  /** Who comes with these; throws UNAUTHENTICATED. */
  readonly authenticate: (credentials: Credentials) => Promise<Viewer>;
  readonly metrics: LiveMetrics;
  readonly logger: Logger;
}

/** When something that is open may have ended. */
export const OPEN_RETRY_AFTER_MS = 10_000;

/** What came in over a socket. */
interface Message {
  readonly deal: () => void;
  readonly bytes: number;
}

/** A connection that was let in. */
export interface Admitted {
  readonly credentials: Credentials;
  readonly viewer: Viewer;
  readonly authority: Authority;
  /** What those of its budget send, and its key or member, in bytes. */
  readonly bytes: readonly Flow[];
  readonly pieces: Pieces;
  /** Gives back its place. */
  readonly leave: () => void;
}

/** What stays open comes in here, a WebSocket or a stream of events: who it is, how many there may be, what it asks. */
export class LiveDoor {
  readonly metrics: LiveMetrics;
  readonly logger: Logger;
  readonly schema: GraphQLSchema;
  /** What is on its way out to those who read it, in bytes. */
  readonly outgoing = new Crowd(ANSWERS_BYTES_MAX);
  /** What comes in over sockets. */
  private readonly messages = new LoopTurns();
  private readonly reading = new ReadingTurns();
  private readonly caps = new LiveCaps();
  private readonly flows = new Flows();
  private readonly pieces = new PiecesOfAgencies();

  constructor(private readonly parts: LiveDoorParts) {
    this.metrics = parts.metrics;
    this.logger = parts.logger;
    this.schema = parts.schema;
    this.metrics.count(this.caps);
  }

  /**
   * Lets a connection in; `onEnded` is called when its authority has ended or is not to be seen. Throws UNAUTHENTICATED, THROTTLED
   * where there are too many, or what the database threw.
   */
  async admit(credentials: Credentials, onEnded: (why: AuthorityEnd) => void): Promise<Admitted> {
    await this.takeRequest(credentials);
    const viewer = await this.parts.authenticate(credentials);
    const giveBack = this.caps.connections.take(viewer);
    if (!giveBack) throw tooMany('connections');
    const authority = this.parts.authorities.watch(credentials, viewer, onEnded);
    const pieces = this.pieces.of(viewer);
    const leave = (): void => {
      authority.stop();
      pieces.giveBack();
      giveBack();
    };
    return { credentials, viewer, authority, bytes: this.flows.of(viewer), pieces, leave };
  }

  /**
   * Deals with a message once it is its turn, whose it is as far as that is known: of those who share a budget one after the other, and
   * so of all whose networks are one customer's. What is long has turns as a long body has.
   */
  async inTurn(admitted: Admitted | null, place: string, { deal, bytes }: Message): Promise<void> {
    if (!admitted) return this.messages.take('', customerOf(place), deal);
    const { viewer } = admitted;
    if (bytes > SHORT_BYTES_MAX) return this.reading.take(viewer).then(deal);
    return this.messages.take(viewer.agencyId, budgetNameOf(viewer), deal);
  }

  /** Counts as a request of the key or the session, as one over HTTP does. Throws THROTTLED. */
  async takeRequest(credentials: Credentials): Promise<void> {
    const token = shownToken(credentials);
    const left = token && (await this.parts.requestLimit?.take(token));
    if (left && left.retryAfterMs > 0) throw tooManyRequests(left.retryAfterMs);
  }

  /**
   * Asks an operation. A subscription takes a place until it ends, and each event is told to whom the connection is of by
   * then. Throws as `ask` does, and THROTTLED where there are too many subscriptions.
   */
  async ask(
    { credentials, viewer, authority }: Admitted,
    request: OperationRequest,
    from: Pick<Caller, 'requestId' | 'gone'>,
  ): Promise<Asked> {
    const asked = await this.parts.ask(request, { ...credentials, ...from, authority });
    if ('result' in asked) return asked;
    const giveBack = this.caps.subscriptions.take(viewer);
    void asked.events.ended.then(giveBack);
    if (giveBack) return asked;
    await asked.events.return();
    throw tooMany('subscriptions');
  }
}

function tooMany(what: string): TooManyOpen {
  const message = `Too many ${what} are open with this key, or in this agency.`;
  return new TooManyOpen(message, OPEN_RETRY_AFTER_MS);
}
