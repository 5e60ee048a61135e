import { TooLongForNow } from '../../../src/errors.js';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { CostLimit } from '../../../src/http/bounds/cost-limit.js';
import { ReadingTurns } from '../../../src/http/bounds/reading-turns.js';
import { payForParsing, restBehind } from '../../../src/http/documents/parsing-cost.js';
import { toId } from '../../../src/schema/ids.js';
import { Api, type Json } from '../../support/api.js';
import { busy } from '../../support/busy.js';
import { RawSocket } from '../../support/raw-socket.js';

/** Where nothing is answered without a key, so that it is known who sends a text before it is read. */
let api: Api;
beforeAll(async () => {
  api = await Api.start({ NODE_ENV: 'production' });
});
afterAll(() => api.close());

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { code } } }`;
/** Refused for what is in it, and dear to read. */
const DEAR = `{ ${'...{nothing{at}}'.repeat(1_600)} }`;

it('long texts that are refused are paid for, and keep nobody else waiting', async () => {
  const agency = await api.seed();
  const input = { name: 'client', role: 'CLIENT', clientAccountId: toId('client', agency.clientAccount.id) };
  const { createApiKey } = await api.data(agency.key, CREATE, { input });
  const key: string = createApiKey.secret;
  const send = async (query: string, as = key) => {
    const answer = await api.ask(as, query);
    return [answer.status, answer.errors?.[0].extensions.code];
  };
  let read = 0;
  while (read < 20 && (await send(DEAR))[0] === 400) read += 1;
  expect(read).toBeLessThan(12);
  expect(await send(DEAR)).toEqual([429, 'THROTTLED']);
  const asked = await api.post({ query: DEAR }, { authorization: `Bearer ${key}` });
  expect(asked.errors[0].extensions.retryAfterMs).toBeGreaterThan(1_000);
  const socket = await RawSocket.begin(api.url, key);
  socket.subscribe('dear', DEAR);
  await socket.until(() => socket.of('dear').length > 0);
  expect(socket.of('dear')[0].payload[0].extensions.code).toBe('THROTTLED');
  socket.end();
  // What is short is read for nothing, whatever else it costs.
  expect(await send('{ viewer { role } }')).toEqual([200, undefined]);
  expect(await send(DEAR, agency.key)).toEqual([400, 'BAD_USER_INPUT']);
});

it('a long text that is not paid for is told as that: whoever is to see whether it is a subscription reads none of it', async () => {
  const limit = new CostLimit(new MemoryBuckets(() => 0));
  const pay = () => payForParsing(limit, { agencyId: 'a', role: 'ANALYST' }, DEAR);
  for (let read = 0; read < 11; read += 1) await pay().catch(() => undefined);
  await expect(pay()).rejects.toBeInstanceOf(TooLongForNow);
});

it('long texts of an agency are read one at a time, with the process left to others in between', async () => {
  const turns = new ReadingTurns();
  const begun: string[] = [];
  const take = (name: string, agencyId: string) =>
    turns.take({ agencyId, role: 'OWNER' }, restBehind(40_000)).then(() => begun.push(name));
  const from = performance.now();
  const all = Promise.all([take('a1', 'a'), take('a2', 'a'), take('b1', 'b')]);
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1', 'b1']);
  await all;
  // 40,000 are read in 25 ms.
  expect(performance.now() - from).toBeGreaterThan(90);
});

it('short texts that aren’t kept are read one at a time of an agency, for a few milliseconds in each turn of the process', async () => {
  const turns = new ReadingTurns();
  const begun: string[] = [];
  const take = (name: string, agencyId: string) =>
    turns.take({ agencyId, role: 'OWNER' }, 0).then(() => {
      busy(1);
      begun.push(name);
    });
  const all = Promise.all([
    ...Array.from({ length: 50 }, (_, index) => take(`a${index}`, 'a')),
    take('b', 'b'),
  ]);
  await new Promise(setImmediate);
  expect(begun.slice(0, 2)).toEqual(['a0', 'b']);
  expect(begun.length).toBeLessThan(15);
  await all;
  expect(begun).toHaveLength(51);
});

it('what takes some steps to be read has been read before the next of its agency is begun with', async () => {
  const turns = new ReadingTurns();
  const done: string[] = [];
  const take = async (name: string): Promise<void> => {
    await turns.take({ agencyId: 'a', role: 'OWNER' });
    done.push(`${name} begun`);
    for (let step = 0; step < 30; step += 1) await Promise.resolve();
    busy(1);
    done.push(`${name} read`);
  };
  await take('first');
  // As what came in over a connection is: within a tick of the process, and while its turn lasts.
  await new Promise<void>((resolve, reject) => {
    process.nextTick(() => void Promise.all([take('second'), take('third')]).then(() => resolve(), reject));
  });
  expect(done).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begun`, `${name} read`]));
});

