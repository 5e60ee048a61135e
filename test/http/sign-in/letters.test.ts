import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { toId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { superuserUrl, testDatabase } from '../../support/database.js';
import { untilWaiting } from '../../support/held.js';
import { Mailbox, type Letter } from '../../support/mailbox.js';
import { ask, PASSWORD } from '../../support/members.js';

const PUBLIC_URL = 'https://headroom.example';
const OWN = { 'x-headroom-request': '1', origin: PUBLIC_URL };
const OTHER_PASSWORD = 'another kettle 48 meadow';
const INVITE = `mutation ($input: InviteMemberInput!) {
  inviteMember(input: $input) { member { id } invitationUrl userErrors { code } } }`;
const WHO = '{ viewer { role member { email } } }';

let mailbox: Mailbox;
let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  mailbox = await Mailbox.open();
  api = await Api.start({ SMTP_URL: mailbox.url, HEADROOM_PUBLIC_URL: PUBLIC_URL });
});
afterAll(async () => {
  await api.close();
  await mailbox.close();
});
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
});

const address = () => `${randomUUID()}@example.com`;
const post = (path: string, body: object) => ask(api, 'POST', path, body, OWN);

/** The token of the one link of a letter: behind the #, so that it is in no log. */
function tokenIn({ text }: Letter, page: string): string {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  expect(links[0]).toMatch(new RegExp(`^${PUBLIC_URL}${page}#hr_link_\\w+$`));
  return links[0]?.split('#')[1] ?? '';
}

/** Invites by a letter, and accepts by the link in it. */
async function join(email: string): Promise<Letter> {
  const { inviteMember } = await api.data(agency.key, INVITE, { input: { email, role: 'ADMIN' } });
  // What is sent is shown to nobody: whoever invites is not the one who accepts.
  expect(inviteMember).toMatchObject({ invitationUrl: null, userErrors: [] });
  const letter = await mailbox.next(email);
  const token = tokenIn(letter, '/join');
  const accepted = await post('/auth/invitation/accept', { token, name: 'Ada', password: PASSWORD });
  expect(accepted.status).toBe(200);
  return letter;
}

/** Starts something while rows are locked, and lets them go once so many wait for them, and once what is done meanwhile is done. */
async function whileHeld<T>(
  lock: string,
  waiting: number,
  start: () => readonly Promise<T>[],
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<T[]> {
  const client = new pg.Client({ connectionString: await superuserUrl((await testDatabase()).appUrl) });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(lock);
    const started = start();
    await untilWaiting(waiting);
    await meanwhile();
    // They still do.
    await untilWaiting(waiting);
    await client.query('ROLLBACK');
    return await Promise.all(started);
  } finally {
    await client.end();
  }
}

/** The rows of the agency's letters, once none waits any more. */
async function letterRows(): Promise<Json[]> {
  const read = () =>
    inAgency(api.dataSource, agency.owner, (manager) =>
      manager.query('SELECT kind, sealed_token, next_try_at, sent_at, tries FROM letter ORDER BY id'),
    );
  let rows: Json[] = await read();
  while (rows.some((row) => row.next_try_at !== null)) rows = await read();
  return rows;
}

it('an invitation comes by mail, from whom it is told to be, and its link is kept no longer', async () => {
  const email = address();
  const letter = await join(email);
  expect(letter.from).toBe('headroom@localhost');
  expect(letter.head).toMatch(/^Subject: Agency invites you to Headroom$/m);
  expect(await letterRows()).toEqual([
    { kind: 'INVITATION', sealed_token: null, next_try_at: null, sent_at: expect.any(String), tries: 1 },
  ]);
});

it('a link that waits for its agency holds up no other agency’s', async () => {
  const [held, free] = [address(), address()];
  await join(held);
  const lock = `SELECT FROM member WHERE agency_id = '${agency.agencyId}' FOR UPDATE`;
  agency = await api.seed();
  await join(free);
  const askFor = (email: string) => post('/auth/password/ask', { email });
  await whileHeld(
    lock,
    1,
    () => [askFor(held)],
    async () => {
      await askFor(free);
      await mailbox.next(free);
    },
  );
  expect((await mailbox.next(held)).head).toMatch(/^Subject: Your new password for Headroom$/m);
});

it('a forgotten password: asked for, set by the link of the letter, signed in by the new one alone', async () => {
  const email = address();
  await join(email);
  const before = await post('/auth/session', { email, password: PASSWORD });
  expect(before.status).toBe(200);
  expect((await post('/auth/password/ask', { email: email.toUpperCase() })).status).toBe(202);
  const letter = await mailbox.next(email);
  expect(letter.head).toMatch(/^Subject: Your new password for Headroom$/m);
  const token = tokenIn(letter, '/password');
  // Neither is it an invitation, nor does a password that is easily guessed use it up.
  expect((await post('/auth/invitation', { token })).status).toBe(404);
  const weak = await post('/auth/password/set', { token, password: 'password12' });
  expect(weak).toMatchObject({ status: 400, body: { error: 'INVALID', field: 'password' } });
  const setting = { token, password: OTHER_PASSWORD };
  expect((await post('/auth/password/set', setting)).status).toBe(204);
  expect((await post('/auth/password/set', setting)).status).toBe(404);

  const as = (cookie: string | null) => api.post({ query: WHO }, { ...OWN, cookie: cookie ?? '' });
  expect((await as(before.cookie)).status).toBe(401);
  expect((await post('/auth/session', { email, password: PASSWORD })).status).toBe(401);
  const after = await post('/auth/session', { email, password: OTHER_PASSWORD });
  expect(after).toMatchObject({ status: 200, body: { stage: 'SIGNED_IN' } });
  expect((await as(after.cookie)).data.viewer).toEqual({ role: 'ADMIN', member: { email } });
});

