import { randomUUID } from 'node:crypto';
import { fromId } from '../../../src/schema/ids.js';
import { issueLink } from '../../../src/services/members/links.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { query, superuserUrl, testDatabase } from '../../support/database.js';
import { whileHeld } from '../../support/held.js';
import {
  ask,
  askAs,
  invite,
  member,
  PASSWORD,
  signIn,
  withCookie,
  type Person,
} from '../../support/members.js';

/** What is done to all that somebody has, at once, and what comes in between. */
let api: Api;
let agency: SeededAgency;
let elsewhere: SeededAgency;
let person: Person;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  [agency, elsewhere] = [await api.seed(), await api.seed()];
  person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
});

const WHO = '{ viewer { role } }';
const OTHER = 'another kettle 48 meadow';
const setPassword = (token: string) => ask(api, 'POST', '/auth/password/set', { token, password: OTHER });
const change = (cookie: string | null, body: object) =>
  ask(api, 'POST', '/auth/password', body, withCookie(cookie));

it('a new password ends the sessions of every agency with it, or is none', async () => {
  const { token, memberId } = await invite(api, elsewhere, person.email, 'ANALYST');
  const accepted = await ask(api, 'POST', '/auth/invitation/accept', {
    token,
    name: 'Ada',
    password: PASSWORD,
  });
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', person.memberId) ?? '' };
  const link = await inAgency(api.dataSource, ref, (manager) =>
    issueLink(manager, ref, 'PASSWORD', Date.now()),
  );
  // Of the other agency somebody holds the member: as long as their sessions there can't be ended.
  const held = fromId('member', memberId) ?? '';
  const kept = async () => {
    const url = await superuserUrl((await testDatabase()).appUrl);
    return query(url, `SELECT password_hash FROM account WHERE members::text LIKE '%${held}%'`);
  };
  const before = await kept();
  const set = await whileHeld(
    `SELECT FROM member WHERE id = '${held}' FOR UPDATE`,
    () => setPassword(link.token),
    async () => expect(await kept()).toEqual(before),
  );
  expect(set.status).toBe(204);
  expect(await kept()).not.toEqual(before);
  for (const { cookie } of [person, accepted]) expect((await askAs(api, { cookie }, WHO)).status).toBe(401);
});

it('a second factor that is put in force in another agency meanwhile guards its password', async () => {
  const { token, memberId } = await invite(api, elsewhere, person.email, 'ANALYST');
  const accept = { token, name: 'Ada', password: PASSWORD };
  const { cookie } = await ask(api, 'POST', '/auth/invitation/accept', accept);
  await ask(api, 'POST', '/auth/second-factor', undefined, withCookie(cookie));
  const held = fromId('member', memberId) ?? '';
  const changed = await whileHeld(
    `SELECT FROM member WHERE id = '${held}' FOR NO KEY UPDATE`,
    () => change(person.cookie, { current: PASSWORD, password: OTHER }),
    (client) =>
      client.query(`UPDATE second_factor SET confirmed_at = ${Date.now()} WHERE member_id = '${held}'`),
  );
  expect([changed.status, changed.body.error]).toEqual([409, 'WRONG_STATE']);
  expect((await signIn(api, person.email)).status).toBe(200);
});

it('of a session that was ended meanwhile no other one takes the place', async () => {
  const changed = await whileHeld(
    'SELECT FROM account FOR UPDATE',
    () => change(person.cookie, { current: PASSWORD, password: OTHER }),
    () => ask(api, 'DELETE', '/auth/sessions', undefined, withCookie(person.cookie)),
  );
  expect([changed.status, changed.cookie]).toEqual([401, null]);
  expect((await signIn(api, person.email, OTHER)).status).toBe(401);
  expect((await signIn(api, person.email)).status).toBe(200);
});

it('sessions that wait for a code end none that is in force', async () => {
  const demand =
    'mutation ($on: Boolean!) { setAccessRules(input: { secondFactorDemanded: $on }) { userErrors { code } } }';
  await api.data(agency.key, demand, { on: true });
  await api.data(agency.key, demand, { on: false });
  const { cookie } = await signIn(api, person.email);
  await inAgency(api.dataSource, agency.owner, (manager) =>
    manager.query('UPDATE access_rules SET second_factor_demanded = true WHERE agency_id = $1', [
      agency.agencyId,
    ]),
  );
  for (let half = 0; half < 51; half += 1) {
    expect((await signIn(api, person.email)).body.stage).toBe('ENROL');
  }
  expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
});

it('a second factor that is put in force is not written over by one that is being set up', async () => {
  const { agencyId } = agency;
  const enrolled = await whileHeld(
    'LOCK TABLE second_factor IN SHARE MODE',
    () => ask(api, 'POST', '/auth/second-factor', undefined, withCookie(person.cookie)),
    (client) =>
      client.query(
        `INSERT INTO second_factor (agency_id, member_id, sealed_secret, created_at, confirmed_at) VALUES ($1, $2, '', 1, 1)`,
        [agencyId, fromId('member', person.memberId)],
      ),
  );
  expect([enrolled.status, enrolled.body.error]).toEqual([409, 'WRONG_STATE']);
  expect((await signIn(api, person.email)).body.stage).toBe('SECOND_FACTOR');
});

describe('two invitations of an address without a password, accepted in the same moment', () => {
  const acceptBoth = async (...passwords: readonly [string, string]): Promise<(number | null)[]> => {
    const email = `${randomUUID()}@example.com`;
    const invited = [
      await invite(api, agency, email, 'ANALYST'),
      await invite(api, elsewhere, email, 'ANALYST'),
    ];
    const accept = () =>
      Promise.all(
        invited.map(({ token }, index) =>
          ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password: passwords[index] }),
        ),
      );
    // Both have found that there is no password, and neither has written one.
    const answers = await whileHeld('LOCK TABLE account IN SHARE MODE', accept, undefined, 2);
    const signedIn = await signIn(api, email, passwords[answers[0]!.status === 200 ? 0 : 1]);
    return [...answers.map(({ status }) => status), signedIn.status].toSorted();
  };

  it('are both by the password that both tell', async () => {
    expect(await acceptBoth(OTHER, OTHER)).toEqual([200, 200, 200]);
  });

  it('are one by the password of another, who was first', async () => {
    expect(await acceptBoth(OTHER, PASSWORD)).toEqual([200, 200, 401]);
  });
});
