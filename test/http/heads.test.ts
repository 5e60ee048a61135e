import { Api } from '../support/api.js';

/** Heads of a request that are dear to read, of somebody without a key. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it('a content type that is longer than any is refused before anything reads it', async () => {
  const headers = { 'content-type': `application/json;${' '.repeat(10_000)}x` };
  const ask = () =>
    fetch(`${api.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
  const answer = await ask();
  const { errors } = (await answer.json()) as { errors: { message: string }[] };
  expect([answer.status, errors[0]?.message]).toEqual([
    400,
    'The header Content-Type is longer than any type.',
  ]);
  headers['content-type'] = 'application/json; charset=utf-8';
  expect((await ask()).status).toBe(200);
});

it.each(['GET /health/live', 'GET /nothing', 'DELETE /auth/session'])(
  'of %s no cookie is decoded, ours neither',
  async (request) => {
    const [method = '', path = ''] = request.split(' ');
    const decode = jest.spyOn(globalThis, 'decodeURIComponent');
    try {
      const cookie = Array.from({ length: 1_000 }, (_, index) => `${index}=%`).join(';');
      await fetch(`${api.url}${path}`, { method, headers: { cookie } });
      expect(decode.mock.calls.filter(([text]) => text === '%')).toEqual([]);
    } finally {
      decode.mockRestore();
    }
  },
);
