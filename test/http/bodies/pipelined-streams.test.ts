import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { Api } from '../../support/api.js';
import type { SeededAgency } from '../../support/agency.js';

/** Streams that were asked for behind one another over one connection: only the first of them ever has it. */
let api: Api;
let agency: SeededAgency;
beforeEach(async () => {
  api = await Api.start();
  agency = await api.seed();
});

async function open(): Promise<number> {
  const metrics = await (await fetch(`${api.url}/metrics`)).text();
  return Number(/^headroom_live_connections (\d+)$/m.exec(metrics)?.[1]);
}

async function untilOpen(count: number): Promise<void> {
  while ((await open()) !== count) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function pipeline(count: number): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const body = JSON.stringify({ query: 'subscription { alertRaised { __typename } }' });
  const head = ['Host: localhost', 'Accept: text/event-stream', 'Content-Type: application/json'];
  const more = [`Authorization: Bearer ${agency.key}`, `Content-Length: ${body.length}`];
  const asked = ['POST /graphql/stream HTTP/1.1', ...head, ...more, '', body].join('\r\n');
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  socket.resume().write(asked.repeat(count));
  await untilOpen(count);
  return socket;
}

it('all of them give their places back once their connection is closed', async () => {
  (await pipeline(5)).destroy();
  await untilOpen(0);
  await api.close();
});

it('and end with the server', async () => {
  const socket = await pipeline(5);
  await api.close();
  socket.destroy();
});

it('and end with the server where their connection was closed before', async () => {
  (await pipeline(5)).destroy();
  await api.close();
});

it('an answer that waits behind one that never comes loses its connection in time', async () => {
  const never = async (part: FastifyInstance): Promise<void> => {
    part.get('/never', () => new Promise(() => undefined));
    part.get('/now', async () => 'now');
  };
  const patience = { answerMs: 300 };
  const server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined, patience }, [
    never,
  ]);
  const { hostname, port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  for (const path of ['/never', '/now']) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await closed;
  await server.close();
  await api.close();
});
