import { randomUUID } from 'node:crypto';
import { mintKey } from '../../../src/tenancy/api-key.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { RawSocket } from '../../support/raw-socket.js';

/** JSON that takes a process long to read, of a caller whom nobody knows, or who pays nothing for what is refused. */
let api: Api;
let production: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
  production = await Api.start({ NODE_ENV: 'production' });
  agency = await api.seed();
});
afterAll(async () => {
  await api.close();
  await production.close();
});

const OPERATION = '{ viewer { role } }';
const BRACKETS = `${'['.repeat(60)}${']'.repeat(60)}`;
/** About so many bytes of lists within lists. */
const nested = (bytes: number): string =>
  `[${Array(Math.floor(bytes / 121))
    .fill(BRACKETS)
    .join(',')}]`;

function send(
  { url }: Api,
  path: string,
  body: string | ReadableStream,
  key?: string,
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const headers = {
    ...{ 'content-type': 'application/json', 'x-headroom-request': '1' },
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
  return fetch(`${url}${path}`, init).then(async (response) => {
    return { status: response.status, text: await response.text(), headers: response.headers };
  });
}

const leftOf = ({ headers }: { readonly headers: Headers }): number =>
  Number(headers.get('ratelimit-remaining'));

it.each(['/auth/session', '/auth/invitation', '/auth/password/ask', '/auth/second-factor'])(
  '%s reads no more than its texts take',
  async (path) => {
    expect((await send(api, path, nested(20_000))).status).toBe(413);
    expect(await send(api, path, `{"email":${nested(10_000)}}`)).toMatchObject({
      status: 400,
      text: expect.stringContaining('too many lists and objects'),
    });
  },
);

it.each(['/graphql', '/graphql/stream'])('%s reads a long body of whom it knows alone', async (path) => {
  const stranger = mintKey(agency.agencyId, randomUUID()).key;
  // What is no JSON was not even looked at.
  const notRead = await send(production, path, `${'['.repeat(100_000)}`, stranger);
  expect([notRead.status, notRead.headers.get('connection')]).toEqual([401, 'close']);
  expect((await send(production, path, `${'['.repeat(100_000)}`)).status).toBe(401);
  expect((await send(production, path, '['.repeat(20_000), stranger)).status).toBe(401);
  expect((await send(production, path, '['.repeat(10_000), stranger)).status).toBe(400);
  const known = await send(
    production,
    path,
    `{"query":"x","extensions":{"a":${nested(900_000)}}}`,
    agency.key,
  );
  expect(known).toMatchObject({ status: 400, text: expect.stringContaining('too many lists and objects') });
});

it('a body counts by its bytes among the requests of a key, whatever comes of it', async () => {
  const { key } = await api.seed();
  const bodyOf = (length: number): string =>
    JSON.stringify({ query: OPERATION, extensions: { a: 'x'.repeat(length) } });
  const first = await send(api, '/graphql', bodyOf(1), key);
  expect([first.status, leftOf(first)]).toEqual([200, 4_999]);
  const long = await send(api, '/graphql', bodyOf(819_200), key);
  expect(long.status).toBe(200);
  expect(leftOf(long)).toBeGreaterThanOrEqual(4_999 - 101);
  expect(leftOf(long)).toBeLessThan(4_999);
  const spent: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    const [before, after] = [
      await send(api, '/graphql', bodyOf(1), key),
      await send(api, '/graphql', `${'['.repeat(900_000)}`, key),
    ];
    expect(after.status).toBe(400);
    spent.push(leftOf(before) - leftOf(after));
  }
  // 110 and its own one, less what came back within the moment.
  expect(Math.max(...spent)).toBeGreaterThan(60);
});

it('a short body that does not tell its length counts as one request', async () => {
  const { key } = await api.seed();
  const chunked = () => new Blob([JSON.stringify({ query: OPERATION })]).stream();
  for (let times = 0; times < 60; times += 1) {
    expect((await send(api, '/graphql', chunked(), key)).status).toBe(200);
  }
  const { headers } = await send(api, '/graphql', JSON.stringify({ query: OPERATION }), key);
  expect(leftOf({ headers })).toBeGreaterThan(4_900);
});

it('a message of a socket that takes long to read closes it, and no other one', async () => {
  const [bad, good] = [
    await RawSocket.begin(api.url, agency.key),
    await RawSocket.begin(api.url, agency.key),
  ];
  bad.socket.send(`{"type":"ping","payload":{"a":${nested(900_000)}}}`);
  expect((await bad.closed).code).toBe(1009);
  good.subscribe('one', OPERATION);
  await good.until(() => good.of('one').length > 0);
  expect(good.of('one')[0].payload.data).toEqual({ viewer: { role: 'OWNER' } });
  good.end();
});

it('what is sent where nothing is, is not read', async () => {
  expect((await send(api, '/nowhere', '{"a":')).status).toBe(404);
});

it.each(['/holder/x', '/approval/x'])('%s reads no JSON: it has a form', async (path) => {
  expect((await send(api, path, '{"a":')).status).toBe(415);
});
