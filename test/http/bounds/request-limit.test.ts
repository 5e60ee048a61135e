import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { MemoryBuckets } from '../../../src/http/bounds/buckets.js';
import { failureOfRequest } from '../../../src/http/failures.js';
import { limitRequests, RequestLimit } from '../../../src/http/bounds/request-limit.js';
import { mintKey } from '../../../src/tenancy/api-key.js';

it('is of each key by itself, and told with what is left', async () => {
  const token = (id: string) => ({ id, secretSha256: Buffer.from('secret') });
  const limit = new RequestLimit(new MemoryBuckets(() => 0), { atOnce: 1, aSecond: 2 });
  expect(await limit.take(token('one'))).toEqual({ remaining: 0, resetMs: 500, retryAfterMs: 0 });
  expect(await limit.take(token('one'))).toMatchObject({ retryAfterMs: 500 });
  expect(await limit.take(token('other'))).toMatchObject({ retryAfterMs: 0 });
});

it('answers 429, THROTTLED, with what is left in the headers, to the key that asks too much alone', async () => {
  const server = fastify();
  limitRequests(server, new RequestLimit(new MemoryBuckets(), { atOnce: 1, aSecond: 0.01 }));
  server.setErrorHandler((error, request, reply) => {
    const { failure, status } = failureOfRequest(error, request);
    return reply.code(status).send({ code: failure.code, retryAfterMs: failure.retryAfterMs });
  });
  server.get('/', async () => 'ok');
  const { key } = mintKey(randomUUID(), randomUUID());
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const ask = (authorization?: string) =>
    fetch(url, { headers: authorization === undefined ? {} : { authorization } });
  const [first, second] = [await ask(`Bearer ${key}`), await ask(`Bearer ${key}`)];
  expect([first.status, second.status]).toEqual([200, 429]);
  expect(first.headers.get('ratelimit-limit')).toBe('1');
  expect(first.headers.get('ratelimit-remaining')).toBe('0');
  expect(await second.json()).toMatchObject({ code: 'THROTTLED', retryAfterMs: expect.any(Number) });
  expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await ask()).status).toBe(200);
  expect((await ask(`Bearer ${mintKey(randomUUID(), randomUUID()).key}`)).status).toBe(200);
  await server.close();
});
