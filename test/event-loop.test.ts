import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { EventLoop } from '../src/event-loop.js';

/** Connections that knock at once. */
const KNOCKING = 200;
/** What a piece of work takes, and what letting in a connection does, by a clock that nothing else moves on. */
const PIECE_MS = 2;
const LETTING_IN_MS = 0.25;

let now: number;
/** How long nothing was to be done, and the pauses that were made. */
let idle: number;
let pauses: number[];
let loop: EventLoop;
let server: Server;
let port: number;
let isIn: number;
const sockets = new Set<Socket>();

beforeEach(async () => {
  [now, isIn, idle, pauses] = [0, 0, 0, []];
  loop = new EventLoop({
    now: () => now,
    utilization: () => ({ active: now - idle, idle }),
    pause: (ms) => {
      pauses.push(ms);
      [now, idle] = [now + ms, idle + ms];
      return nextRound();
    },
  });
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

/** A piece of work behind which others come. */
async function piece(): Promise<void> {
  now += PIECE_MS;
  await loop.comeRound();
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

describe('long work', () => {
  async function long(ms: number): Promise<void> {
    now += ms;
    await loop.leaveToOthers();
  }

  it('leaves others half as long as it kept the process', async () => {
    await long(60);
    await long(40);
    expect(pauses).toEqual([30, 20]);
  });

  it('leaves them no time for itself in which nobody could do anything, and sums it up', async () => {
    await long(12);
    expect(pauses).toEqual([]);
    await long(12);
    expect(pauses).toEqual([12]);
    await long(12);
    expect(pauses).toEqual([12]);
  });

  it('leaves them no more than a tenth of a second', async () => {
    await long(5_000);
    expect(pauses).toEqual([100]);
  });

  it('owes nothing of a time that the process had leisure for', async () => {
    [now, idle] = [now + 40, idle + 40];
    await long(80);
    expect(pauses).toEqual([]);
    // What was had before is not saved up.
    [now, idle] = [now + 500, idle + 500];
    await long(0);
    await long(80);
    expect(pauses).toEqual([40]);
  });

  it('goes on a piece at a time, in turn, and each is counted', async () => {
    const order: string[] = [];
    const work = async (name: string): Promise<void> => {
      for (let nth = 0; nth < 3; nth += 1) {
        await long(30);
        order.push(name);
      }
    };
    await Promise.all([work('one'), work('other'), work('third')]);
    expect(order.join(' ')).toBe('one other third one other third one other third');
    // Three began at once, before anybody could be asked to wait.
    expect(pauses).toEqual([45, ...Array<number>(11).fill(10)]);
  });

  it('has a while to ask the database, before the next one begins', async () => {
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1) await nextRound();
    };
    const slow = new EventLoop({
      now: () => now,
      utilization: () => ({ active: now, idle: 0 }),
      pause: () => rounds(9),
    });
    let [underWay, most] = [0, 0];
    const work = async (): Promise<void> => {
      await slow.leaveToOthers();
      underWay += 1;
      most = Math.max(most, underWay);
      await rounds(6);
      now += 60;
      underWay -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, work));
    expect(most).toBe(1);
  });

  it('goes on with a piece of each whose it is, however many somebody has waiting', async () => {
    const order: string[] = [];
    const pieces = (whose: string, count: number): Promise<unknown>[] =>
      Array.from({ length: count }, () => loop.leaveToOthers(whose).then(() => order.push(whose)));
    await Promise.all([...pieces('much', 6), ...pieces('few', 2), ...pieces('one', 1)]);
    expect(order.join(' ')).toBe('much few one much few much much much much');
  });

  it('leaves what comes of itself its time beside the line', async () => {
    const order: string[] = [];
    const line = Array.from({ length: 9 }, () => long(0).then(() => order.push('piece')));
    const event = loop.leaveTime().then(() => order.push('event'));
    await Promise.all([...line, event]);
    expect(order.indexOf('event')).toBeLessThan(3);
  });
});
