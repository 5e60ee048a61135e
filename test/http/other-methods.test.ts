import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Api } from '../support/api.js';

/** The addresses that the server has, as its routes write them. */
const addresses = new Set<string>();
let api: Api;
beforeAll(async () => {
  const note = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ url }) => void addresses.add(url));
  };
  subscribe('fastify.initialization', note);
  api = await Api.start();
  unsubscribe('fastify.initialization', note);
});
afterAll(() => api.close());

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

it('each address takes a method, or says which it takes', async () => {
  const told = [...addresses].map(async (address) => {
    const path = address.replace(/:\w+/, 'nothing');
    const answers = await Promise.all(
      METHODS.map((method) => fetch(api.url + path, { method, redirect: 'manual' })),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    const others = answers.filter(({ status }) => status === 405);
    return {
      address,
      isThere: !texts.some((text) => text.includes('There is nothing at this address.')),
      takes: METHODS.filter((_, index) => answers[index]!.status !== 405).join(', '),
      says: [...new Set(others.map(({ headers }) => headers.get('allow')))],
    };
  });
  const all = await Promise.all(told);
  expect(all.length).toBeGreaterThan(30);
  expect(
    all.filter(({ isThere, takes, says }) => !isThere || String(says) !== takes || says.length !== 1),
  ).toEqual([]);
});

it.each([
  ['GET', '/graphql/stream', 'POST'],
  ['PUT', '/imports/linkedin-export', 'POST'],
  ['PATCH', '/holder/nothing', 'GET, HEAD, POST'],
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

it.each(['/graphql', '/graphql/stream', '/inbound/nothing'])('TRACE of %s is one of them', async (path) => {
  const [response] = (await once(request(api.url + path, { method: 'TRACE' }).end(), 'response')) as [
    IncomingMessage,
  ];
  response.resume();
  expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
});

it('an address that there is not is that for every method', async () => {
  for (const method of METHODS) {
    expect((await fetch(`${api.url}/auth/nothing`, { method })).status).toBe(404);
  }
});
