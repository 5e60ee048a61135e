import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { Crowd } from '../../../src/http/bodies/crowd.js';
import { Flow } from '../../../src/http/bounds/flow.js';
import { type Pieces, PiecesOfAgencies } from '../../../src/http/live/pieces.js';
import { Socket, type SocketEvents } from '../../../src/http/live/socket.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

const unbounded: SocketEvents = {
  ...{ sending: () => () => undefined, onFailure: () => undefined, onSlow: () => undefined },
  inTurn: (deal) => Promise.resolve(deal()),
};

const PIECE = 'x'.repeat(1_000_000);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

const agencyOf = (agencyId: string, key?: string): Parameters<PiecesOfAgencies['of']>[0] => ({
  agencyId,
  credential: key === undefined ? null : { kind: 'KEY', id: key, rights: 0 },
});

/** Sockets by name, and the names of those that had to go. */
function waitingAt(all: PiecesOfAgencies) {
  const gone: string[] = [];
  const open = (name: string, agencyId: string, key?: string): Pieces => {
    const pieces = all.of(agencyOf(agencyId, key));
    pieces.onTooMuch(() => {
      gone.push(name);
      pieces.giveBack();
    });
    return pieces;
  };
  return { gone, open };
}

it('counts what waits for the rest of its message, by agency', () => {
  const { gone, open } = waitingAt(new PiecesOfAgencies(100));
  const [one, two, other] = [open('one', 'a'), open('two', 'a'), open('other', 'b')];
  one.add(60);
  two.add(40);
  other.add(100);
  expect(two.giveBack(10)).toBe(30);
  one.add(10);
  expect(gone).toEqual([]);
  one.add(1);
  expect(gone).toEqual(['two']);
  expect(one.giveBack(30)).toBe(41);
  // No more than came.
  expect(two.giveBack(1_000)).toBe(0);
  two.add(59);
  expect(gone).toEqual(['two']);
});

it('and by key, of which none uses up what its agency may keep', () => {
  const { gone, open } = waitingAt(new PiecesOfAgencies(100, 25));
  const [one, again, other] = [
    open('one', 'a', 'key'),
    open('again', 'a', 'key'),
    open('other', 'a', 'other'),
  ];
  one.add(20);
  again.add(5);
  other.add(25);
  expect(gone).toEqual([]);
  again.add(1);
  expect(gone).toEqual(['one']);
  again.add(19);
  expect(gone).toEqual(['one']);
});

it('where keys together keep too much waiting, one of theirs goes, and not whoever has something short to say', () => {
  const { gone, open } = waitingAt(new PiecesOfAgencies(100, 50));
  const [first, second] = [open('first', 'a', 'key'), open('second', 'a', 'key')];
  open('third', 'a', 'other').add(49);
  first.add(20);
  second.add(30);
  // Of the first something came last.
  first.add(0);
  open('owner', 'a', 'owner').add(2);
  expect(gone).toEqual(['second']);
});

it('an agency keeps thirty-two megabytes in pieces at most, over however many sockets; another one is not kept from anything', async () => {
  const api = await Api.start();
  const [agency, other] = [await api.seed(), await api.seed()];
  const keys = [
    agency.key,
    ...(await Promise.all(Array.from({ length: 4 }, () => api.keyOf(agency, 'ADMIN')))),
  ];
  // Seven of each of five keys, and none uses up what one key may keep.
  const sockets = await Promise.all(
    keys.flatMap((key) => Array.from({ length: 7 }, () => RawSocket.begin(api.url, key))),
  );
  for (const { socket } of sockets) socket.send(PIECE, { fin: false });
  const firstClosed = await Promise.race(sockets.map(({ closed }) => closed));
  expect(firstClosed.code).toBe(1013);
  const theirs = await RawSocket.begin(api.url, other.key);
  theirs.socket.send(PIECE, { fin: false });
  theirs.socket.send('x');
  expect((await theirs.closed).code).toBe(4400);
  const isOpen = ({ socket }: RawSocket): boolean => socket.readyState === WebSocket.OPEN;
  const kept = sockets.filter(isOpen);
  expect(kept.length).toBeGreaterThanOrEqual(32);
  // What is gone makes room.
  for (const raw of kept.slice(0, 5)) raw.end();
  const again = await RawSocket.begin(api.url, await api.keyOf(agency, 'ADMIN'));
  again.subscribe('long', `{ viewer { role } } # ${'x'.repeat(900_000)}`);
  await again.until(() => again.of('long').length > 0);
  expect(again.of('long')[0].payload.data).toEqual({ viewer: { role: 'ADMIN' } });
  for (const raw of [...kept, again]) raw.end();
  await api.close();
});

