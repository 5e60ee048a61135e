import { RedisBuckets } from '../../../src/http/bounds/redis-buckets.js';
import { RequestLimit, requestsOf } from '../../../src/http/bounds/request-limit.js';
import { parseToken } from '../../../src/tenancy/token.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ownDatabase, query, superuserUrl, type TestDatabase } from '../../support/database.js';
import { standInRedis, type TestRedis } from '../../support/redis.js';

/** One agency has used up what it may ask for; what is another agency's is as it was. */
const AT_ONCE = 20;
const ASK = { query: '{ seats(first: 5) { nodes { id name: holderName } } }' };

let database: TestDatabase;
let api: Api;
let redis: TestRedis;
let elsewhere: RedisBuckets;
let busy: SeededAgency;
let calm: SeededAgency;

beforeAll(async () => {
  database = await ownDatabase();
  redis = await standInRedis();
  elsewhere = await RedisBuckets.open(redis.url, () => undefined);
  api = await Api.start({ REDIS_URL: redis.url }, database);
  busy = await api.seed();
  calm = await api.seed();
});
afterAll(async () => {
  await api.close();
  await elsewhere.close();
  await redis.stop();
});

const as = ({ key }: SeededAgency) => ({ authorization: `Bearer ${key}` });

/** Uses up at once what the busy agency's key may ask for, in the books of another process. */
async function useUp(): Promise<void> {
  const token = parseToken('KEY', busy.key);
  if (!token) throw new Error('A key was expected.');
  const { budget } = new RequestLimit(elsewhere);
  for (let rest: number = budget.atOnce; rest > 0;) {
    const name = requestsOf(token);
    const { remaining } = await elsewhere.take(name, rest, budget);
    rest = remaining;
  }
}

/** The busy agency goes on asking until it is told to end. Answers how it was answered. */
function flood(): { end(): Promise<number[]> } {
  let isOver = false;
  const statuses: number[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) statuses.push((await api.post(ASK, as(busy))).status);
  };
  const callers = Promise.all(Array.from({ length: AT_ONCE }, caller));
  return {
    end: async () => {
      isOver = true;
      await callers;
      return statuses;
    },
  };
}

it('an agency at its limit is refused, and another is answered each time, its own limits untouched', async () => {
  await useUp();
  const flooding = flood();
  const answers = [];
  for (let asked = 0; asked < 40; asked += 1) answers.push(await api.post(ASK, as(calm)));
  const statuses = await flooding.end();
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(100);
  expect(answers.map(({ status, errors }) => [status, errors])).toEqual(answers.map(() => [200, undefined]));
  const left = answers.map(({ headers }) => Number(headers.get('ratelimit-remaining')));
  expect(Math.min(...left)).toBeGreaterThanOrEqual(5_000 - 41);
});

it('what is refused costs no connection: it is refused in the same words where no database is to be had', async () => {
  const { pathname } = new URL(database.appUrl);
  const admin = (await superuserUrl(database.appUrl)).replace(pathname, '/postgres');
  const name = pathname.slice(1);
  await query(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await query(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  try {
    await useUp();
    const refused = await Promise.all(Array.from({ length: AT_ONCE }, () => api.post(ASK, as(busy))));
    const throttled = refused.filter(({ status }) => status === 429);
    expect(throttled.length).toBeGreaterThan(0);
    for (const { errors } of throttled) expect(errors[0].extensions.code).toBe('THROTTLED');
    // Whoever is not refused finds out that there is none.
    expect((await api.post(ASK, as(calm))).status).toBeGreaterThanOrEqual(500);
  } finally {
    await query(admin, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  }
});
