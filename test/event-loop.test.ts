import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { hearConnections, leaveToOthers } from '../src/event-loop.js';
import { busy } from './support/busy.js';

/** Connections that knock while the process is busy, and how much it has done until all of them are in. */
const KNOCKING = 200;

let server: Server;
let port: number;
let isIn: number;
beforeEach(async () => {
  isIn = 0;
  server = createServer((socket) => {
    isIn += 1;
    socket.on('error', () => undefined);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: KNOCKING });
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
});
afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** Pieces of work of two milliseconds that are done, each left to others behind it, until all who knock at once are in. */
async function piecesUntilAllAreIn(): Promise<number> {
  const sockets: Socket[] = Array.from({ length: KNOCKING }, () => connect(port, '127.0.0.1'));
  let pieces = 0;
  while (isIn < KNOCKING) {
    busy(2);
    pieces += 1;
    await leaveToOthers();
  }
  for (const socket of sockets) socket.destroy();
  return pieces;
}

it('lets in one connection each time that it comes round, of a server that is not heard', async () => {
  expect(await piecesUntilAllAreIn()).toBeGreaterThan(KNOCKING / 2);
});

it('lets in those who knock before it goes on, a few milliseconds at a time', async () => {
  hearConnections(server);
  const pieces = await piecesUntilAllAreIn();
  expect(pieces).toBeLessThan(KNOCKING / 4);
});

it('goes on all the same where others knock without an end', async () => {
  hearConnections(server);
  const knocking = new Set<Socket>();
  const knock = (): void => {
    const socket = connect(port, '127.0.0.1').once('connect', knock);
    knocking.add(socket);
  };
  for (let count = 0; count < 20; count += 1) knock();
  for (let pieces = 0; pieces < 20; pieces += 1) {
    busy(2);
    await leaveToOthers();
  }
  expect(isIn).toBeGreaterThan(20);
  for (const socket of knocking) socket.removeAllListeners('connect').destroy();
});
