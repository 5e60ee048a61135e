import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { generate } from 'otplib';
import type { EntityManager } from 'typeorm';
import { fromId, toId } from '../../../src/schema/ids.js';
import { beginSessionFor } from '../../../src/services/members/sign-in.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
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

/** What happens in the very moment in which somebody is being signed in. */
let api: Api;
let agency: SeededAgency;
let person: Person;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  person = await member(api, agency, address(), 'ADMIN');
});

const WHO = '{ viewer { role } }';
const OTHER = 'another kettle 48 meadow';
const address = () => `${randomUUID()}@example.com`;
const post = (path: string, cookie: string | null, body: object = {}) =>
  ask(api, 'POST', `/auth/${path}`, body, withCookie(cookie));

/** How many wait for a lock that somebody else has. */
async function waiting(): Promise<number> {
  const [counted] = await api.dataSource.query(
    `SELECT count(*)::int4 AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return counted.count;
}

/** Until so many do. */
async function untilWaiting(count: number): Promise<void> {
  for (let looks = 0; (await waiting()) < count; looks += 1) {
    if (looks === 500) throw new Error(`${count} should wait by now.`);
    await pause(10);
  }
}

/** Holds something while all of these are begun, one behind the other, and something else is done; answers with what came of them. */
async function whileHeld<T>(
  hold: (manager: EntityManager) => Promise<unknown>,
  all: readonly (() => Promise<T>)[],
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T[]> {
  const runner = api.dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query('SELECT see_agencies($1)', [[agency.agencyId]]);
    await hold(runner.manager);
    const begun: Promise<T>[] = [];
    for (const begin of all) {
      begun.push(begin());
      await untilWaiting(begun.length);
    }
    await meanwhile();
    await runner.commitTransaction();
    return await Promise.all(begun);
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

/** What is begun for the person comes to no end before all of these are under way. */
const atOnce = <T>(...all: (() => Promise<T>)[]) =>
  whileHeld(
    (manager) =>
      manager.query('SELECT FROM member WHERE agency_id = $1 AND id = $2 FOR UPDATE', [
        agency.agencyId,
        fromId('member', person.memberId),
      ]),
    all,
  );

it('a password that is changed ends what is being begun by the one before', async () => {
  const [stale, changed] = await atOnce(
    () => signIn(api, person.email),
    () => post('password', person.cookie, { current: PASSWORD, password: OTHER }),
  );
  expect([stale?.status, changed?.status]).toEqual([200, 204]);
  expect((await askAs(api, { cookie: stale?.cookie ?? null }, WHO)).status).toBe(401);
  expect((await askAs(api, { cookie: changed?.cookie ?? null }, WHO)).status).toBe(200);
});

it('a second factor that is put in force ends what is being begun without it', async () => {
  const { body } = await post('second-factor', person.cookie);
  const code = await generate({ secret: body.secret });
  let token = '';
  const [confirmed] = await whileHeld(
    async (manager) => {
      const ref = { agencyId: agency.agencyId, id: fromId('member', person.memberId) ?? '' };
      ({ token } = (await beginSessionFor(manager, ref, Date.now())).session);
    },
    [() => post('second-factor/confirm', person.cookie, { code })],
  );
  expect(confirmed?.status).toBe(200);
  expect((await askAs(api, { cookie: `headroom-loopback=${token}` }, WHO)).status).toBe(401);
  expect((await askAs(api, { cookie: confirmed?.cookie ?? null }, WHO)).status).toBe(200);
});

it('a second factor that the agency demands is asked of whoever is being signed in', async () => {
  const demand = 'mutation { setAccessRules(input: { secondFactorDemanded: true }) { userErrors { code } } }';
  const [stale] = await atOnce<{ status: number; cookie?: string | null }>(
    () => signIn(api, person.email),
    () => api.post({ query: demand }, { authorization: `Bearer ${agency.key}` }),
  );
  expect(stale?.status).toBe(200);
  expect((await askAs(api, { cookie: stale?.cookie ?? null }, WHO)).status).toBe(401);
});

it('a code completes no session that was ended meanwhile, and one session once', async () => {
  const { body } = await post('second-factor', person.cookie);
  const confirmed = await post('second-factor/confirm', person.cookie, {
    code: await generate({ secret: body.secret }),
  });
  const [one, other, third] = confirmed.body.recoveryCodes;
  const half = await signIn(api, person.email);
  const answer = (code: string) => post('session/second-factor', half.cookie, { code });
  const [ended, late] = await atOnce(
    () => ask(api, 'DELETE', '/auth/sessions', undefined, withCookie(confirmed.cookie)),
    () => answer(one),
  );
  expect([ended?.status, late?.status]).toEqual([204, 401]);
  const again = await signIn(api, person.email);
  const both = await atOnce(
    ...[other, third].map((code) => () => post('session/second-factor', again.cookie, { code })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
});

it('nobody comes in by a password that another agency’s link set while theirs was being set', async () => {
  const email = address();
  const elsewhere = await api.seed();
  const [own, foreign] = [
    await invite(api, agency, email, 'OWNER'),
    await invite(api, elsewhere, email, 'ANALYST'),
  ];
  const accept = (token: string, password: string) =>
    post('invitation/accept', null, { token, name: 'Grace', password });
  const [mine] = await whileHeld(
    (manager) => manager.query('SELECT FROM agency_book WHERE agency_id = $1 FOR UPDATE', [agency.agencyId]),
    [() => accept(own.token, PASSWORD)],
    async () => expect((await accept(foreign.token, OTHER)).status).toBe(200),
  );
  expect(mine?.status).toBe(401);
  const body = { email, password: OTHER, agencyId: toId('agency', agency.agencyId) };
  expect((await ask(api, 'POST', '/auth/session', body)).status).toBe(401);
  // Whoever has the link, and shows the password that there is, comes in still.
  expect((await accept(own.token, OTHER)).status).toBe(200);
});

it('a session that can’t be ended keeps nobody from the one that takes its place', async () => {
  const { token } = await invite(api, agency, address(), 'ANALYST');
  const accepting = { token, name: 'Eve', password: OTHER };
  const runner = api.dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query('SELECT see_agencies($1)', [[agency.agencyId]]);
    await runner.query('SELECT FROM session WHERE agency_id = $1 AND member_id = $2 FOR UPDATE', [
      agency.agencyId,
      fromId('member', person.memberId),
    ]);
    const accepted = await post('invitation/accept', person.cookie, accepting);
    expect(accepted).toMatchObject({ status: 200, body: { stage: 'SIGNED_IN' } });
    const { data } = await askAs(api, { cookie: accepted.cookie }, WHO);
    expect(data.viewer.role).toBe('ANALYST');
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
});

it('signing out ends on the server what it ends in the browser, with a key beside the cookie', async () => {
  const beside = { ...withCookie(person.cookie), authorization: `Bearer ${agency.key}` };
  const ended = await ask(api, 'DELETE', '/auth/session', undefined, beside);
  expect([ended.status, (await askAs(api, person, WHO)).status]).toEqual([204, 401]);
});
