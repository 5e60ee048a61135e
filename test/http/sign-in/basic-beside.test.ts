import { randomUUID } from 'node:crypto';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ask, member, OWN, withCookie } from '../../support/members.js';

/** What a browser sends unasked to all of a server where somebody opened its Playground by a name and a password. */
const basic = (key: string, scheme = 'Basic') => ({
  authorization: `${scheme} ${Buffer.from(`any:${key}`).toString('base64')}`,
});
const WHO = '{ viewer { role } }';
const address = () => `${randomUUID()}@example.com`;

let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_API_LIMITS: 'off' });
  agency = await api.seed();
});
afterAll(() => api.close());

it.each(['Basic', 'basic'])('a session is one with a %s header beside it', async (scheme) => {
  const person = await member(api, agency, address(), 'ANALYST');
  const sent = withCookie(person.cookie, { ...basic(agency.key, scheme), ...OWN });
  const { status, data } = await api.post({ query: WHO }, sent);
  // By the session, and not by the key of an OWNER that the header holds.
  expect([status, data?.viewer.role]).toEqual([200, 'ANALYST']);
  expect((await ask(api, 'GET', '/auth/session', undefined, sent)).status).toBe(200);
  expect((await ask(api, 'GET', '/auth/sessions', undefined, sent)).status).toBe(200);
  const zip = { ...sent, 'content-type': 'application/zip', 'x-headroom-import': '1' };
  expect((await ask(api, 'POST', '/imports/linkedin-export?seatId=seat_x', undefined, zip)).status).not.toBe(
    401,
  );
  expect((await ask(api, 'DELETE', '/auth/sessions', undefined, sent)).status).toBe(204);
  expect((await api.post({ query: WHO }, sent)).status).toBe(401);
});

it.each([
  [{ origin: 'https://evil.example' }],
  [{ origin: 'https://evil.example', ...OWN }],
  [{ origin: 'null' }],
  [{ 'sec-fetch-site': 'cross-site', ...OWN }],
  [{ 'sec-fetch-site': 'same-site', ...OWN }],
  [{}],
])('and what another site makes a browser send is refused as without it: %j', async (foreign) => {
  const person = await member(api, agency, address(), 'OWNER');
  const sent = withCookie(person.cookie, { ...basic(agency.key), ...foreign });
  expect((await api.post({ query: WHO }, sent)).errors[0].extensions.code).toBe('FORBIDDEN');
  for (const path of ['/auth/session', '/auth/sessions']) {
    expect((await ask(api, 'DELETE', path, undefined, sent)).status).toBe(403);
  }
  const zip = { ...sent, 'content-type': 'application/zip', 'x-headroom-import': '1' };
  expect((await ask(api, 'POST', '/imports/linkedin-export?seatId=seat_x', undefined, zip)).status).toBe(403);
  expect((await api.post({ query: WHO }, withCookie(person.cookie, OWN))).status).toBe(200);
});

it.each(['Bearer', 'Bearer hr_live_x', 'hr_live_x', 'Basically x', ''])(
  'anything else that is to say who asks is not passed over: %j',
  async (authorization) => {
    const person = await member(api, agency, address(), 'OWNER');
    const sent = withCookie(person.cookie, { authorization, ...OWN });
    expect((await api.post({ query: WHO }, sent)).status).toBe(401);
  },
);

it('and alone it lets nobody in', async () => {
  expect((await api.post({ query: WHO }, { ...basic(agency.key), ...OWN })).status).toBe(401);
});
