import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { knownTokenFinder } from '../../../src/http/known-token.js';
import { hasSecret, mintToken } from '../../../src/tenancy/token.js';
import { busy } from '../../support/busy.js';

/** The first request of each connection, where many come at once: what waits for its turn, and that nothing of it is lost meanwhile. */

const AGENCY = '00000000-0000-4000-8000-000000000001';
const { token: KEY, secretSha256 } = mintToken('KEY', AGENCY, '00000000-0000-4000-8000-000000000002');
const BODY = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz');
const SUM = createHash('sha256').update(BODY).digest('hex');

let server: FastifyInstance;
let port: number;
let dealt: string[];
beforeAll(async () => {
  const knownToken = knownTokenFinder({ wasLetIn: (token) => hasSecret(token, secretSha256) });
  server = await createApp({ logger: pino({ level: 'silent' }), observe: () => undefined, knownToken }, [
    async (part) => {
      const read = { parseAs: 'buffer' } as const;
      part.addContentTypeParser('application/octet-stream', read, async (_: unknown, body: unknown) => body);
      part.addHook('onRequest', async ({ url }) => {
        dealt.push(url);
        busy(2);
      });
      part.get('/dear', async () => 'dear');
      part.get('/other', async () => 'other');
      part.get('/gone', async () => 'gone');
      part.post('/body', async ({ body }) =>
        createHash('sha256')
          .update(body as Buffer)
          .digest('hex'),
      );
    },
  ]);
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterAll(() => server.close());
beforeEach(() => {
  dealt = [];
});

async function connections(count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  // Taken on the other side too.
  await pause(50);
  return sockets;
}

function told(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).once('close', () => resolve(text));
  });
}

const LAST = 'Host: x\r\nConnection: close\r\n';
const DEAR = `GET /dear HTTP/1.1\r\n${LAST}\r\n`;

it('an agency’s is begun after a few of the others that came before it, by whomever those are', async () => {
  const [mine, ...others] = await connections(41);
  const all = [...others, mine!].map(told);
  for (const socket of others) socket.write(DEAR);
  mine!.write(`GET /other HTTP/1.1\r\nAuthorization: Bearer ${KEY}\r\n${LAST}\r\n`);
  for (const answer of await Promise.all(all)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(dealt).toHaveLength(41);
  expect(dealt.indexOf('/other')).toBeLessThan(20);
});

it.each([
  ['of an agency each', () => randomUUID()],
  ['of its own agency', () => AGENCY],
])('it is so too where those show keys that nobody was let in by, %s', async (_name, agencyOf) => {
  const [mine, ...others] = await connections(41);
  const all = [...others, mine!].map(told);
  const heads = others.map(() => {
    const { token } = mintToken('KEY', agencyOf(), randomUUID());
    return `GET /dear HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n${LAST}\r\n`;
  });
  for (const [index, socket] of others.entries()) socket.write(heads[index]!);
  mine!.write(`GET /other HTTP/1.1\r\nAuthorization: Bearer ${KEY}\r\n${LAST}\r\n`);
  for (const answer of await Promise.all(all)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(dealt).toHaveLength(41);
  expect(dealt.indexOf('/other')).toBeLessThan(20);
});

it.each([
  ['with its length', `Content-Length: ${BODY.length}\r\n\r\n`, BODY],
  ['in a chunk', 'Transfer-Encoding: chunked\r\n\r\n', chunked(BODY)],
  ['that is asked for', `Expect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n`, BODY],
])('a body %s is read whole once it is its turn', async (_name, head, body) => {
  const [a, b, ...others] = await connections(32);
  const senders = [a!, b!];
  const answers = senders.map(told);
  const rest = others.map(told);
  for (const socket of others) socket.write(DEAR);
  for (const socket of senders) {
    const type = 'Content-Type: application/octet-stream\r\n';
    socket.write(Buffer.concat([Buffer.from(`POST /body HTTP/1.1\r\n${LAST}${type}${head}`), body]));
  }
  for (const answer of await Promise.all(answers)) expect(answer).toContain(SUM);
  await Promise.all(rest);
  // They did wait.
  expect(dealt.slice(0, 10)).not.toContain('/body');
});

it('whoever has gone before it is their turn is not begun with', async () => {
  const [gone, ...others] = await connections(41);
  const all = others.map(told);
  for (const socket of others) socket.write(DEAR);
  gone!.write('GET /gone HTTP/1.1\r\nHost: x\r\n\r\n', () => gone!.destroy());
  await Promise.all(all);
  await pause(50);
  expect(dealt).toHaveLength(40);
});

function chunked(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
}
