import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { beginFor } from '../../busy-time.js';
import { hearConnections } from '../../event-loop.js';
import { LoopTurns } from '../../tenancy/loop-turns.js';
import { customerOf } from '../../tenancy/network.js';
import type { KnownToken } from '../known-token.js';
import { boundHeads, refuseHead, wrongWithHead } from './head-lines.js';

/** Requests of one connection that wait behind the one that is under way: as many may come in one packet. */
const WAITING_MAX = 31;
/** In the place of an agency. */
const STRANGERS = '';

/** What waits over each connection that is answered, in the order in which it came. */
const connections = new WeakMap<Socket, (() => void)[]>();

/** Whether something is under way that came over a connection. */
export function isAnswering(socket: Socket): boolean {
  return connections.has(socket);
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Node begins all requests that came in one packet in one turn, some two thousand of them, and so it does with the first ones of a
 * thousand connections: here first ones begin in turn where many come at once, and each further one of a connection once the one before is
 * answered. Browsers and proxies send it then. Meanwhile nothing more is read of the connection: what came behind would be kept,
 * heads and all, for as long as the one before takes. Whoever sent more than a few at once loses it.
 *
 * Whose turn it is goes by the token that a request shows, where that is known: of agencies and keys as many can be made up as somebody
 * likes, and any is easily named. All others take turns with each other, one customer's network after another.
 */
export function boundPipelines(
  { server }: FastifyInstance,
  knownToken: KnownToken,
  placeOf: (request: IncomingMessage) => string,
): void {
  const listeners = server.listeners('request') as Listener[];
  const turns = new LoopTurns();
  hearConnections(server);
  boundHeads(server);
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const begin = (): void => {
      const wrong = wrongWithHead(request);
      if (wrong !== null) return refuseHead(response, wrong);
      // Until it has begun its body waits on the wire, all but a piece; and Node ends a connection that its client has half closed.
      const deal = (): void => {
        // Behind an answer that ended its connection nothing is done: nobody would be told.
        if (socket.destroyed || socket.writableEnded) return;
        beginFor(null);
        for (const listener of listeners) listener.call(server, request, response);
      };
      const known = knownToken(request);
      const caller = known?.id ?? customerOf(placeOf(request));
      turns.takeSoon(known?.agencyId ?? STRANGERS, caller, deal).catch(() => socket.destroy());
    };
    response.once('close', () => beginNext(socket));
    const waiting = connections.get(socket);
    if (!waiting) {
      connections.set(socket, []);
      begin();
    } else if (waiting.length >= WAITING_MAX) socket.destroy();
    else {
      waiting.push(begin);
      if (waiting.length === 1) stopReading(socket);
    }
  });
}

/** Whoever reads the body of the one that is under way, which is in, would have more come in. */
function stopReading(socket: Socket): void {
  socket.pause();
  socket.on('resume', pauseAgain);
}

function pauseAgain(this: Socket): void {
  this.pause();
}

function beginNext(socket: Socket): void {
  const waiting = connections.get(socket) ?? [];
  const next = waiting.shift();
  if (!next) return void connections.delete(socket);
  if (waiting.length === 0) socket.off('resume', pauseAgain).resume();
  // For how long nobody may take the answer before says nothing of the next one.
  socket.setTimeout(0);
  next();
}
