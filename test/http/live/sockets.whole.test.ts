import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { PiecesOfAgencies } from '../../../src/http/live/pieces.js';
import { Socket, type SocketEvents } from '../../../src/http/live/socket.js';

/** How long a message may take to become whole: the two pieces of one take no time here but a busy machine's. */
const WHOLE_MS = 4_000;

const unbounded: SocketEvents = {
  ...{ sending: () => () => undefined, onFailure: () => undefined, onSlow: () => undefined },
  inTurn: (deal) => Promise.resolve(deal()),
};

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

it('a message that has begun is whole in time, or its socket goes, whatever comes between its pieces', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const heard: string[] = [];
  let came = 0;
  server.on('connection', (webSocket, { socket: wire }) => {
    const socket = new Socket(webSocket, unbounded, WHOLE_MS);
    socket.countFor({
      bytes: [],
      pieces: new PiecesOfAgencies().of({ agencyId: 'agency', credential: null }),
    });
    wire.prependListener('data', (chunk: Buffer) => {
      came += 1;
      socket.came(chunk.length);
    });
    socket.onMessage((data) => Promise.resolve(void heard.push(data)));
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  const closed = once(client, 'close');
  await once(client, 'open');
  // What is whole in time lasts, and so does what has nothing to say.
  for (let whole = 0; whole < 2; whole += 1) {
    const before = came;
    client.send('x', { fin: false });
    client.pong();
    await until(() => came > before);
    client.send('x');
    client.pong();
    await until(() => heard.length > whole);
  }
  await new Promise((resolve) => setTimeout(resolve, 1.2 * WHOLE_MS));
  expect([client.readyState, heard]).toEqual([WebSocket.OPEN, ['xx', 'xx']]);
  client.send('y', { fin: false });
  const ponging = setInterval(() => client.pong(), 20);
  const [code, reason] = await closed;
  clearInterval(ponging);
  expect([code, String(reason)]).toEqual([1013, 'A message took too long to become whole']);
  server.close();
});
