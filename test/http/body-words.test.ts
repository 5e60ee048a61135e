import { Api } from '../support/api.js';

/** What is wrong with a body is told in words that whoever sent it can go by, at `/auth` and at `/graphql` alike. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const JSON_TYPE = 'application/json';
const LONG = 'x'.repeat(600);

it.each([
  ['/auth/session', '{"email":"a@b.example"}', JSON_TYPE, 400, 'The body has no “password”.'],
  ['/auth/session', '{"email":7,"password":"x"}', JSON_TYPE, 400, '“email” has to be a text.'],
  ['/auth/session', '{"email":"","password":"x"}', JSON_TYPE, 400, '“email” is empty.'],
  [
    ...['/auth/session', `{"email":"${LONG}","password":"x"}`, JSON_TYPE, 400],
    '“email” has 512 characters at most.',
  ],
  [
    ...['/auth/password/ask', '{"email":"a@b.example","mail":1}', JSON_TYPE, 400],
    'The body has a field that this address does not take.',
  ],
  ['/auth/session', '[]', JSON_TYPE, 400, 'The body has to be a JSON object.'],
  ['/auth/session', '{"email"', JSON_TYPE, 400, 'The body is no valid JSON.'],
  ['/auth/session', '', JSON_TYPE, 400, 'There is no body: send one, or leave out Content-Type.'],
  [
    ...['/auth/session', '<a/>', 'application/xml', 415],
    'A body with this Content-Type is not taken at this address.',
  ],
  [
    ...['/auth/session', `{"email":"${'x'.repeat(20_000)}"}`, JSON_TYPE, 413],
    'The body is too large for this address.',
  ],
  ['/graphql', '{"query":7}', JSON_TYPE, 400, '“query” has to be a text.'],
  ['/graphql', '{"query":""}', JSON_TYPE, 400, '“query” is empty.'],
  [
    '/graphql',
    '{"query":"{a}","variables":7}',
    JSON_TYPE,
    400,
    '“variables” has to be a JSON object or null.',
  ],
  ['/graphql', '[]', JSON_TYPE, 400, 'The body has to be a JSON object.'],
  ['/graphql', '{"query"', JSON_TYPE, 400, 'The body is no valid JSON.'],
] as const)('%s: %.40s as %s is %d: %s', async (path, body, type, status, message) => {
  const headers = { 'content-type': type, 'x-headroom-request': '1' };
  const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body });
  const answer = JSON.parse(await response.text());
  expect([response.status, answer.message ?? answer.errors[0].message]).toEqual([status, message]);
});
