import { setTimeout as pause } from 'node:timers/promises';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { RedisBuckets } from '../../../src/http/bounds/redis-buckets.js';
import { RequestLimit, requestsOf } from '../../../src/http/bounds/request-limit.js';
import { parseToken } from '../../../src/tenancy/token.js';
import { Wire } from '../../ledger/wire.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { RawSocket } from '../../support/raw-socket.js';
import { standInRedis, type TestRedis } from '../../support/redis.js';

/**
 * What passes by itself while a subscription is asked for: told as its error, it would end a client's subscription for good,
 * and nobody would be told of anything any more. Closed with 1013, the client comes again and resumes.
 */
const ALERTS = 'subscription Alerts { alertRaised { ... on AlertRaised { cursor } } }';
const VIEWER = '{ viewer { role } }';
/** A query, whatever words are in it. */
const WORDY = 'query subscription { subscription: viewer { role } } # subscription { alertRaised }';

let wire: Wire;
let redis: TestRedis;
let elsewhere: RedisBuckets;
let api: Api;
let sockets: RawSocket[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  wire = await Wire.to(database.appUrl);
  redis = await standInRedis();
  elsewhere = await RedisBuckets.open(redis.url, () => undefined);
  api = await Api.start({ REDIS_URL: redis.url }, { ...database, appUrl: wire.url });
});
afterEach(() => {
  wire.mend();
  sockets.forEach((socket) => socket.end());
  sockets = [];
});
afterAll(async () => {
  await api.close();
  await elsewhere.close();
  await redis.stop();
  await wire.close();
});

async function begin(key: string): Promise<RawSocket> {
  const socket = await RawSocket.begin(api.url, key);
  sockets.push(socket);
  return socket;
}

/** Takes all that is left, again and again, as another process does that is asked too much. */
async function usingUp<T>(
  take: (amount: number) => Promise<{ readonly remaining: number }>,
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const use = async (): Promise<void> => {
    for (let rest = 0; !isOver; rest = (await take(rest)).remaining);
  };
  await take((await take(0)).remaining);
  const using = use();
  try {
    return await work();
  } finally {
    isOver = true;
    await using;
  }
}

/** Asks until it is told that there is an error, or is closed: once in a while it comes in between. */
async function askUntilRefused(socket: RawSocket, query: string): Promise<void> {
  const isRefused = (): boolean => socket.messages.some(({ type }) => type === 'error');
  for (let asked = 0; socket.socket.readyState === socket.socket.OPEN && !isRefused(); asked += 1) {
    socket.subscribe(`${asked}`, query);
    await pause(10);
  }
}

it('a database that is away once the socket was let in', async () => {
  const { key } = await api.seed();
  const [subscriber, asker] = [await begin(key), await begin(key)];
  wire.cut();
  subscriber.subscribe('alerts', ALERTS);
  asker.subscribe('viewer', VIEWER);
  const told = subscriber.until((raw) => raw.of('alerts').length > 0).then(() => subscriber.of('alerts'));
  const closed = { code: 1013, reason: 'The database can’t be reached.' };
  expect(await Promise.race([subscriber.closed, told.catch(() => subscriber.closed)])).toEqual(closed);
  // A query is asked again by whoever asked it: it is told, and the socket goes on.
  await asker.until((raw) => raw.of('viewer').length > 0);
  expect(asker.of('viewer')[0]).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) } }],
  });
  wire.mend();
  while (asker.messages.every(({ type }) => type !== 'next')) {
    asker.messages.splice(0);
    asker.subscribe('again', VIEWER);
    await asker.until((raw) => raw.of('again').length > 0);
  }
});

it('requests of the key that are used up', async () => {
  const { key } = await api.seed();
  const [subscriber, asker, wordy] = [await begin(key), await begin(key), await begin(key)];
  const limit = new RequestLimit(elsewhere);
  const take = (amount: number) => elsewhere.take(nameOf(key), amount, limit.budget);
  await usingUp(take, async () => {
    await askUntilRefused(subscriber, ALERTS);
    await askUntilRefused(asker, VIEWER);
    await askUntilRefused(wordy, WORDY);
  });
  expect(await subscriber.closed).toMatchObject({
    code: 1013,
    reason: expect.stringContaining('Too many requests'),
  });
  expect(subscriber.messages.filter(({ type }) => type === 'error')).toEqual([]);
  for (const one of [asker, wordy]) {
    const { payload } = one.messages.find(({ type }) => type === 'error')!;
    expect(payload[0].extensions).toMatchObject({ code: 'THROTTLED', retryAfterMs: expect.any(Number) });
  }
});

it('a budget that is used up', async () => {
  const { key, owner } = await api.seed();
  const subscriber = await begin(key);
  const limit = new CostLimit(elsewhere);
  const refused = await usingUp(
    (amount) => limit.take(owner, amount),
    async () => {
      await askUntilRefused(subscriber, ALERTS);
      for (;;) {
        const stream = await openStream(key);
        if (stream.status !== 200) return { status: stream.status, text: await stream.text() };
        await stream.body?.cancel();
      }
    },
  );
  expect(await subscriber.closed).toMatchObject({
    code: 1013,
    reason: expect.stringContaining('Too much is asked'),
  });
  expect(subscriber.messages.filter(({ type }) => type === 'error')).toEqual([]);
  // A stream of events that would end with `complete` says that it is over, and its client comes no more.
  expect(refused).toEqual({ status: 503, text: expect.stringContaining('Too much is asked') });
});

function openStream(key: string): Promise<Response> {
  return fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify({ query: ALERTS }),
  });
}

function nameOf(key: string): string {
  const token = parseToken('KEY', key);
  if (!token) throw new Error('A key was expected.');
  return requestsOf(token);
}
