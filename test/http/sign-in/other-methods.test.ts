import { Api } from '../../support/api.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

it.each([
  ['PUT', '/auth/session', 'DELETE, GET, HEAD, POST'],
  ['OPTIONS', '/auth/sessions?all', 'DELETE, GET, HEAD'],
  ['GET', '/auth/second-factor/confirm', 'POST'],
  ['POST', '/auth/oidc/callback/agency_x', 'GET, HEAD'],
])('%s of %s is told what the address takes: %s', async (method, path, allow) => {
  // Of a type that nothing here reads.
  const sent = method === 'GET' ? {} : { body: '<a/>', headers: { 'content-type': 'application/xml' } };
  const response = await fetch(api.url + path, { method, ...sent });
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  expect(await response.json()).toEqual({
    error: 'BAD_USER_INPUT',
    message: `There is no ${method} at this address: it takes ${allow}.`,
  });
});

it('an address that there is not is that for every method', async () => {
  expect((await fetch(`${api.url}/auth/nothing`, { method: 'PUT' })).status).toBe(404);
});
