import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SeededAgency } from '../support/agency.js';
import { Api } from '../support/api.js';
import { RawSocket } from '../support/raw-socket.js';

/** What HTTP and WebSockets let anybody send who needs no key for it, or pays nothing. */
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
  agency = await api.seed();
});
afterAll(() => api.close());

function wire(): Socket {
  return connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
}

/** All that is answered until the connection is closed. */
async function say(...parts: string[]): Promise<string> {
  const socket = wire();
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

const LIVE = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

const answersOf = (text: string): number => text.match(/HTTP\/1\.1 200 /g)?.length ?? 0;

describe('requests in one packet', () => {
  it('are answered one after the other', async () => {
    expect(answersOf(await say(LIVE.repeat(31) + LAST))).toBe(32);
  });

  it('by the thousand lose their connection, and are not begun', async () => {
    const begun = async (): Promise<number> => {
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      return Number(
        /count\{method="GET",route="\/health\/live",status="200"\} (\d+)/.exec(metrics)?.[1] ?? 0,
      );
    };
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = await begun();
    expect(answersOf(await say(LIVE.repeat(1_700)))).toBeLessThanOrEqual(32);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await begun()) - before).toBeLessThanOrEqual(32);
  });
});

const CHUNKED = 'Host: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('a body byte by byte', () => {
  const BYTES = '1\r\n"\r\n'.repeat(2_000);

  it('is refused as soon as it shows', async () => {
    const answer = await say(`POST /graphql HTTP/1.1\r\n${CHUNKED}`, BYTES);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*pieces of a few bytes/i);
  });

  it('is not read where nothing is', async () => {
    for (const path of ['/nothing', '/inbound/x'])
      expect(await say(`POST ${path} HTTP/1.1\r\n${CHUNKED}`)).toMatch(/^HTTP\/1\.1 404 [^]*NOT_FOUND/);
  });

  it.each([
    ['GET', '/health/live'],
    ['GET', '/graphql'],
    ['POST', '/imports/lead-list'],
    ['POST', '/auth/session'],
    ['POST', '/holder/x'],
    ['GET', '/%zz'],
  ])('ends with the answer where that needs nothing of it: %s %s', async (method, path) => {
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await say(head, BYTES, BYTES);
    expect(answer).toMatch(/^HTTP\/1\.1 \d{3} [^]*connection: close/i);
  });

  it('is refused by an upload, and nothing is kept of it', async () => {
    const { data } = await api.ask(agency.key, '{ clientAccounts(first: 1) { nodes { id } } }');
    const { id } = data.clientAccounts.nodes[0];
    const socket = wire().setNoDelay();
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write(
      `POST /imports/lead-list?clientAccountId=${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${agency.key}\r\n` +
        'X-Headroom-Import: 1\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    // Each by itself: what is there at once is read at once, and nothing is before it is known who sends.
    while (answer === '') {
      socket.write('1\r\na\r\n');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*pieces of a few bytes/);
  });
});

const BODY = '{"query":"{ __typename }"}';
it.each(['', 'Host: \r\n', 'Host: a b{}\r\n', `Host: ${'a.'.repeat(150)}com\r\n`])(
  'a host that is none (%j) is the fault of whoever asks',
  async (host) => {
    const head = `POST /graphql HTTP/1.0\r\n${host}Content-Type: application/json\r\n`;
    const answer = await say(`${head}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*The header Host names no host/);
  },
);

it.each(['[', 'a b', 'http,', '1'])(
  'a protocol that is none (%j), by the word of a proxy, is the fault of whoever asks',
  async (protocol) => {
    const proxied = await Api.start({ HEADROOM_TRUST_PROXY: '127.0.0.1' });
    const answer = await fetch(`${proxied.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-proto': protocol },
      body: BODY,
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('says no protocol')]);
    await proxied.close();
  },
);

describe('what a socket sends besides operations', () => {
  it('counts for its key: nothing more of it is read where it is too much', async () => {
    const { key } = await api.seed();
    const sockets = await Promise.all(Array.from({ length: 4 }, () => RawSocket.begin(api.url, key)));
    // 40,000 of them are more than eight megabytes by 256 each.
    for (let times = 0; times < 10_000; times += 1) for (const raw of sockets) raw.socket.pong();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [other, same] = [await RawSocket.begin(api.url, agency.key), sockets[0]!];
    for (const raw of [same, other]) raw.subscribe('one', '{ viewer { role } }');
    await other.until(() => other.of('one').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(same.of('one')).toEqual([]);
    for (const raw of [...sockets, other]) raw.end();
  });
});
