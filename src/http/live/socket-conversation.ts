import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  parse,
} from 'graphql';
import { makeServer, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { Failure, type FailureCode, TooLongForNow, TooManyOpen } from '../../errors.js';
import { type AuthorityEnd, failureOfEnd } from '../../live/authority.js';
import { networkOf } from '../../tenancy/network.js';
import { mayBeSubscription } from '../operations/documents.js';
import { failureOf, isFault, toldOf } from '../failures.js';
import { type Admitted, type LiveDoor, OPEN_RETRY_AFTER_MS } from './live-door.js';
import { CLOSE, Socket } from './socket.js';
import type { Asked, Events } from './subscribing.js';

export interface ConversationParts {
  readonly door: LiveDoor;
  /** Of the console, where its own page opened the socket. */
  readonly session: string | undefined;
  readonly id: string;
  /** Where it came from. */
  readonly place: string;
  /** Called once it has said who it is, and may come in. */
  readonly onLetIn: () => void;
}

/** Bytes of all that a socket sends before it was let in: it says who it is. Who sends more is closed with 1009. */
const FIRST_BYTES_MAX = 16_384;
/** How long a socket may take to say who it is. */
const INIT_MS_MAX = 10_000;
/** Operations of one socket that are under way or subscribed to. */
const OPERATIONS_MAX = 500;
/** Of an operation's name for itself, which is kept for as long as it lasts. */
const ID_LENGTH_MAX = 256;

const LONG_ID = `The id of an operation is ${ID_LENGTH_MAX} characters at most.`;

/** What is in the way of all that a socket asks, and not of one operation. */
const CLOSING: ReadonlySet<FailureCode> = new Set(['UNAUTHENTICATED', 'UNAVAILABLE', 'INTERNAL']);

/** What graphql-ws is handed for an answer that is there already: of which kind it is, and nothing else. */
const ANSWERED = parse('query Answered { __typename }');
const SUBSCRIBED = parse('subscription Subscribed { __typename }');

/** Errors as they are told already. */
class ToldErrors extends GraphQLError {
  constructor(readonly told: readonly GraphQLFormattedError[]) {
    super('Told already.');
  }
}

/**
 * One socket's talk by graphql-transport-ws: who it is, then operations. graphql-ws keeps the protocol; whatever a socket
 * asks goes the way that HTTP's requests go. Nothing ends it with 4500, after which clients never come again.
 */
export class Conversation {
  private readonly socket: Socket;
  private admitted: Admitted | null = null;
  /** What came before that. */
  private strangerBytes = 0;
  /** Every subscription, whatever became of the id that it was asked for with. */
  private readonly streams = new Set<Events>();
  /** By the id of the operation. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly closed: Promise<void>;
  private readonly leaving = new AbortController();

  constructor(
    webSocket: WebSocket,
    private readonly parts: ConversationParts,
  ) {
    const { door, place } = parts;
    const network = networkOf(place);
    this.socket = new Socket(webSocket, {
      sending: (bytes, sendAway) => door.outgoing.take(network, bytes, sendAway),
      inTurn: (deal, bytes) => door.inTurn(this.admitted, place, { deal, bytes }),
      onFailure: (error) => this.log(error),
      onSlow: () => door.metrics.slowClosed.inc(),
    });
    const end = this.protocol().opened(this.socket, undefined);
    this.closed = new Promise((resolve) => {
      webSocket.once('close', (code, reason) => {
        this.leave();
        void end(code, String(reason))
          .catch((error: unknown) => this.log(error))
          .finally(resolve);
      });
    });
  }

  /** So many bytes came over the wire, of whatever. What comes in pieces is kept until it is whole: so it is counted as it comes. */
  came(bytes: number): void {
    if (this.admitted) return this.socket.came(bytes);
    this.strangerBytes += bytes;
    if (this.strangerBytes > FIRST_BYTES_MAX)
      this.socket.refuse(CLOSE.tooBig, 'First connection_init, and no more than that');
  }

  /** Too many have not said yet who they are: nothing of it is waited for. */
  sendAway(): void {
    this.socket.drop(CLOSE.tryAgainLater, 'Too many have not said who they are: say so at once');
  }

  /** Once the operations that are under way are answered; no more are read. */
  async answered(): Promise<void> {
    this.socket.hold();
    await Promise.allSettled(this.underWay.values());
    // What they are answered with goes out in this turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  goAway(): Promise<void> {
    this.socket.close(CLOSE.goingAway, 'The server is stopping');
    return this.closed;
  }

  private protocol() {
    return makeServer({
      connectionInitWaitTimeout: INIT_MS_MAX,
      onConnect: ({ connectionParams }) => this.begin(connectionParams),
      onSubscribe: (_context, id, payload) => this.track(id, payload),
      execute: answerOf,
      subscribe: answerOf,
      onNext: (_context, _id, _payload, { document }, result) => {
        if (document === SUBSCRIBED) this.parts.door.metrics.pushed.inc();
        return told(result);
      },
      onError: (_context, _id, _payload, errors) => errors.flatMap((error) => this.tell(error)),
    });
  }

  /** Finds out who it is. Closes the socket where it may not come in, or not now. */
  private async begin(params: Readonly<Record<string, unknown>> | undefined): Promise<boolean> {
    const { door, session } = this.parts;
    const credentials = { authorization: authorizationOf(params), session };
    const onEnded = (why: AuthorityEnd): void => {
      const code = why === 'ENDED' ? CLOSE.forbidden : CLOSE.tryAgainLater;
      this.socket.close(code, failureOfEnd(why).message);
    };
    try {
      const admitted = await door.admit(credentials, onEnded);
      if (!this.socket.isOpen) admitted.leave();
      else {
        this.admitted = admitted;
        this.socket.countFor(admitted);
        this.parts.onLetIn();
      }
      return this.socket.isOpen;
    } catch (error) {
      this.closeBy(error);
      return false;
    }
  }

  /**
   * graphql-ws forgets an id as soon as it is completed, and once more when what was completed is there: whatever had it by then
   * could not be ended any more.
   */
  private track(id: string, payload: SubscribePayload): Promise<ExecutionArgs | ToldErrors[]> {
    if (this.underWay.has(id)) {
      const failure = new Failure('BAD_USER_INPUT', `Subscriber for ${id} already exists`);
      this.socket.close(CLOSE.alreadyThere, failure.message);
      return Promise.resolve([new ToldErrors([toldOf(failure)])]);
    }
    const work = this.subscribe(id, payload);
    this.underWay.set(id, work);
    const done = (): void => void this.underWay.delete(id);
    work.then(done, done);
    return work;
  }

  private async subscribe(id: string, payload: SubscribePayload): Promise<ExecutionArgs | ToldErrors[]> {
    const { door, id: requestId } = this.parts;
    const { signal: gone } = this.leaving;
    try {
      if (!this.admitted) throw new Failure('UNAUTHENTICATED', 'Nobody was let in.');
      if (id.length > ID_LENGTH_MAX) throw new Failure('BAD_USER_INPUT', LONG_ID);
      if (this.streams.size + this.underWay.size >= OPERATIONS_MAX) throw tooManyOperations();
      const { admitted } = this;
      await door.takeRequest(admitted.credentials);
      const asked = await door.ask(admitted, payload, { requestId, gone });
      return this.handOver(asked);
    } catch (error) {
      const failure = failureOf(error);
      if (CLOSING.has(failure.code) || this.comesAgain(failure, payload)) this.closeBy(error);
      return [new ToldErrors([toldOf(failure)])];
    }
  }

  /**
   * Whether a subscription that is too much for now is to come again by itself: told as its error, it would have ended for good.
   * Where too much is open, the socket is closed for it only if nothing else is on it: all its others would come again with
   * it, for ever.
   */
  private comesAgain(failure: Failure, { query, operationName }: SubscribePayload): boolean {
    if (failure.code !== 'THROTTLED' || failure instanceof TooLongForNow) return false;
    if (!mayBeSubscription(query, operationName)) return false;
    return !(failure instanceof TooManyOpen) || (this.streams.size === 0 && this.underWay.size === 1);
  }

  /** What was not executed at all is an error of the protocol; all else is its next message. */
  private handOver(asked: Asked): ExecutionArgs | ToldErrors[] {
    const { schema } = this.parts.door;
    if ('events' in asked) {
      const { events } = asked;
      this.streams.add(events);
      void events.ended.then(() => this.streams.delete(events));
      // It may have closed meanwhile.
      if (!this.socket.isOpen) void events.return();
      return { schema, document: SUBSCRIBED, rootValue: events };
    }
    const { result } = asked;
    if (result.data === undefined && result.errors) return [new ToldErrors(result.errors)];
    return { schema, document: ANSWERED, rootValue: result };
  }

  private tell(error: GraphQLError): readonly GraphQLFormattedError[] {
    if (error instanceof ToldErrors) return error.told;
    // A stream that broke off: it is resumed by whoever comes again.
    this.closeBy(error);
    return [toldOf(failureOf(error))];
  }

  private closeBy(error: unknown): void {
    const failure = failureOf(error);
    if (failure.code === 'UNAUTHENTICATED') return this.socket.close(CLOSE.forbidden, failure.message);
    if (isFault(failure)) this.log(error);
    this.socket.close(CLOSE.tryAgainLater, failure.message);
  }

  private log(error: unknown): void {
    this.parts.door.logger.error({ err: error, requestId: this.parts.id }, 'a socket failed');
  }

  private leave(): void {
    this.leaving.abort();
    this.admitted?.leave();
    for (const events of this.streams) void events.return();
  }
}

/** As HTTP's header: `{"authorization": "Bearer hr_live_…"}`, in whichever case. */
function authorizationOf(params: Readonly<Record<string, unknown>> = {}): string | undefined {
  const [, value] = Object.entries(params).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? value : undefined;
}

/** What was answered already; its errors are plain objects by now, which graphql-ws hands on as they are. */
function answerOf({ rootValue }: ExecutionArgs): ExecutionResult | AsyncGenerator<ExecutionResult> {
  return rootValue as ExecutionResult | AsyncGenerator<ExecutionResult>;
}

function told(result: unknown): FormattedExecutionResult {
  return result as FormattedExecutionResult;
}

function tooManyOperations(): TooManyOpen {
  return new TooManyOpen(`A socket has ${OPERATIONS_MAX} operations at once.`, OPEN_RETRY_AFTER_MS);
}
