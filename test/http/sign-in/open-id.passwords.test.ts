import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../../src/schema/ids.js';
import { Letters } from '../../../src/services/members/letters.js';
import { issueLink } from '../../../src/services/members/links.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Sealer } from '../../../src/tenancy/sealed.js';
import type { SeededAgency } from '../../support/agency.js';
import type { Api } from '../../support/api.js';
import { OpenIdStage, sessionOf, setProvider, type TestProvider } from '../../support/open-id.js';
import { ask, askAs, invite, PASSWORD, withCookie } from '../../support/members.js';

/** Who came by an agency's provider, and passwords that another agency had a hand in: it was shown the link of its invitation. */
let stage: OpenIdStage;
let api: Api;
let provider: TestProvider;
let agency: SeededAgency;
let elsewhere: SeededAgency;
beforeAll(async () => {
  stage = await OpenIdStage.start();
  ({ api, provider } = stage);
});
afterAll(() => stage.close());
beforeEach(async () => {
  [agency, elsewhere] = [await stage.seed(), await api.seed()];
  await setProvider(api, agency.key, { issuer: provider.issuer });
});

const OTHER = 'another kettle 48 meadow';
const WHO = '{ viewer { role } }';
const address = () => `${randomUUID()}@acme.example`;
const idOf = ({ agencyId }: SeededAgency) => toId('agency', agencyId);
const signInAt = (email: string, password: string, of?: SeededAgency) =>
  ask(api, 'POST', '/auth/session', { email, password, ...(of && { agencyId: idOf(of) }) });

/** Invited, and in by the provider: who they are, and their session. */
async function enter(email: string) {
  const { memberId } = await invite(api, agency, email, 'OWNER');
  const cookie = sessionOf(await stage.enter(agency, { email, sub: email }));
  expect(cookie).not.toBeNull();
  return { memberId, cookie };
}

/** The other agency invites them too, and accepts in their place. */
async function acceptElsewhere(email: string): Promise<string | null> {
  const { token } = await invite(api, elsewhere, email, 'ANALYST');
  const accepted = await ask(api, 'POST', '/auth/invitation/accept', {
    token,
    name: 'Eve',
    password: PASSWORD,
  });
  expect(accepted.status).toBe(200);
  return accepted.cookie;
}

/** The password opens the agency where it was set, and is not told of the other one. */
async function expectShut(email: string): Promise<void> {
  expect((await signInAt(email, PASSWORD, agency)).status).toBe(401);
  const opened = await signInAt(email, PASSWORD);
  expect([opened.status, opened.body.agencyId]).toEqual([200, idOf(elsewhere)]);
}

it('a password that another agency set later opens nothing here', async () => {
  const email = address();
  await enter(email);
  await acceptElsewhere(email);
  await expectShut(email);
});

it('nor does one that another agency set before they came', async () => {
  const email = address();
  await acceptElsewhere(email);
  const { cookie } = await enter(email);
  await expectShut(email);
  const shown = { current: PASSWORD, password: OTHER };
  expect((await ask(api, 'POST', '/auth/password', shown, withCookie(cookie))).status).toBe(401);
});

it('whoever changes it there ends no session here, and opens nothing by the new one', async () => {
  const email = address();
  const theirs = await acceptElsewhere(email);
  const { cookie } = await enter(email);
  const change = { current: PASSWORD, password: OTHER };
  expect((await ask(api, 'POST', '/auth/password', change, withCookie(theirs))).status).toBe(204);
  expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
  expect((await signInAt(email, OTHER, agency)).status).toBe(401);
});

it('it goes with the member of the agency that set it', async () => {
  const email = address();
  const { token, memberId } = await invite(api, elsewhere, email, 'ANALYST');
  await ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Eve', password: PASSWORD });
  await enter(email);
  const remove =
    'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
  await api.data(elsewhere.key, remove, { input: { memberId } });
  const third = await api.seed();
  const again = await invite(api, third, email, 'ANALYST');
  const found = await ask(api, 'POST', '/auth/invitation', { token: again.token });
  expect(found.body).toMatchObject({ email, hasPassword: false });
});

/** Sets a password by a link for the member; answers with what the audit log then says of it. */
async function setByLink(memberId: string, isMailed: boolean) {
  const ref = { agencyId: agency.agencyId, memberId: fromId('member', memberId) ?? '' };
  const { token } = await inAgency(api.dataSource, ref, async (manager) => {
    const at = Date.now();
    const link = await issueLink(manager, ref, 'PASSWORD', at);
    const letters = new Letters(
      new Sealer('a secret that nobody opens it with'),
      () => undefined,
      () => '',
    );
    if (isMailed) await letters.write(manager, ref, 'PASSWORD', link, at);
    return link;
  });
  expect((await ask(api, 'POST', '/auth/password/set', { token, password: OTHER })).status).toBe(204);
  const log = '{ auditLog(verbs: ["setPassword"]) { nodes { changes { field old new } } } }';
  return (await api.data(agency.key, log)).auditLog.nodes[0].changes;
}
const byProvider = { field: 'byProviderAlone', old: 'true', new: null };

it('one that is set by a link that was sent to the address opens all of it, and the audit log says so', async () => {
  const email = address();
  const { memberId } = await enter(email);
  await acceptElsewhere(email);
  const byLink = { field: 'byLink', old: null, new: '"SENT"' };
  expect(await setByLink(memberId, true)).toEqual(expect.arrayContaining([byProvider, byLink]));
  for (const of of [agency, elsewhere]) expect((await signInAt(email, OTHER, of)).status).toBe(200);
});

it('one that is set by a link that was handed over opens the agency that it is for', async () => {
  const email = address();
  const { memberId } = await enter(email);
  await acceptElsewhere(email);
  const own = { field: 'ownPassword', old: null, new: 'true' };
  expect(await setByLink(memberId, false)).toEqual(expect.arrayContaining([byProvider, own]));
  expect((await signInAt(email, OTHER, agency)).status).toBe(200);
  expect((await signInAt(email, OTHER, elsewhere)).status).toBe(401);
  expect((await signInAt(email, PASSWORD, elsewhere)).status).toBe(200);
});

it('and where the address has no other one it is the address’s own', async () => {
  const email = address();
  const { memberId } = await enter(email);
  expect(await setByLink(memberId, false)).toContainEqual(byProvider);
  expect((await signInAt(email, OTHER)).status).toBe(200);
});
