import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests of one connection that are under way. Browsers and proxies send the next one once the last one is answered. */
const UNDER_WAY_MAX = 32;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Node begins all requests that came in one packet in one turn, some two thousand of them. Whoever has more than a few under way over a
 * connection loses it, and what else came with them is not begun.
 */
export function boundPipelines({ server }: FastifyInstance): void {
  const listeners = server.listeners('request') as Listener[];
  const underWay = new WeakMap<Socket, number>();
  const change = (socket: Socket, by: number): number => {
    const count = (underWay.get(socket) ?? 0) + by;
    underWay.set(socket, count);
    return count;
  };
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    if (change(socket, 1) > UNDER_WAY_MAX) {
      socket.destroy();
      return;
    }
    response.once('close', () => change(socket, -1));
    for (const listener of listeners) listener.call(server, request, response);
  });
}
