import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { parseToken } from '../../tenancy/token.js';
import { boundHeads, hasTooManyLines, refuseLines } from './head-lines.js';
import { LoopTurns } from './loop-turns.js';

/** Requests of one connection that are under way. Browsers and proxies send the next one once the last one is answered. */
const UNDER_WAY_MAX = 32;
const SHOWN = /^Bearer +(\S{1,200}) *$/i;

/** Answers of each connection that are under way. */
const connections = new WeakMap<Socket, Set<ServerResponse>>();

/** Whether something is under way that came over a connection. */
export function isAnswering(socket: Socket): boolean {
  return (connections.get(socket)?.size ?? 0) > 0;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Node begins all requests that came in one packet in one turn, some two thousand of them, and so it does with the first ones of a
 * thousand connections: here they begin in turn, those behind the first of a connection always, and first ones where many come at once.
 * Whoever has more than a few under way over a connection loses it, and what else came with them is not begun. Once the connection is
 * closed all that is under way is told: Node tells those alone whose turn it was to be answered.
 */
export function boundPipelines({ server }: FastifyInstance): void {
  const listeners = server.listeners('request') as Listener[];
  const turns = new LoopTurns();
  const underWayOf = (socket: Socket): Set<ServerResponse> => {
    const known = connections.get(socket);
    if (known) return known;
    const underWay = new Set<ServerResponse>();
    connections.set(socket, underWay);
    socket.once('close', () => [...underWay].forEach(closeQueued));
    return underWay;
  };
  boundHeads(server);
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const underWay = underWayOf(socket);
    if (underWay.size >= UNDER_WAY_MAX) {
      socket.destroy();
      return;
    }
    const isAlone = underWay.size === 0;
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (hasTooManyLines(request)) return refuseLines(response);
    const begin = (): void => {
      if (socket.destroyed) return;
      for (const listener of listeners) listener.call(server, request, response);
    };
    // Until it has begun its body waits on the wire, all but a piece; and Node ends a connection that its client has half closed.
    const begun = isAlone
      ? turns.takeSoon(...shownBy(request), begin)
      : turns.take(...shownBy(request), begin);
    begun.catch(() => socket.destroy());
  });
}

/** Which agency a request says that it is of, and by which key; where it shows none, the network that it came from. Nobody has looked yet. */
function shownBy({ headers, socket }: IncomingMessage): [agency: string, caller: string] {
  const [, shown = ''] = SHOWN.exec(headers.authorization ?? '') ?? [];
  const key = parseToken('KEY', shown);
  return key ? [key.agencyId, key.id] : ['', socket.remoteAddress ?? ''];
}

/** Behind one that was under way still, it never had the connection, and would never hear of its end. */
function closeQueued(response: ServerResponse): void {
  if (response.socket !== null) return;
  response.destroy();
  response.emit('close');
}
