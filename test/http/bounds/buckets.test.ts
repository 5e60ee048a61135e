import { pino } from 'pino';
import { openApiLimits } from '../../../src/http/bounds/api-limits.js';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { RedisBuckets } from '../../../src/http/bounds/redis-buckets.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { hasRedisServer, realRedis, standInRedis, type TestRedis } from '../../support/redis.js';

describe('MemoryBuckets', () => {
  it('lets a burst in, then as much as it fills up with, each name by itself', async () => {
    let now = 0;
    const buckets = new MemoryBuckets(() => now);
    const take = (amount: number, name = 'one') => buckets.take(name, amount, { atOnce: 100, aSecond: 10 });
    expect(await take(70)).toEqual({ remaining: 30, resetMs: 7_000, retryAfterMs: 0 });
    expect(await take(40)).toEqual({ remaining: 30, resetMs: 7_000, retryAfterMs: 1_000 });
    now = 999;
    expect(await take(40)).toMatchObject({ retryAfterMs: 1 });
    now = 1_000;
    expect(await take(40)).toMatchObject({ remaining: 0, retryAfterMs: 0 });
    expect(await take(100, 'other')).toMatchObject({ retryAfterMs: 0 });
  });

  it('fills up to the burst and no further', async () => {
    let now = 0;
    const buckets = new MemoryBuckets(() => now);
    const take = () => buckets.take('one', 1, { atOnce: 3, aSecond: 2 });
    await take();
    now = 3_600_000;
    expect(await take()).toEqual({ remaining: 2, resetMs: 500, retryAfterMs: 0 });
  });

  it('is remembered of as many as a process can bear', async () => {
    const buckets = new MemoryBuckets(() => 0);
    const take = (name: string) => buckets.take(name, 1, { atOnce: 1, aSecond: 1 });
    await take('one');
    for (let index = 0; index < 20_000; index += 1) await take(String(index));
    expect((await take('one')).retryAfterMs).toBe(0);
  });
});

it('budgets of cost are not forgotten for thousands of keys that are none', async () => {
  const limits = await openApiLimits({ apiLimits: true, redisUrl: null }, pino({ level: 'silent' }));
  const caller = { agencyId: 'agency', role: 'CLIENT' } as const;
  await limits.costLimit?.take(caller, 2_000_000);
  const secretSha256 = Buffer.alloc(32);
  for (let index = 0; index < 20_001; index += 1)
    await limits.requestLimit?.take({ id: String(index), secretSha256 });
  expect((await limits.costLimit?.take(caller, 2_000_000))?.retryAfterMs).toBeGreaterThan(0);
  await limits.close();
});

/** How long a request waits for Redis. */
const ANSWER_MS_MAX = 250;

/** The stand-in is asked always, the real one wherever it is installed. */
const SERVERS = hasRedisServer() ? { standInRedis, realRedis } : { standInRedis };

