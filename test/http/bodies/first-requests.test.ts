import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../../src/http/app.js';
import { SessionCookie } from '../../../src/http/cookies.js';
import { knownTokenFinder } from '../../../src/http/known-token.js';
import { hasSecret, mintToken, type ParsedToken } from '../../../src/tenancy/token.js';
import { busy } from '../../support/busy.js';

/** The first request of each connection, where many come at once: what waits for its turn, and that nothing of it is lost meanwhile. */

const AGENCY = '00000000-0000-4000-8000-000000000001';
const KEY = mintToken('KEY', AGENCY, '00000000-0000-4000-8000-000000000002');
const SESSION = mintToken('SESSION', AGENCY, '00000000-0000-4000-8000-000000000003');
const cookie = new SessionCookie({ mode: 'test', host: '127.0.0.1', publicUrl: null });
const wasLetIn = (token: ParsedToken): boolean =>
  [KEY, SESSION].some(({ secretSha256 }) => hasSecret(token, secretSha256));
const BODY = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz');
const SUM = createHash('sha256').update(BODY).digest('hex');

let server: FastifyInstance;
let port: number;
let dealt: string[];
/** Connections that were let in so far. */
let letIn = 0;
beforeAll(async () => {
  const knownToken = knownTokenFinder({ wasLetIn }, cookie);
  const logger = pino({ level: 'silent' });
  server = await createApp({ logger, observe: () => undefined, trustProxy: '127.0.0.1', knownToken }, [
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
  server.server.on('connection', () => (letIn += 1));
});
afterAll(() => server.close());
beforeEach(() => {
  dealt = [];
});

async function connections(count: number): Promise<Socket[]> {
  const all = letIn + count;
  const sockets = Array.from({ length: count }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  // Taken on the other side too.
  while (letIn < all) await turn();
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

/** At which place one is begun that comes behind forty others. */
async function placeBehind(others: (index: number) => string, mine: string): Promise<number> {
  const sockets = await connections(41);
  const answers = sockets.map(told);
  const head = (path: string, headers: string): string => `GET ${path} HTTP/1.1\r\n${headers}${LAST}\r\n`;
  const sent = sockets.map((_, index) => (index < 40 ? head('/dear', others(index)) : head('/other', mine)));
  for (const [index, socket] of sockets.entries()) socket.write(sent[index]!);
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(dealt).toHaveLength(41);
  return dealt.indexOf('/other');
}

const shows = (token: string): string => `Authorization: Bearer ${token}\r\n`;
const madeUp = (agencyId: string): string => mintToken('KEY', agencyId, randomUUID()).token;
const from = (place: string): string => `X-Forwarded-For: ${place}\r\n`;

it.each([
  ['who show no key', () => ''],
  ['who show keys of agencies that there are none of', () => shows(madeUp(randomUUID()))],
  ['who show other keys of its agency, which nobody was let in by', () => shows(madeUp(AGENCY))],
])(
  'an agency’s is begun after a few of the others that came before it, of those %s',
  async (_name, others) => {
    expect(await placeBehind(others, shows(KEY.token))).toBeLessThan(20);
  },
);

it.each([
  ['whoever comes from elsewhere, by the word of the proxy', () => from('192.0.2.1'), from('198.51.100.1')],
  [
    'whoever is no customer who has many networks of IPv6',
    (index: number) => from(`2001:db8:1:${index}::1`),
    from('2001:db8:2::1'),
  ],
  [
    'a session that was let in, from the same network',
    () => from('192.0.2.1'),
    `${from('192.0.2.1')}Cookie: a=b; headroom-loopback=${SESSION.token}\r\n`,
  ],
])('nor does %s wait behind them', async (_name, others, mine) => {
  expect(await placeBehind(others, mine)).toBeLessThan(20);
});

it('a session in a cookie counts for nothing beside a key that is shown, however badly', async () => {
  const mine = `${shows('hr_live_x')}Cookie: headroom-loopback=${SESSION.token}\r\n`;
  expect(await placeBehind(() => '', mine)).toBeGreaterThan(20);
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
