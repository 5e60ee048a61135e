import { Api } from '../support/api.js';

/** Heads, and forms, that are dear to read, of somebody without a key. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const BODY = JSON.stringify({ query: '{ __typename }' });
const JSON_TYPE = 'application/json; charset=utf-8';

async function ask(headers: Record<string, string>): Promise<[number, string]> {
  const given = { 'content-type': JSON_TYPE, ...headers };
  const answer = await fetch(`${api.url}/graphql`, { method: 'POST', headers: given, body: BODY });
  return [answer.status, await answer.text()];
}

it.each([
  ['content-type', `application/json;${' '.repeat(10_000)}x`, 200],
  ['accept', `application/json${',*/*'.repeat(3_000)}`, 1_000],
])('a header %s that is longer than any is refused before anything reads it', async (name, text, most) => {
  expect(await ask({ [name]: text })).toEqual([
    431,
    `{"error":"BAD_USER_INPUT","message":"The header ${name} is longer than ${most} characters."}`,
  ]);
  expect(await ask({ accept: `application/json${',*/*'.repeat(200)}` })).toEqual([
    200,
    expect.stringContaining('"__typename":"Query"'),
  ]);
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

it.each([
  ['/approval/nothing', 'POST', 400],
  ['/holder/nothing', 'POST', 400],
  ['/auth/openid/callback/agency_nothing', 'GET', 404],
])('a form, or a query, of very many fields is not taken apart: %s', async (path, method, expected) => {
  const fields = '%ff&'.repeat(200);
  const answer =
    method === 'GET'
      ? await fetch(`${api.url}${path}?${fields}`)
      : await fetch(`${api.url}${path}`, {
          ...{ method, body: fields },
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        });
  expect(answer.status).toBe(expected);
});
