import { connect, type Socket } from 'node:net';
import { Api } from '../../support/api.js';
import type { SeededAgency } from '../../support/agency.js';

/** Streams that were asked for behind one another over one connection: only the first of them is ever begun. */
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
  await untilOpen(1);
  return socket;
}

it('the first gives its place back once the connection is closed', async () => {
  (await pipeline(5)).destroy();
  await untilOpen(0);
  await api.close();
});

it('and ends with the server', async () => {
  const socket = await pipeline(5);
  await api.close();
  socket.destroy();
});

it('and ends with the server where their connection was closed before', async () => {
  (await pipeline(5)).destroy();
  await api.close();
});
