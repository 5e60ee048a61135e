import type { WebSocket as GraphqlSocket } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import { isTooMuchJson } from '../../imports/json-bounds.js';
import { Flow } from '../bounds/flow.js';
import type { Pieces } from './pieces.js';

/** Close codes: RFC 6455's, and graphql-transport-ws's from 4400 on. */
export const CLOSE = {
  goingAway: 1001,
  tooBig: 1009,
  tryAgainLater: 1013,
  badRequest: 4400,
  forbidden: 4403,
  alreadyThere: 4409,
} as const;

/** Messages that a socket may send at once, and how many a second it may send for ever. Beyond, it is read more slowly. */
const MESSAGES = { atOnce: 200, aSecond: 100 };
/** How soon a socket that sent too much is read again. */
const READ_LATER_MS = 50;
/** Bytes that wait to be read by the other side. Beyond, nothing more is read from it, so that nothing more is answered. */
const BUFFERED_BYTES_MAX = 1_048_576;
/** A socket that reads nothing of what waits for it for this long is closed. */
const STALL_MS = 10_000;
const TOO_SLOW = 'Too slow: come again, and resume';
/** How often it is seen whether the other side is still there, and how long it may take to say so. */
const PING_EVERY_MS = 15_000;
/** Bytes of a ping or a pong from the other side, beside what it carries: its head and its mask. They come between pieces as well. */
const CONTROL_BYTES = 6;
/** What each message, ping and pong counts for besides its own bytes: to deal with the shortest takes as long. */
const FRAME_BYTES = 256;
/** How long a message may take to become whole: as long as the body of a request. */
const MESSAGE_MS_MAX = 30_000;
/** What RFC 6455 leaves for a reason: ws throws for a longer one. */
const REASON_BYTES_MAX = 123;
/** How long the other side may take to close. */
const CLOSE_MS_MAX = 2_000;

export interface SocketEvents {
  /** So many bytes are on their way out, until the answer is called. They may be sent away for others, with their socket. */
  readonly sending: (bytes: number, sendAway: () => void) => () => void;
  /** Calls it once a message of this socket, of so many bytes, may be dealt with. */
  readonly inTurn: (deal: () => void, bytes: number) => Promise<void>;
  /** A message could not be dealt with, by our own fault. */
  readonly onFailure: (error: unknown) => void;
  readonly onSlow: () => void;
}

