import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import { fromId, toId } from '../../../src/schema/ids.js';
import { issueLink } from '../../../src/services/members/links.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { ask, invite, member, OWN, PASSWORD, type Person, type Reply } from '../../support/members.js';

/** Where no mail is sent: whoever knows a password, and has an agency of their own that invites the address. */
let api: Api;
let agency: SeededAgency;
let theirs: SeededAgency;
beforeAll(async () => {
  api = await Api.start({ HEADROOM_TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => api.close());
beforeEach(async () => {
  [agency, theirs] = [await api.seed(), await api.seed()];
  await api.dataSource.query('DELETE FROM sign_in_try');
});

const OTHER = 'another kettle 48 meadow';
let networks = 0;
/** An address of a network that nobody came from yet. */
function network(): string {
  networks += 1;
  return `2001:dbc:${networks.toString(16)}:${process.pid.toString(16)}::1`;
}
const post = (path: string, cookie: string | null, body?: object, place = network()): Promise<Reply> =>
  ask(api, 'POST', `/auth/${path}`, body, { ...OWN, cookie: cookie ?? '', 'x-forwarded-for': place });
const isSignedIn = async (cookie: string | null): Promise<boolean> =>
  (await ask(api, 'GET', '/auth/session', undefined, { ...OWN, cookie: cookie ?? '' })).status === 200;
const signInAt = ({ agencyId }: SeededAgency, email: string, password: string) =>
  post('session', null, { email, password, agencyId: toId('agency', agencyId) });

/** Sets a second factor up; answers with the session of now. */
async function secured(cookie: string | null): Promise<string | null> {
  const { secret } = (await post('second-factor', cookie)).body;
  return (await post('second-factor/confirm', cookie, { code: await generate({ secret }) })).cookie;
}

/** In somebody's name at another agency, by the password that there is. */
async function joined(of: SeededAgency, email: string): Promise<string | null> {
  const { token } = await invite(api, of, email, 'ANALYST');
  return (await post('invitation/accept', null, { token, name: 'Ada', password: PASSWORD })).cookie;
}

/** A code that is none, by whoever knows the password. */
async function guess(email: string): Promise<number> {
  const { body, cookie } = await signInAt(agency, email, PASSWORD);
  expect(body.stage).toBe('SECOND_FACTOR');
  return (await post('session/second-factor', cookie, { code: '000000' })).status;
}

async function guessed(email: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push(await guess(email));
  return statuses;
}

async function linkOf({ memberId }: Person): Promise<string> {
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' };
  const issue = inAgency(api.dataSource, ref, (manager) => issueLink(manager, ref, 'PASSWORD', Date.now()));
  return (await issue).token;
}

it('no session of another agency changes the password of whom a second factor guards, with one of its own neither', async () => {
  const person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const home = await secured(person.cookie);
  let taken = await joined(theirs, person.email);
  expect(await guessed(person.email)).toEqual([401, 401, 401, 401, 401, 429]);
  const change = { current: PASSWORD, password: OTHER };
  const refused = await post('password', taken, change);
  expect([refused.status, refused.body]).toMatchObject([409, { error: 'WRONG_STATE', field: 'password' }]);
  taken = await secured(taken);
  expect((await post('password', taken, change)).status).toBe(409);
  expect(await guess(person.email)).toBe(429);
  expect(await isSignedIn(home)).toBe(true);
});

it('each of several agencies with a second factor takes a password of its own, which changes nothing elsewhere', async () => {
  const person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const home = await secured(person.cookie);
  const taken = await joined(theirs, person.email);
  await guessed(person.email);
  const changed = await post('password', taken, { current: PASSWORD, ownPassword: OTHER });
  expect(changed.status).toBe(204);
  const signedIn = await Promise.all([home, taken, changed.cookie].map(isSignedIn));
  expect(signedIn).toEqual([true, false, true]);
  expect((await signInAt(theirs, person.email, OTHER)).status).toBe(200);
  expect((await signInAt(theirs, person.email, PASSWORD)).status).toBe(401);
  expect((await signInAt(agency, person.email, OTHER)).status).toBe(401);
  expect(await guess(person.email)).toBe(429);
  // What is left opens one agency: it is changed there.
  const own = await post('password', home, { current: PASSWORD, ownPassword: OTHER });
  expect([own.status, own.body.error]).toEqual([409, 'WRONG_STATE']);
  expect((await post('password', home, { current: PASSWORD, password: OTHER })).status).toBe(204);
});

it('a link that went to the address is good still, whoever changes the password meanwhile', async () => {
  const person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const taken = await joined(theirs, person.email);
  const token = await linkOf(person);
  expect((await post('password', taken, { current: PASSWORD, password: OTHER })).status).toBe(204);
  const set = { token, password: 'third kettle 49 harbour' };
  expect((await post('password/set', null, set)).status).toBe(204);
  expect((await signInAt(agency, person.email, set.password)).status).toBe(200);
});

it('changes five times an hour, whoever knows it, and by a link all the same', async () => {
  const person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  let cookie = await joined(theirs, person.email);
  let current = PASSWORD;
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) {
    const password = `${OTHER} number ${String(index)}`;
    const changed = await post('password', cookie, { current, password });
    statuses.push(changed.status);
    if (changed.status !== 204) continue;
    [cookie, current] = [changed.cookie, password];
  }
  expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
  const set = { token: await linkOf(person), password: 'third kettle 49 harbour' };
  expect((await post('password/set', null, set)).status).toBe(204);
});
