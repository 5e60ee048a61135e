import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** What belongs to the offer; the answer is the last one of the connection, which is read anew from here on. */
const OF_THE_OFFER: ReadonlySet<string> = new Set(['upgrade', 'http2-settings', 'connection', 'keep-alive']);

export function offersWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * A request that offers another protocol, as Java's client offers HTTP/2, is answered as if it didn't (RFC 9110, 7.8). Node takes whatever
 * offers one off its server as soon as WebSockets are taken, so the request is put before it once more.
 */
export function declineUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!OF_THE_OFFER.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  lines.push('Connection: close', '', '');
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), head]));
  server.emit('connection', socket);
}
