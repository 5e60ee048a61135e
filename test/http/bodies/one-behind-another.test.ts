import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';

/** Requests that were sent behind one another over one connection, before any of them was answered. */
const STALL_MS = 1_000;
let server: FastifyInstance;
let port: number;
let begun: string[];
let answer: Map<string, () => void>;
beforeAll(async () => {
  const patience = { stallMs: STALL_MS };
  server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined, patience }, [
    async (part) => {
      part.get('/:name', async ({ params }, reply) => {
        const { name } = params as { name: string };
        begun.push(name);
        if (name === 'last') void reply.header('connection', 'close');
        if (name.startsWith('slow')) await new Promise<void>((done) => answer.set(name, done));
        return { name };
      });
      part.post('/read', async ({ body }) => {
        begun.push('read');
        return { bytes: JSON.stringify(body).length };
      });
    },
  ]);
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterAll(() => server.close());
beforeEach(() => {
  [begun, answer] = [[], new Map()];
});

const get = (name: string, lines: readonly string[] = []): string =>
  [`GET /${name} HTTP/1.1`, 'Host: x', ...lines, '', ''].join('\r\n');
const post = (body: string): string =>
  [
    ...['POST /read HTTP/1.1', 'Host: x', 'Content-Type: application/json', `Content-Length: ${body.length}`],
    ...['', body],
  ].join('\r\n');

async function open(): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'connect');
  return { socket, text: () => text };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}

const namesIn = (text: string): string[] => [...text.matchAll(/"name":"([\w-]+)"/g)].map(([, name]) => name!);

it('each begins once the one before is answered, and all are answered in their order', async () => {
  const { socket, text } = await open();
  socket.write(['slow', 'b', 'slow-too', 'd'].map((name) => get(name)).join(''));
  await until(() => begun.length > 0);
  await pause(50);
  expect(begun).toEqual(['slow']);
  answer.get('slow')!();
  await until(() => begun.length === 3);
  await until(() => namesIn(text()).length === 2);
  answer.get('slow-too')!();
  await until(() => text().includes('"d"'));
  expect(namesIn(text())).toEqual(['slow', 'b', 'slow-too', 'd']);
  // And the connection goes on.
  socket.write(get('e'));
  await until(() => text().includes('"e"'));
  socket.destroy();
});

it('meanwhile no more is read of the connection than had come', async () => {
  const { socket, text } = await open();
  socket.write(get('slow'));
  await until(() => begun.length === 1);
  const line = `X-Filling: ${'x'.repeat(8_000)}`;
  // More than the system itself keeps on the way.
  const count = 4_000;
  socket.write(Buffer.from(get('b', [line]).repeat(count)));
  await pause(300);
  expect(socket.writableLength).toBeGreaterThan(1_000_000);
  answer.get('slow')!();
  await until(() => begun.length === 1 + count);
  await until(() => namesIn(text()).length === 1 + count);
  socket.destroy();
});

it('a body that comes in pieces behind another request is read whole', async () => {
  const { socket, text } = await open();
  const body = JSON.stringify('x'.repeat(200_000));
  socket.write(post(body) + get('slow') + post(body));
  await until(() => text().includes('"bytes":200002'));
  await until(() => begun.includes('slow'));
  answer.get('slow')!();
  await until(() => text().split('"bytes":200002').length === 3);
  expect(begun).toEqual(['read', 'slow', 'read']);
  socket.destroy();
});

it('too many in one packet lose the connection, and nothing of them is begun', async () => {
  const { socket } = await open();
  socket.write(get('slow') + get('b').repeat(40));
  await once(socket, 'close');
  expect(begun).toEqual(['slow']);
  answer.get('slow')!();
});

it('behind an answer that ends the connection nothing is begun', async () => {
  const { socket, text } = await open();
  const closed = once(socket, 'close');
  socket.write(get('last') + get('b') + post('"c"'));
  await closed;
  await pause(50);
  expect(namesIn(text())).toEqual(['last']);
  expect(begun).toEqual(['last']);
});

it('how long nobody may take the answer before says nothing of how long the next one may take', async () => {
  const { socket, text } = await open();
  socket.write(get('a') + get('slow'));
  await until(() => begun.includes('slow'));
  await pause(2 * STALL_MS);
  answer.get('slow')!();
  await until(() => namesIn(text()).length === 2);
  socket.destroy();
});