it('of two at once with one link, that both found good, one sets the password', async () => {
  const email = address();
  await join(email);
  await post('/auth/password/ask', { email });
  const token = tokenIn(await mailbox.next(email), '/password');
  const passwords = [OTHER_PASSWORD, 'third kettle 49 harbour'];
  const both = await whileHeld('SELECT FROM account FOR UPDATE', 2, () =>
    passwords.map((password) => post('/auth/password/set', { token, password })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([204, 404]);
  for (const [index, password] of passwords.entries()) {
    const { status } = await post('/auth/session', { email, password });
    expect(status).toBe(both[index]?.status === 204 ? 200 : 401);
  }
});

it('whoever asks for an address that nobody has is told the same, and nothing is sent', async () => {
  const [member, nobody] = [address(), address()];
  await join(member);
  const known = await post('/auth/password/ask', { email: member });
  const unknown = await post('/auth/password/ask', { email: nobody });
  expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  await mailbox.next(member);
  // Sent in the order that they were asked for: had the other one been written, it would be there before this one.
  await post('/auth/password/ask', { email: member });
  await mailbox.next(member);
  expect(mailbox.addressed(nobody)).toBe(0);
});

it('a letter that the mail server refuses waits, and is tried again', async () => {
  const email = address();
  mailbox.refusing = 'RECIPIENTS';
  await api.data(agency.key, INVITE, { input: { email, role: 'ADMIN' } });
  await mailbox.refused(email);
  mailbox.refusing = 'NONE';
  const later = (sql: string): Promise<Json[]> =>
    inAgency(api.dataSource, agency.owner, (manager) => manager.query(sql, [agency.agencyId]));
  const [waiting] = await later(
    'SELECT sent_at, sealed_token IS NOT NULL AS kept FROM letter WHERE agency_id = $1',
  );
  expect(waiting).toEqual({ sent_at: null, kept: true });
  // Who claimed it has it for ten minutes, and puts it off for one.
  const putOff = `SELECT FROM letter WHERE agency_id = $1 AND next_try_at < extract(epoch FROM now()) * 1000 + 120000`;
  while ((await later(putOff)).length === 0);
  // As time alone does; another letter of the agency wakes the postman.
  await later('UPDATE letter SET next_try_at = 0 WHERE agency_id = $1');
  await api.data(agency.key, INVITE, { input: { email: address(), role: 'ADMIN' } });
  tokenIn(await mailbox.next(email), '/join');
  expect((await letterRows()).map(({ tries }) => tries)).toEqual([2, 1]);
});

it('five letters an hour are sent to a member for a new password, whoever asks, and the newest is good', async () => {
  const [email, other] = [address(), address()];
  await join(email);
  await join(other);
  for (let asked = 0; asked < 7; asked += 1) {
    await api.dataSource.query('DELETE FROM sign_in_try');
    expect((await post('/auth/password/ask', { email })).status).toBe(202);
    // Of two that wait the older one’s link has ended, and it is not sent.
    if (asked < 5) await mailbox.next(email);
  }
  // Sent in the order that they were asked for.
  await post('/auth/password/ask', { email: other });
  await mailbox.next(other);
  expect(mailbox.addressed(email)).toBe(6);
  const setting = { token: tokenIn(mailbox.newest(email), '/password'), password: OTHER_PASSWORD };
  expect((await post('/auth/password/set', setting)).status).toBe(204);
});

it('however often a member is erased and invited again; those of others go on', async () => {
  const [email, other] = [address(), address()];
  await join(other);
  const remove = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }`;
  const kept = <Row>(sql: string): Promise<Row[]> =>
    inAgency(api.dataSource, agency.owner, (manager) => manager.query(sql, [agency.agencyId]));
  const letters = async (): Promise<number> =>
    (await kept<object>(`SELECT 1 FROM letter WHERE agency_id = $1 AND kind = 'PASSWORD'`)).length;
  const askFor = async (whom: string): Promise<void> => {
    await api.dataSource.query('DELETE FROM sign_in_try');
    expect((await post('/auth/password/ask', { email: whom })).status).toBe(202);
  };
  await join(email);
  for (let asked = 0; asked < 4; asked += 1) {
    await askFor(email);
    await mailbox.next(email);
  }
  const [row] = await kept<{ id: string }>(
    'SELECT id FROM member WHERE agency_id = $1 ORDER BY id DESC LIMIT 1',
  );
  await api.data(agency.key, remove, { input: { memberId: toId('member', row!.id), erase: true } });
  await join(email);
  for (let asked = 0; asked < 3; asked += 1) await askFor(email);
  // Sent in the order that they were asked for.
  await askFor(other);
  await mailbox.next(other);
  expect(await letters()).toBe(4 + 1 + 1);
});
