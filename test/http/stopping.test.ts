import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createApp, type Routes } from '../../src/http/app.js';
import { SessionCookie } from '../../src/http/cookies.js';
import { LiveDoor, type LiveDoorParts } from '../../src/http/live/live-door.js';
import { LiveMetrics } from '../../src/http/live/live-metrics.js';
import { Sockets } from '../../src/http/live/sockets.js';
import { AuthorityWatch } from '../../src/live/authority.js';
import type { Viewer } from '../../src/tenancy/viewer.js';
import { Api } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';

/** All that comes back over a connection, until it is closed. */
async function closed(socket: Socket): Promise<string> {
  let told = '';
  for await (const chunk of socket) told += String(chunk);
  return told;
}

/** A server, and how many requests it has begun with. */
async function startCounting(): Promise<{ readonly api: Api; readonly begun: () => number }> {
  let begun = 0;
  const count = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRequest', async () => void (begun += 1));
  };
  subscribe('fastify.initialization', count);
  const api = await Api.start();
  unsubscribe('fastify.initialization', count);
  return { api, begun: () => begun };
}

it('what comes in over a connection in use while the server stops is told in the words of its route', async () => {
  const { api, begun } = await startCounting();
  const { key } = await api.seed();
  const { hostname, port } = new URL(api.url);
  const post = (body: string): string =>
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const body = JSON.stringify({ query: '{ viewer { role } }' });
  const next = [`${post(body)}${body}`, `GET /health/live HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`];
  const sockets = next.map(() => connect(Number(port), hostname));
  const answers = sockets.map(closed);
  // A connection is in use while its first request isn't whole.
  for (const socket of sockets) socket.write(post(body));
  while (begun() < sockets.length) await turn();
  const closing = api.close();
  // It stops once nobody is answered any more who comes anew.
  const live = () => fetch(`${api.url}/health/live`).then((response) => response.ok);
  while (await live().catch(() => false));
  for (const [index, socket] of sockets.entries()) socket.write(`${body}${next[index]}`);
  const [operation, health] = await Promise.all(answers);
  await closing;
  for (const answered of [operation, health]) {
    expect(answered).toContain('{"data":{"viewer":{"role":"OWNER"}}');
    expect(answered).toMatch(/HTTP\/1\.1 503 [^{]*connection: close[^{]*retry-after: 1\r\n/);
  }
  expect(operation).toMatch(
    /{"errors":\[{"message":"The server is stopping\.","extensions":{"code":"UNAVAILABLE","retryAfterMs":1000,"requestId":"[^"]+"}}\]}$/,
  );
  expect(health).toMatch(/{"error":"UNAVAILABLE","message":"The server is stopping\.","retryAfterMs":1000}$/);
});

const logger = pino({ level: 'silent' });

async function listening(routes: Routes) {
  const server = await createApp({ logger, observe: () => undefined }, [routes]);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, url };
}

/** Something that is asked, and how it is answered. */
function held<T>() {
  let [begin, answer] = [(): void => undefined, (_: T): void => undefined];
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const answered = new Promise<T>((resolve) => (answer = resolve));
  return { begun, answer: (value: T) => answer(value), ask: () => (begin(), answered) };
}

/** In which order it is: the stop is begun first. */
async function orderOf(close: () => Promise<unknown>, answer: () => void): Promise<string[]> {
  const order: string[] = [];
  const closing = close().then(() => order.push('closed'));
  await Promise.race([closing, pause(200)]);
  order.push('answered');
  answer();
  await closing;
  return order;
}

describe('what was begun for somebody who has left is done before the server is closed', () => {
  it('as a request', async () => {
    const { begun, ask, answer } = held<string>();
    const { server, url } = await listening(async (part) => void part.get('/held', ask));
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    const [served] = (await once(server.server, 'connection')) as [Socket];
    client.write('GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    await begun;
    client.destroy();
    await once(served, 'close');
    expect(
      await orderOf(
        () => server.close(),
        () => answer('answered'),
      ),
    ).toEqual(['answered', 'closed']);
  });

  it('over a socket', async () => {
    const { begun, ask, answer } = held<{ result: object }>();
    const credential = { kind: 'KEY', id: 'key', rights: 0 } as const;
    const viewer: Viewer = {
      ...{ agencyId: 'agency', role: 'OWNER', reach: null, actor: 'key:key', credential, expiresAt: null },
    };
    const authenticate: LiveDoorParts['authenticate'] = () => Promise.resolve(viewer);
    const authorities = new AuthorityWatch({ look: authenticate });
    const door = new LiveDoor({
      ...{ authenticate, authorities, ask, logger, requestLimit: null, schema: new GraphQLSchema({}) },
      metrics: new LiveMetrics(new Registry()),
    });
    const cookie = new SessionCookie({ mode: 'test', host: '127.0.0.1', publicUrl: null });
    const sockets = new Sockets({ door, cookie, trustProxy: null });
    const { server, url } = await listening((part) => sockets.routes(part));
    const connected = once(server.server, 'connection');
    const raw = await RawSocket.begin(url, 'any');
    const [served] = (await connected) as [Socket];
    raw.subscribe('one', '{ __typename }');
    await begun;
    raw.socket.terminate();
    await once(served, 'close');
    const told = orderOf(
      () => sockets.close(),
      () => answer({ result: {} }),
    );
    expect(await told).toEqual(['answered', 'closed']);
    authorities.close();
    await server.close();
  });
});