describe.each(Object.entries(SERVERS))('limits in Redis, %s', (_, serve) => {
  const BUDGET = { atOnce: 100, aSecond: 1 };
  let redis: TestRedis;
  let opened: RedisBuckets[];
  let told: unknown[];

  beforeEach(async () => {
    redis = await serve();
    [opened, told] = [[], []];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const buckets of opened) await buckets.close();
    await redis.stop();
  });

  /** Has Redis take its time, as on a busy machine it may: that it is not waited for then is another test's. */
  function waitForRedis(): void {
    const begin = globalThis.setTimeout;
    const patient = (work: (...told: unknown[]) => void, ms?: number, ...told: unknown[]) =>
      begin(work, ms === ANSWER_MS_MAX ? 30_000 : ms, ...told);
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(patient as typeof setTimeout);
  }

  /** A process with a connection of its own. */
  async function process(): Promise<RedisBuckets> {
    const buckets = await RedisBuckets.open(redis.url, (error) => told.push(error));
    opened.push(buckets);
    return buckets;
  }

  /** Asks under a name that nothing else counts, until the answer is of Redis: it alone knows when a window ends. */
  async function connected(buckets: RedisBuckets): Promise<void> {
    const name = `look ${opened.length}`;
    for (let tries = 0; tries < 400; tries += 1) {
      const { resetMs } = await buckets.take(name, 0, { atOnce: 7, aSecond: 7 / 300 });
      if (resetMs > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('Redis was not found.');
  }

  it('are counted together by all processes, and what does not fit takes nothing', async () => {
    waitForRedis();
    const [one, other] = [await process(), await process()];
    expect(await one.take('a', 70, BUDGET)).toMatchObject({ remaining: 30, retryAfterMs: 0 });
    expect(await other.take('a', 40, BUDGET)).toMatchObject({
      remaining: 30,
      retryAfterMs: expect.any(Number),
    });
    expect((await other.take('a', 40, BUDGET)).retryAfterMs).toBeGreaterThan(90_000);
    expect(await other.take('a', 30, BUDGET)).toMatchObject({ remaining: 0, retryAfterMs: 0 });
    expect((await one.take('a', 1, BUDGET)).retryAfterMs).toBeGreaterThan(0);
    expect((await one.take('b', 100, BUDGET)).retryAfterMs).toBe(0);
  });

  it('count whole ones, and take a part of one for no loss of Redis', async () => {
    waitForRedis();
    const [one, other] = [await process(), await process()];
    expect(await one.take('part', 1.5, BUDGET)).toMatchObject({ remaining: 98, retryAfterMs: 0 });
    expect(await other.take('part', 0, BUDGET)).toMatchObject({ remaining: 98 });
    expect(told).toEqual([]);
  });

  it('are given back to what was taken in the same window, and to nothing else', async () => {
    waitForRedis();
    const buckets = await process();
    await buckets.take('a', 70, BUDGET);
    expect(await buckets.take('a', -30, BUDGET)).toMatchObject({ remaining: 60, retryAfterMs: 0 });
    expect(await buckets.take('a', -90, BUDGET)).toMatchObject({ remaining: 100, retryAfterMs: 0 });
    expect(await buckets.take('b', -90, BUDGET)).toMatchObject({ remaining: 100, retryAfterMs: 0 });
  });

  it('what does not fit keeps nobody out who does, however much of it is asked for at once', async () => {
    waitForRedis();
    const [one, other] = [await process(), await process()];
    await one.take('a', 50, BUDGET);
    const asked = Array.from({ length: 40 }, (_, index) =>
      index % 4 === 0 ? other.take('a', 1, BUDGET) : one.take('a', 60, BUDGET),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ retryAfterMs }) => retryAfterMs === 0)).toEqual(
      Array.from({ length: 40 }, (_, index) => index % 4 === 0),
    );
    expect((await one.take('a', 41, BUDGET)).retryAfterMs).toBeGreaterThan(0);
    expect((await one.take('a', 40, BUDGET)).retryAfterMs).toBe(0);
  });

  it('what is refused at the end of a window is no credit in the next one', async () => {
    const buckets = await process();
    const quick = { atOnce: 10, aSecond: 10 };
    await buckets.take('a', 10, quick);
    const until = performance.now() + 3_000;
    let most = 0;
    while (performance.now() < until) {
      const answers = await Promise.all([10, 10, 1].map((amount) => buckets.take('a', amount, quick)));
      most = Math.max(most, ...answers.map(({ remaining }) => remaining));
    }
    expect(most).toBeLessThanOrEqual(10);
  });

  it('are counted by each budget alone while Redis is down: none is forgotten for names of another', async () => {
    const buckets = await process();
    await redis.stop();
    const cost = { atOnce: 50, aSecond: 1 };
    await buckets.take('a', 50, cost);
    for (let index = 0; index < 20_001; index += 1) await buckets.take(`none ${index}`, 1, BUDGET);
    expect((await buckets.take('a', 50, cost)).retryAfterMs).toBeGreaterThan(0);
  });

  it('are counted on where it was this process that was too busy to read the answer', async () => {
    const buckets = await process();
    await connected(buckets);
    const taking = buckets.take('a', 100, BUDGET);
    await new Promise((resolve) => setImmediate(resolve));
    for (const until = performance.now() + 600; performance.now() < until;);
    expect(await taking).toMatchObject({ remaining: 0, retryAfterMs: 0 });
    expect((await buckets.take('a', 1, BUDGET)).retryAfterMs).toBeGreaterThan(0);
    expect(told).toEqual([]);
  });

  it('are let in again when the window ends', async () => {
    const buckets = await process();
    const quick = { atOnce: 1, aSecond: 1 };
    let retryAfterMs: number;
    // Where a window ends in between the next one is used up.
    do ({ retryAfterMs } = await buckets.take('a', 1, quick));
    while (retryAfterMs === 0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 50));
    expect((await buckets.take('a', 1, quick)).retryAfterMs).toBe(0);
  });

  it('are counted by the process alone while Redis is down, which is told once; and there again when it is back', async () => {
    const buckets = await process();
    await buckets.take('a', 100, BUDGET);
    told.length = 0;
    await redis.stop();
    const alone = [await buckets.take('a', 60, BUDGET), await buckets.take('a', 60, BUDGET)];
    expect(alone.map(({ retryAfterMs }) => retryAfterMs > 0)).toEqual([false, true]);
    await redis.start();
    await connected(buckets);
    expect(await buckets.take('a', 100, BUDGET)).toMatchObject({ remaining: 0, retryAfterMs: 0 });
    expect(told).toEqual([expect.any(Error), null]);
  });

  it('are no longer waited for once Redis has taken too long', async () => {
    const buckets = await process();
    redis.freeze();
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const waits = (): number => timers.mock.calls.filter(([, ms]) => ms === ANSWER_MS_MAX).length;
    const asked = Array.from({ length: 20 }, () => buckets.take('a', 1, BUDGET));
    // All at once, and not one after the other.
    expect(waits()).toBe(20);
    const answers = await Promise.all(asked);
    expect((await buckets.take('a', 1, BUDGET)).retryAfterMs).toBe(0);
    expect(waits()).toBe(20);
    timers.mockRestore();
    expect(answers.every(({ retryAfterMs }) => retryAfterMs === 0)).toBe(true);
    expect(told.at(-1)).toBeInstanceOf(Error);
  });
});