it('what is whole does not wait: messages, and what comes between them', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const heard: string[] = [];
  server.on('connection', (webSocket, { socket: wire }) => {
    const socket = new Socket(webSocket, unbounded);
    socket.countFor({ bytes: [], pieces: new PiecesOfAgencies(2_000).of(agencyOf('agency')) });
    wire.prependListener('data', (chunk: Buffer) => socket.came(chunk.length));
    socket.onMessage((data) => Promise.resolve(void heard.push(data)));
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(client, 'open');
  for (let round = 0; round < 50; round += 1) {
    client.ping(Buffer.alloc(100));
    await once(client, 'pong');
  }
  for (let round = 0; round < 10; round += 1) client.pong(Buffer.alloc(100));
  client.ping();
  await once(client, 'pong');
  client.send('whole'.repeat(100));
  client.ping();
  await once(client, 'pong');
  expect(heard).toEqual(['whole'.repeat(100)]);
  // Pings and pongs between the pieces give nothing back of these.
  client.send('y'.repeat(1_500), { fin: false });
  client.ping();
  client.send('y'.repeat(1_500), { fin: false });
  await once(client, 'close');
  server.close();
});

it.each([
  ['messages', (client: WebSocket) => client.send('x'), 3],
  ['pongs', (client: WebSocket) => client.pong(), 0],
])('%s count for 256 bytes besides their own', async (_, send, dealtWith) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const heard: string[] = [];
  const flow = new Flow({ atOnce: 1_000, aSecond: 0.001 });
  let came = 0;
  server.on('connection', (webSocket, { socket: wire }) => {
    const socket = new Socket(webSocket, unbounded);
    socket.countFor({ bytes: [flow], pieces: new PiecesOfAgencies().of(agencyOf('agency')) });
    wire.prependListener('data', (chunk: Buffer) => {
      came += 1;
      socket.came(chunk.length);
    });
    socket.onMessage((data) => Promise.resolve(void heard.push(data)));
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(client, 'open');
  for (let sent = 0; sent < 6; sent += 1) {
    const before = came;
    send(client);
    // Each comes by itself, as long as any is read.
    await until(() => came > before || !flow.isOpen);
  }
  await until(() => heard.length >= dealtWith);
  client.send('the last');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toEqual(Array(dealtWith).fill('x'));
  client.terminate();
  server.close();
});

it('whoever sends more than they may is read no further, in the middle of a message as well', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const ofKey = new Flow({ atOnce: 500_000, aSecond: 1 });
  const ofAgency = new Flow({ atOnce: 2_000_000, aSecond: 1 });
  let came = 0;
  server.on('connection', (webSocket, { socket: wire }) => {
    const socket = new Socket(webSocket, unbounded);
    socket.countFor({
      bytes: [ofAgency, ofKey],
      pieces: new PiecesOfAgencies().of(agencyOf('agency')),
    });
    wire.prependListener('data', (chunk: Buffer) => {
      came += chunk.length;
      socket.came(chunk.length);
    });
    socket.onMessage(() => Promise.resolve());
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(client, 'open');
  client.send('x'.repeat(10_000_000));
  while (ofKey.isOpen) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let before = -1; before < came;) {
    before = came;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(ofAgency.isOpen).toBe(true);
  client.terminate();
  server.close();
});

it('what is whole and waits for its turn is counted until it is dealt with', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const pieces = new PiecesOfAgencies(1_000_000);
  const flow = new Flow({ atOnce: 1_000, aSecond: 0.001 });
  server.on('connection', (webSocket, { socket: wire }) => {
    const socket = new Socket(webSocket, unbounded);
    socket.countFor({ bytes: [flow], pieces: pieces.of(agencyOf('agency')) });
    wire.prependListener('data', (chunk: Buffer) => socket.came(chunk.length));
    socket.onMessage(() => Promise.resolve());
  });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  await once(client, 'open');
  // In one piece: the first uses up what may be sent, the second is whole as well.
  client.send('x'.repeat(2_000));
  client.send('y'.repeat(3_000));
  const room = pieces.of(agencyOf('agency', 'other'));
  let isTooMuch = false;
  room.onTooMuch(() => (isTooMuch = true));
  while (!isTooMuch) {
    room.add(997_000);
    room.giveBack();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  client.terminate();
  server.close();
});

it('what waits to be read is given up with its socket, where there is no room for it', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const outgoing = new Crowd(8_000_000);
  const sockets: Socket[] = [];
  server.on('connection', (webSocket) => {
    const sending = (bytes: number, sendAway: () => void) => outgoing.take('here', bytes, sendAway);
    sockets.push(new Socket(webSocket, { ...unbounded, sending }));
  });
  await once(server, 'listening');
  const open = async (): Promise<WebSocket> => {
    const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    await once(client, 'open');
    return client;
  };
  const [reading, waiting] = [await open(), await open()];
  let read = 0;
  reading.on('message', (data: Buffer) => (read += data.length));
  waiting.pause();
  for (let message = 0; message < 20; message += 1) await sockets[0]!.send(PIECE);
  expect(sockets[0]!.isOpen).toBe(true);
  for (let message = 0; message < 20; message += 1) void sockets[1]!.send(PIECE);
  expect(sockets.map(({ isOpen }) => isOpen)).toEqual([true, false]);
  while (read < 20 * PIECE.length) await once(reading, 'message');
  for (const client of [reading, waiting]) client.terminate();
  server.close();
});
