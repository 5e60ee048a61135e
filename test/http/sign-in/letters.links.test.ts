import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { fromId } from '../../../src/schema/ids.js';
import { inAgency } from '../../../src/tenancy/door.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { superuserUrl, testDatabase } from '../../support/database.js';
import { whileHeld } from '../../support/held.js';
import { Mailbox } from '../../support/mailbox.js';
import { ask, PASSWORD } from '../../support/members.js';

/** Links for a new password of whoever is a member of several agencies: none of them keeps the person out of another one. */
let mailbox: Mailbox;
let api: Api;
let email: string;
beforeAll(async () => {
  mailbox = await Mailbox.open();
  api = await Api.start({ SMTP_URL: mailbox.url });
});
afterAll(async () => {
  await api.close();
  await mailbox.close();
});
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  email = `${randomUUID()}@example.com`;
});

const OTHER_PASSWORD = 'another kettle 48 meadow';
const INVITE = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { member { id } } }`;
const REMOVE = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }`;
const post = (path: string, body: object) => ask(api, 'POST', path, body);

async function nextToken(): Promise<string> {
  const { text } = await mailbox.next(email);
  return /hr_link_\w+/.exec(text)?.[0] ?? '';
}

/** Accepts an invitation of an agency; answers with the member's id. */
async function join({ key }: SeededAgency): Promise<string> {
  const { inviteMember } = await api.data(key, INVITE, { input: { email, role: 'ANALYST' } });
  const accepted = { token: await nextToken(), name: 'Ada', password: PASSWORD };
  expect((await post('/auth/invitation/accept', accepted)).status).toBe(200);
  return inviteMember.member.id;
}

async function askedFor(): Promise<string> {
  expect((await post('/auth/password/ask', { email })).status).toBe(202);
  return nextToken();
}

async function removed({ key }: SeededAgency, memberId: string, erase: boolean): Promise<void> {
  const { removeMember } = await api.data(key, REMOVE, { input: { memberId, erase } });
  expect(removeMember.userErrors).toEqual([]);
}

it.each([false, true])(
  'where the agency that one was for removes the member, another one is sent for the next (erased: %s)',
  async (erase) => {
    const [first, second] = [await api.seed(), await api.seed()];
    const memberId = await join(first);
    await join(second);
    const token = await askedFor();
    await removed(first, memberId, erase);
    expect((await post('/auth/password/set', { token, password: OTHER_PASSWORD })).status).toBe(404);
    const next = await nextToken();
    expect((await post('/auth/password/set', { token: next, password: OTHER_PASSWORD })).status).toBe(204);
    expect((await post('/auth/session', { email, password: OTHER_PASSWORD })).status).toBe(200);
  },
);

it('where the agency is removing the member as it is asked for, it is of the next one', async () => {
  const [first, second] = [await api.seed(), await api.seed()];
  const memberId = fromId('member', await join(first)) ?? '';
  await join(second);
  const asked = await whileHeld(
    `UPDATE member SET status = 'REMOVED', removed_at = created_at WHERE id = '${memberId}'`,
    () => post('/auth/password/ask', { email }),
  );
  expect(asked.status).toBe(202);
  const token = await nextToken();
  expect((await post('/auth/password/set', { token, password: OTHER_PASSWORD })).status).toBe(204);
  const links = await inAgency(api.dataSource, first.owner, (manager) =>
    manager.query<object[]>(`SELECT FROM member_link WHERE agency_id = $1 AND purpose = 'PASSWORD'`, [
      first.agencyId,
    ]),
  );
  expect(links).toEqual([]);
});

it('and none where none was asked for, or it was used', async () => {
  const [first, second, third] = [await api.seed(), await api.seed(), await api.seed()];
  const memberIds = [await join(first), await join(second)];
  await join(third);
  await removed(first, memberIds[0]!, false);
  const token = await askedFor();
  expect((await post('/auth/password/set', { token, password: OTHER_PASSWORD })).status).toBe(204);
  await removed(second, memberIds[1]!, false);
  // Sent in the order that they were asked for: three invitations, two links, and nothing in between.
  await askedFor();
  expect(mailbox.addressed(email)).toBe(5);
});

describe('of several agencies it is of', () => {
  let client: pg.Client;
  let agencies: SeededAgency[];
  beforeEach(async () => {
    client = new pg.Client({ connectionString: await superuserUrl((await testDatabase()).appUrl) });
    await client.connect();
    agencies = [await api.seed(), await api.seed()];
    for (const agency of agencies) await join(agency);
  });
  afterEach(() => client.end());

  /** How many links for a new password are of each. */
  async function links(): Promise<number[]> {
    const { rows } = await client.query<{ agency_id: string }>(
      `SELECT agency_id FROM member_link WHERE purpose = 'PASSWORD' AND agency_id = ANY ($1)`,
      [agencies.map(({ agencyId }) => agencyId)],
    );
    return agencies.map((agency) => rows.filter((row) => row.agency_id === agency.agencyId).length);
  }

  it('the first', async () => {
    await askedFor();
    expect(await links()).toEqual([1, 0]);
  });

  it('the first that the password opens, before one that was joined by its provider', async () => {
    const changed = await client.query(
      `UPDATE account SET members = jsonb_set(members, '{of,0,2}', '"PROVIDER"') WHERE members->'of'->0->>0 = $1`,
      [agencies[0]!.agencyId],
    );
    expect(changed.rowCount).toBe(1);
    await askedFor();
    expect(await links()).toEqual([0, 1]);
  });

  it('the next, where the first is kept busy', async () => {
    await client.query('BEGIN');
    await client.query('SELECT FROM member WHERE agency_id = $1 FOR UPDATE', [agencies[0]!.agencyId]);
    await askedFor();
    await client.query('ROLLBACK');
    expect(await links()).toEqual([0, 1]);
  }, 60_000);
});