it.each(['\n', '\r', '#\r\n'])('a text of very many lines is not read: %j', async (line) => {
  const { key } = await api.seed();
  for (const query of [`{ viewer { role } } ${line.repeat(200_000)}`, `{ a(b: """${line.repeat(200_000)}`]) {
    const { status, errors } = await api.ask(key, query);
    expect([status, errors[0].message]).toEqual([400, 'The operation has more than 2000 lines.']);
  }
  expect((await api.ask(key, `{ viewer { role } } ${line.repeat(1_999)}`)).status).toBe(200);
});

it('a text that holds long words is not long', async () => {
  const { key } = await api.seed();
  const left = async (query: string): Promise<number> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    const { extensions }: Json = await response.json();
    return extensions.cost.budget.remaining;
  };
  const before = await left('{ viewer { role } }');
  expect(before - (await left(`{ viewer { role } } # ${'x '.repeat(50_000)}`))).toBeLessThan(10);
});

describe('where an answer needs no key', () => {
  let open: Api;
  beforeAll(async () => {
    open = await Api.start();
  });
  afterAll(() => open.close());

  it('long texts are paid for by whoever shows a key, and by all others together', async () => {
    const { key } = await open.seed();
    const statusOf = async (as: string | null) => (await open.ask(as, DEAR)).status;
    let read = 0;
    while (read < 20 && (await statusOf(null)) === 400) read += 1;
    expect(read).toBeLessThan(12);
    expect(await statusOf(null)).toBe(429);
    expect(await open.code(null, '{ nothing }')).toBe('BAD_USER_INPUT');
    expect(await statusOf(key)).toBe(400);
    expect(await open.code(`${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}`, DEAR)).toBe(
      'UNAUTHENTICATED',
    );
  });
});

describe('documents that are registered', () => {
  const REGISTER = `mutation ($documents: [String!]!) {
    registerDocuments(input: { documents: $documents }) { userErrors { code } }
  }`;
  const budgetOf = async (key: string, documents: readonly string[], query = REGISTER): Promise<Json> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables: { documents } }),
    });
    const { errors, extensions }: Json = await response.json();
    return { ...extensions.cost.budget, code: errors?.[0].extensions.code };
  };

  it('are paid for as they are read, each as often as it is asked for', async () => {
    const { key } = await api.seed();
    const { remaining: before } = await budgetOf(key, ['{ viewer { role } }']);
    const once = before - (await budgetOf(key, [DEAR])).remaining;
    expect(once).toBeGreaterThan(200_000);
    const four = REGISTER.replace(/registerDocuments.*\}$/m, (field) =>
      ['a', 'b', 'c', 'd'].map((name) => `${name}: ${field}`).join(' '),
    );
    const from = performance.now();
    const left = await budgetOf(key, [DEAR]);
    const { remaining } = await budgetOf(key, [DEAR], four);
    // As much as that may have come back meanwhile: they are read one after the other.
    const restored = ((performance.now() - from) / 1_000) * left.restoredPerSecond;
    expect(left.remaining - remaining + restored).toBeGreaterThan(once * 3);
    let refused = 0;
    for (let time = 0; time < 20 && refused === 0; time += 1) {
      refused += (await budgetOf(key, Array<string>(10).fill(DEAR))).code === 'THROTTLED' ? 1 : 0;
    }
    expect(refused).toBe(1);
  });
});