describe('the server', () => {
  let redis: TestRedis;
  let servers: Api[];
  let agency: SeededAgency;

  beforeAll(async () => {
    redis = await standInRedis();
    servers = [await Api.start({ REDIS_URL: redis.url }), await Api.start({ REDIS_URL: redis.url })];
    agency = await one().seed();
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await redis.stop();
  });

  const at = (index: number): Api => {
    const server = servers[index];
    if (!server) throw new Error('There are two servers.');
    return server;
  };
  const one = (): Api => at(0);
  const leftAt = async (server: Api): Promise<{ requests: number }> => {
    const { headers, errors } = await server.ask(agency.key, '{ viewer { role } }');
    expect(errors).toBeUndefined();
    return { requests: Number(headers.get('ratelimit-remaining')) };
  };

  it('counts requests with the other one, and answers without Redis too', async () => {
    const [first, second] = [await leftAt(at(0)), await leftAt(at(1))];
    expect(second.requests).toBe(first.requests - 1);
    await redis.stop();
    const alone = [await leftAt(at(0)), await leftAt(at(1))];
    expect(alone.map(({ requests }) => requests)).toEqual([first.requests, first.requests]);
  });

  it('starts where Redis is down, too', async () => {
    const alone = await Api.start({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await alone.ask(agency.key, '{ viewer { role } }')).errors).toBeUndefined();
    await alone.close();
  });
});