/** A WebSocket in bounds: of what it sends, of what waits for it, of how long that may wait. */
export class Socket implements GraphqlSocket {
  readonly protocol: string;
  private sending = 0;
  private stall: NodeJS.Timeout | null = null;
  private readonly messages = new Flow(MESSAGES);
  /** What whoever it is sends over all of their sockets, in bytes; none before they have said who they are. */
  private bytes: readonly Flow[] = [];
  private pieces: Pieces | null = null;
  private isAlive = true;
  private readonly inbox: RawData[] = [];
  private deal: (data: RawData) => void = () => undefined;
  /** A message of the inbox waits for its turn: one after the other, in their order. */
  private isNext = false;
  private later: NodeJS.Timeout | null = null;
  private isHeld = false;
  /** Until a message that has begun is to be whole. */
  private begun: NodeJS.Timeout | null = null;
  private readonly pinging: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    private readonly events: SocketEvents,
    private readonly messageMs = MESSAGE_MS_MAX,
  ) {
    this.protocol = socket.protocol;
    // Of the wire, or of a frame that is none: ws closes it by itself, with the code that says so.
    socket.on('error', () => undefined);
    socket.on('pong', (data) => {
      this.isAlive = true;
      this.controlled(data);
    });
    socket.on('ping', (data) => this.controlled(data));
    socket.once('close', () => this.tidy());
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS).unref();
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Once it is on its way. What can't be sent any more is of no use to anybody. */
  send(data: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    this.sending += 1;
    this.stall ??= this.watchStall();
    const isSent = this.events.sending(Buffer.byteLength(data), () =>
      this.drop(CLOSE.tryAgainLater, TOO_SLOW),
    );
    return new Promise((resolve) => {
      this.socket.send(data, () => {
        isSent();
        this.sending -= 1;
        this.moved();
        resolve();
      });
    });
  }

  close(code?: number, reason = ''): void {
    if (!this.isOpen) return;
    this.socket.close(code, shorten(reason));
    // One that is not read never hears of the other side's goodbye.
    this.socket.resume();
    setTimeout(() => this.socket.terminate(), CLOSE_MS_MAX).unref();
  }

  /** Closes it, and reads not even its goodbye. */
  refuse(code: number, reason: string): void {
    this.close(code, reason);
    this.socket.pause();
  }

  /** Closes it, and does not wait for the other side. */
  drop(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.socket.terminate();
  }

  /** From now on what it sends counts as theirs. */
  countFor({ bytes, pieces }: { readonly bytes: readonly Flow[]; readonly pieces: Pieces }): void {
    this.bytes = bytes;
    this.pieces = pieces;
    pieces.onTooMuch(() => this.drop(CLOSE.tryAgainLater, 'Too much waits to become whole, or for its turn'));
    this.readOn();
  }

  /**
   * So many bytes of theirs came over the wire; what is not whole by and by, or waits for its turn, is kept. Closes it, or another one,
   * where too much is, and where it is not whole in time. What is more than they may send is read no further, in the middle of a
   * message as well.
   */
  came(bytes: number): void {
    this.count(bytes);
    this.begun ??= setTimeout(() => {
      this.drop(CLOSE.tryAgainLater, 'A message took too long to become whole');
    }, this.messageMs).unref();
    this.pieces?.add(bytes);
    this.readOn();
  }

  /** Whatever goes wrong with a message is our own fault by then: the other side comes again, later. */
  onMessage(deal: (data: string) => Promise<void>): void {
    this.deal = (data) => {
      const bytes = bytesOf(data);
      if (isTooMuchJson(bytes))
        return this.refuse(CLOSE.tooBig, 'Too deep, or of too many lists, objects and names');
      deal(bytes.toString('utf8')).catch((error: unknown) => {
        // Only servers send such a message: graphql-ws throws it.
        if (error instanceof Error && error.message.startsWith('Unexpected message of type ')) {
          return this.close(CLOSE.badRequest, 'Invalid message received');
        }
        this.events.onFailure(error);
        this.close(CLOSE.tryAgainLater, 'Something went wrong on our side');
      });
    };
    this.socket.on('message', (data) => {
      this.isWhole();
      this.count(FRAME_BYTES);
      this.inbox.push(data);
      this.readOn();
    });
  }

  /** A ping or a pong, which nobody asked for but we: it counts as a message does. */
  private controlled(data: Buffer): void {
    if (this.pieces?.giveBack(CONTROL_BYTES + data.length) === 0) this.isWhole();
    this.messages.take(1);
    this.count(FRAME_BYTES);
    this.readOn();
  }

  private isWhole(): void {
    if (this.begun) clearTimeout(this.begun);
    this.begun = null;
  }

  private count(bytes: number): void {
    for (const flow of this.bytes) flow.take(bytes);
  }

  /** Nothing more is read; what is under way is answered. */
  hold(): void {
    this.isHeld = true;
    this.readOn();
  }

  /**
   * Deals with what came in, as far as the bounds let it, and in its turn. Until then the wire is read no more: what came in one piece
   * with the last message waits here.
   */
  private readOn(): void {
    if (!this.isOpen) return;
    if (this.inbox.length > 0 && !this.isNext && this.mayRead()) this.dealWithNext();
    if (this.inbox.length === 0 && this.mayRead()) {
      if (this.socket.isPaused) this.socket.resume();
      return;
    }
    this.socket.pause();
    if (!this.isInBounds) this.later ??= setTimeout(() => this.readLater(), READ_LATER_MS).unref();
  }

  private dealWithNext(): void {
    this.isNext = true;
    const deal = (): void => {
      this.isNext = false;
      if (!this.isOpen || !this.mayRead()) return;
      this.messages.take(1);
      this.deal(this.inbox.shift()!);
      if (this.inbox.length === 0) this.pieces?.giveBack();
    };
    this.events.inTurn(deal, lengthOf(this.inbox[0]!)).then(
      () => this.readOn(),
      (error: unknown) => {
        this.events.onFailure(error);
        this.close(CLOSE.tryAgainLater, 'Too much is asked at once');
      },
    );
  }

  private readLater(): void {
    this.later = null;
    this.readOn();
  }

  private mayRead(): boolean {
    return !this.isHeld && this.isInBounds && this.socket.bufferedAmount <= BUFFERED_BYTES_MAX;
  }

  private get isInBounds(): boolean {
    return this.messages.isOpen && this.bytes.every((flow) => flow.isOpen);
  }

  /** Something of what waited was read. */
  private moved(): void {
    if (this.stall) clearTimeout(this.stall);
    this.stall = this.sending > 0 ? this.watchStall() : null;
    this.readOn();
  }

  private watchStall(): NodeJS.Timeout {
    return setTimeout(() => {
      this.events.onSlow();
      this.close(CLOSE.tryAgainLater, TOO_SLOW);
    }, STALL_MS).unref();
  }

  private ping(): void {
    // One that we don't read answers where we don't see it.
    if (!this.isAlive && !this.socket.isPaused) {
      this.socket.terminate();
      return;
    }
    this.isAlive = false;
    if (this.isOpen) this.socket.ping();
  }

  private tidy(): void {
    clearInterval(this.pinging);
    this.isWhole();
    if (this.later) clearTimeout(this.later);
    if (this.stall) clearTimeout(this.stall);
  }
}

function bytesOf(data: RawData): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
}

/** As much of it as there is room for: what it says first is what is wrong. */
function shorten(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES_MAX) return reason;
  // Of a character that is cut in two nothing is left.
  return `${bytes.toString('utf8', 0, REASON_BYTES_MAX - 3).replace(/\ufffd+$/, '')}…`;
}

function lengthOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
}
