import { randomUUID } from 'node:crypto';
import { generate } from 'otplib';
import pg from 'pg';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { superuserUrl, testDatabase } from '../../support/database.js';
import { ask, invite, member, PASSWORD, type Person, signIn, withCookie } from '../../support/members.js';

/** What is done, though what comes behind it can't be written in the table of tries. */
const OTHER_PASSWORD = 'another kettle 48 meadow';
let api: Api;
let agency: SeededAgency;
let person: Person;
let superuser: pg.Client;
beforeAll(async () => {
  api = await Api.start();
  superuser = new pg.Client({ connectionString: await superuserUrl((await testDatabase()).appUrl) });
  await superuser.connect();
  await superuser.query(`CREATE FUNCTION refuse_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' OR NEW.points <> OLD.points THEN RAISE EXCEPTION 'no mark is taken'; END IF;
    RETURN NULL; END $$`);
});
afterAll(async () => {
  await superuser.query('DROP FUNCTION refuse_mark CASCADE');
  await superuser.end();
  await api.close();
});
beforeEach(async () => {
  await superuser.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  person = await member(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
});

/** Nothing is marked meanwhile that was not marked before, or as something else. */
async function withoutMarks<T>(kind: 'known' | 'epoch', work: () => Promise<T>): Promise<T> {
  await superuser.query(`CREATE TRIGGER refuse_mark AFTER INSERT OR UPDATE ON sign_in_try FOR EACH ROW
    WHEN (NEW.key LIKE '${kind}:%') EXECUTE FUNCTION refuse_mark()`);
  try {
    return await work();
  } finally {
    await superuser.query('DROP TRIGGER refuse_mark ON sign_in_try');
  }
}

const send = (path: string, cookie: string | null, body?: object) =>
  ask(api, 'POST', `/auth/${path}`, body, withCookie(cookie));

it('a second factor is in force, and its recovery codes are shown', async () => {
  const { body } = await send('second-factor', person.cookie);
  const code = await generate({ secret: body.secret });
  const confirmed = await withoutMarks('known', () => send('second-factor/confirm', person.cookie, { code }));
  expect([confirmed.status, confirmed.body.recoveryCodes?.length]).toEqual([200, 10]);
  const [recoveryCode] = confirmed.body.recoveryCodes;
  const half = await signIn(api, person.email);
  const answered = await withoutMarks('known', () =>
    send('session/second-factor', half.cookie, { code: recoveryCode }),
  );
  expect([answered.status, answered.body.stage]).toEqual([200, 'SIGNED_IN']);
});

it('a password is changed, and the session goes on', async () => {
  const { cookie } = await signIn(api, person.email);
  const change = { current: PASSWORD, password: OTHER_PASSWORD };
  const changed = await withoutMarks('known', () => send('password', cookie, change));
  expect(changed.status).toBe(204);
  expect((await ask(api, 'GET', '/auth/session', undefined, withCookie(changed.cookie))).status).toBe(200);
  expect((await signIn(api, person.email, OTHER_PASSWORD)).status).toBe(200);
});

it('whoever can’t sign out everywhere is told so while they can ask again', async () => {
  const signOut = () => ask(api, 'DELETE', '/auth/sessions', undefined, withCookie(person.cookie));
  expect((await withoutMarks('epoch', signOut)).status).toBe(500);
  expect((await signOut()).status).toBe(204);
});

it('whoever can’t accept an invitation has its link still', async () => {
  const { token } = await invite(api, agency, `${randomUUID()}@example.com`, 'ADMIN');
  const accept = () => send('invitation/accept', null, { token, name: 'Ada', password: PASSWORD });
  await superuser.query('BEGIN; LOCK TABLE sign_in_try');
  const refused = await accept().finally(() => superuser.query('ROLLBACK'));
  expect([refused.status, refused.body.error]).toEqual([503, 'UNAVAILABLE']);
  expect((await accept()).status).toBe(200);
});
