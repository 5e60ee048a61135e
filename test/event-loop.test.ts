import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { EventLoop } from '../src/event-loop.js';

/** Connections that knock at once. */
const KNOCKING = 200;
/** What a piece of work takes, and what letting in a connection does, by a clock that nothing else moves on. */
const PIECE_MS = 2;
const LETTING_IN_MS = 0.25;

let now: number;
let loop: EventLoop;
let server: Server;
let port: number;
let isIn: number;
const sockets = new Set<Socket>();

beforeEach(async () => {
  [now, isIn] = [0, 0];
  loop = new EventLoop(() => now);
  server = createServer((socket) => {
    isIn += 1;
    now += LETTING_IN_MS;
    sockets.add(socket.on('error', () => undefined));
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: KNOCKING });
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
});
afterEach(async () => {
  server.removeAllListeners('connection').close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await once(server, 'close');
});

function knock(): void {
  sockets.add(connect(port, '127.0.0.1').on('error', () => undefined));
}

/** A piece of work that leaves the process to others behind it. */
async function piece(): Promise<void> {
  now += PIECE_MS;
  await loop.leaveToOthers();
}

/** Pieces of work that are done until all who knock at once are in. */
async function piecesUntilAllAreIn(): Promise<number> {
  for (let count = 0; count < KNOCKING; count += 1) knock();
  let pieces = 0;
  while (isIn < KNOCKING) {
    await piece();
    pieces += 1;
  }
  return pieces;
}

it('lets in one connection each time that it comes round, of a server that is not heard', async () => {
  expect(await piecesUntilAllAreIn()).toBeGreaterThan(KNOCKING / 2);
});

it('lets in those who knock before it goes on, a few milliseconds at a time', async () => {
  loop.hearConnections(server);
  const pieces = await piecesUntilAllAreIn();
  expect(pieces).toBeLessThan(KNOCKING / 4);
  expect(pieces).toBeGreaterThan(2);
});

it('goes on all the same where others knock without an end', async () => {
  loop.hearConnections(server);
  server.on('connection', knock);
  for (let count = 0; count < 20; count += 1) knock();
  for (let pieces = 0; pieces < 20; pieces += 1) await piece();
  expect(isIn).toBeGreaterThan(20);
});
