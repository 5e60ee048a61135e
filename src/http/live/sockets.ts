import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { SessionCookie } from '../cookies.js';
import { Crowd } from '../bodies/crowd.js';
import { wrongWithHead } from '../bodies/head-lines.js';
import { isAnswering } from '../bodies/pipelining.js';
import { GRAPHQL_PATH } from '../operations/graphql.js';
import type { LiveDoor } from './live-door.js';
import { declineUpgrade, offersWebSocket } from './other-upgrades.js';
import { Conversation } from './socket-conversation.js';
import { networkOf } from '../../tenancy/network.js';
import { placeFinder } from '../place-finder.js';
import { withinMs } from '../stopping.js';

export interface SocketsParts {
  readonly door: LiveDoor;
  readonly cookie: Pick<SessionCookie, 'ofUpgrade'>;
  /** Proxies whose word on where a request came from counts; null for none. */
  readonly trustProxy: string | null;
  readonly strangersMax?: number;
}

/** Bytes of a message: as much as a request's body. A longer one closes its socket with 1009. */
const MESSAGE_BYTES_MAX = 1_048_576;
/**
 * Pieces of a message. Each may keep as much of the wire in memory as was read with it, whatever else that was: a byte 64 KiB. Browsers
 * send a long message in pieces of 64 KiB. More closes the socket with 1008.
 */
const PIECES_MAX = 32;
/** Parts in which a piece comes from the wire: packets, at the least of what one carries. */
const PACKETS_MAX = 4_096;
/** Sockets of a process, those included that have not said yet who they are. */
const SOCKETS_MAX = 20_000;
/** Those among them: whoever means well says so at once. */
const STRANGERS_MAX = 2_000;
/** How long operations that are under way are answered once the server stops. */
const ANSWER_MS_MAX = 5_000;
/** How long all sockets may take to close. */
const CLOSE_MS_MAX = 3_000;

/** WebSockets (graphql-transport-ws) at `/graphql`. */
export class Sockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    maxFragments: PIECES_MAX,
    maxBufferedChunks: PACKETS_MAX,
    perMessageDeflate: false,
    handleProtocols,
  });
  private readonly open = new Set<Conversation>();
  /** Those who have gone, and what they asked is under way still. */
  private readonly left = new Set<Conversation>();
  private readonly strangers: Crowd;
  private readonly placeOf: (request: IncomingMessage) => string;
  private isClosing = false;

  constructor(private readonly parts: SocketsParts) {
    const { trustProxy, strangersMax = STRANGERS_MAX } = parts;
    this.placeOf = placeFinder(trustProxy);
    this.strangers = new Crowd(strangersMax);
  }

  /** A fastify plugin: takes over the upgrades of its server. */
  async routes({ server }: FastifyInstance): Promise<void> {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      // What came before it over the connection would be answered in the middle of it, or after it.
      if (isAnswering(socket)) socket.destroy();
      else if (offersWebSocket(request) || wrongWithHead(request) !== null)
        this.upgrade(request, socket, head);
      else declineUpgrade(server, request, socket, head);
    });
  }

  /** Takes none any more; answers what is under way; then closes all of them with 1001. */
  async close(): Promise<void> {
    this.isClosing = true;
    const open = [...this.open, ...this.left];
    const answered = Promise.all(open.map((conversation) => conversation.answered()));
    await withinMs(answered, ANSWER_MS_MAX);
    const closed = Promise.all(open.map((conversation) => conversation.goAway()));
    await withinMs(closed, CLOSE_MS_MAX);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (wrongWithHead(request) !== null) return refuse(socket, '431 Request Header Fields Too Large');
    const [path] = (request.url ?? '').split('?');
    if (path !== GRAPHQL_PATH) return refuse(socket, '404 Not Found');
    if (this.isClosing || this.open.size >= SOCKETS_MAX) return refuse(socket, '503 Service Unavailable');
    const { isAllowed, session } = this.parts.cookie.ofUpgrade(request.headers);
    if (!isAllowed) return refuse(socket, '403 Forbidden');
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      const { door } = this.parts;
      const onLetIn = (): void => isKnown();
      const place = this.placeOf(request);
      const conversation = new Conversation(webSocket, { door, session, id: randomUUID(), place, onLetIn });
      const isKnown = this.strangers.take(networkOf(place), 1, () => conversation.sendAway());
      this.open.add(conversation);
      // Before ws has made messages of them.
      socket.prependListener('data', (chunk: Buffer) => conversation.came(chunk.length));
      webSocket.once('close', () => {
        isKnown();
        this.open.delete(conversation);
        // What it asked goes on, and is waited for as that of all others is.
        this.left.add(conversation);
        void conversation.answered().then(() => this.left.delete(conversation));
      });
    });
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
