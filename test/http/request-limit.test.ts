import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { failureOfRequest } from '../../src/http/failures.js';
import { limitRequests, RequestLimit } from '../../src/http/request-limit.js';
import { mintKey } from '../../src/tenancy/api-key.js';

describe('RequestLimit', () => {
  it('lets a burst in, then as many as it fills up with, each key by itself', () => {
    const limit = new RequestLimit(3, 2);
    const left = [0, 0, 0, 0].map((at) => limit.take('one', at));
    expect(left.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    expect(left.map(({ retryAfterMs }) => retryAfterMs)).toEqual([0, 0, 0, 500]);
    expect(limit.take('one', 250).retryAfterMs).toBe(250);
    expect(limit.take('one', 500).retryAfterMs).toBe(0);
    expect(limit.take('other', 0)).toMatchObject({ remaining: 2, retryAfterMs: 0 });
  });

  it('fills up to the burst and no further', () => {
    const limit = new RequestLimit(3, 2);
    limit.take('one', 0);
    expect(limit.take('one', 3_600_000)).toEqual({ remaining: 2, resetMs: 500, retryAfterMs: 0 });
  });
});

it('answers 429, THROTTLED, with what is left in the headers, to the key that asks too much alone', async () => {
  const server = fastify();
  limitRequests(server, new RequestLimit(1, 0.01));
  server.setErrorHandler((error, _request, reply) => {
    const { failure, status } = failureOfRequest(error);
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
