import { Api } from '../support/api.js';

/** What is wrong with a body is told in words that whoever sent it can go by, at `/auth` and at `/graphql` alike. */
let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const session = (message: string, body: string, status = 400) =>
  [message, '/auth/session', body, status] as const;
const graphql = (message: string, body: string) => [message, '/graphql', body, 400] as const;

it.each([
  session('The body has no “password”.', '{"email":"a@b.example"}'),
  session('“email” has to be a text.', '{"email":7,"password":"x"}'),
  session('“email” is empty.', '{"email":"","password":"x"}'),
  session('“email” has 512 characters at most.', `{"email":"${'x'.repeat(600)}","password":"x"}`),
  session(
    'The body has a field that this address does not take.',
    '{"email":"a@b.example","password":"x","m":1}',
  ),
  session('The body has to be a JSON object.', '[]'),
  session('The body is no valid JSON.', '{"email"'),
  session('There is no body: send one, or leave out Content-Type.', ''),
  session('The body is too large for this address.', `{"email":"${'x'.repeat(20_000)}"}`, 413),
  graphql('“query” has to be a text.', '{"query":7}'),
  graphql('“query” is empty.', '{"query":""}'),
  graphql('“variables” has to be a JSON object or null.', '{"query":"{a}","variables":7}'),
  graphql('The body has to be a JSON object.', '[]'),
  graphql('The body is no valid JSON.', '{"query"'),
])('%s (%s)', async (message, path, body, status) => {
  const headers = { 'content-type': 'application/json', 'x-headroom-request': '1' };
  const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body });
  const answer = JSON.parse(await response.text());
  expect([response.status, answer.message ?? answer.errors[0].message]).toEqual([status, message]);
});

it.each([
  ['/auth/session', 'as `application/x-www-form-urlencoded`', 'application/x-www-form-urlencoded'],
  ['/graphql', 'as `text/plain`', 'text/plain'],
  ['/auth/session', 'without that header', null],
  ['/graphql', 'without that header', null],
])('what a body of %s came %s, and what is wanted', async (path, came, type) => {
  const headers = { 'x-headroom-request': '1', ...(type !== null && { 'content-type': type }) };
  // As bytes: fetch names a type for a text.
  const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body: Buffer.from('{}') });
  const answer = JSON.parse(await response.text());
  expect([response.status, answer.message ?? answer.errors[0].message]).toEqual([
    415,
    `A body is sent here with \`Content-Type: application/json\`; this one came ${came}.`,
  ]);
});

it.each([
  ['{"email":"a@b.example"}', 'password'],
  ['{"email":7,"password":"x"}', 'email'],
  ['[]', undefined],
  ['{"email"', undefined],
])('the field of %s that is at fault: %s', async (body, field) => {
  const headers = { 'content-type': 'application/json', 'x-headroom-request': '1' };
  const response = await fetch(`${api.url}/auth/session`, { method: 'POST', headers, body });
  const answer = JSON.parse(await response.text());
  expect([answer.error, answer.field]).toEqual(['BAD_USER_INPUT', field]);
});
