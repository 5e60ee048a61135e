import { randomUUID } from 'node:crypto';
import type { SeededAgency } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { ask, clientOf, invite, PASSWORD, seatOf, type Reply } from '../../support/members.js';

/** A link is good for what the member was to be when it was made: whoever was shown it gives nobody more than that. */

let api: Api;
let agency: SeededAgency;
let admin: string;
let invited: { readonly token: string; readonly memberId: string };

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  admin = await api.keyOf(agency, 'ADMIN');
  invited = await invite(api, { key: admin }, `${randomUUID()}@example.com`, 'OPERATOR', {
    clientAccountIds: [clientOf(agency)],
  });
});

async function change(key: string, name: string, more: object = {}): Promise<Json> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  const fields = name === 'resendInvitation' ? 'invitationUrl' : 'member { status }';
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code } } }`;
  return (await api.data(key, query, { input: { memberId: invited.memberId, ...more } }))[name];
}

function accept(token: string): Promise<Reply> {
  return ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', password: PASSWORD });
}

it.each([
  ['setMemberRole', () => ({ role: 'OWNER' })],
  ['setMemberRole', () => ({ role: 'ANALYST' })],
  ['giveToMember', () => ({ seatIds: [seatOf(agency)] })],
  ['takeFromMember', () => ({ clientAccountIds: [clientOf(agency)] })],
] as const)(
  'an invitation is good for nothing after %s, and another one takes its place',
  async (name, more) => {
    const changed = await change(agency.key, name, more());
    expect(changed).toEqual({ member: { status: 'INVITED' }, userErrors: [] });
    expect((await accept(invited.token)).status).toBe(404);
    const resent = await change(agency.key, 'resendInvitation');
    expect((await accept(resent.invitationUrl.split('#')[1])).status).toBe(200);
  },
);

it('whoever is narrower than a member was made is shown no link of theirs', async () => {
  await change(agency.key, 'setMemberRole', { role: 'OWNER' });
  expect(await change(admin, 'resendInvitation')).toEqual({
    invitationUrl: null,
    userErrors: [{ code: 'FORBIDDEN_FOR_ROLE' }],
  });
  expect((await accept(invited.token)).status).toBe(404);
});
