import { randomUUID } from 'node:crypto';
import { fromId, toId } from '../../../src/schema/ids.js';
import type { SeededAgency } from '../../support/agency.js';
import { issueLink } from '../../../src/services/members/links.js';
import { SignInLimits } from '../../../src/services/members/sign-in.limits.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { Mailbox } from '../../support/mailbox.js';
import { ask, askAs, invite, member, OWN, PASSWORD, withCookie } from '../../support/members.js';

/** Where no mail is sent: somebody's address, taken by an agency that accepted its own invitation in their name. */
let api: Api;
let agency: SeededAgency;
let squatter: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  [agency, squatter] = [await api.seed(), await api.seed()];
  await api.dataSource.query('DELETE FROM sign_in_try');
});

const MINE = 'another kettle 48 meadow';
const LATER = 'third kettle 49 harbour';
const WHO = '{ viewer { role } }';
const idOf = ({ agencyId }: SeededAgency) => toId('agency', agencyId);
const address = () => `${randomUUID()}@example.com`;
const signInAt = (email: string, password: string, of: SeededAgency | null) =>
  ask(api, 'POST', '/auth/session', { email, password, ...(of && { agencyId: idOf(of) }) });

/** Whose address was taken elsewhere, and who is in here by a password of their own. */
async function squatted(email = address()) {
  const taken = await member(api, squatter, email, 'ANALYST');
  const { token, memberId } = await invite(api, agency, email, 'OWNER');
  expect((await ask(api, 'POST', '/auth/invitation', { token })).body.hasPassword).toBe(true);
  const own = { token, name: 'Grace', ownPassword: MINE };
  const accepted = await ask(api, 'POST', '/auth/invitation/accept', own);
  expect(accepted.status).toBe(200);
  return { email, memberId, taken, cookie: accepted.cookie };
}

it('is a member here by a password that opens this agency, and no other one does', async () => {
  const { email, cookie } = await squatted();
  expect((await askAs(api, { cookie }, WHO)).data.viewer).toEqual({ role: 'OWNER' });
  expect((await signInAt(email, MINE, agency)).body).toMatchObject({
    stage: 'SIGNED_IN',
    agencyId: idOf(agency),
  });
  expect((await signInAt(email, PASSWORD, agency)).status).toBe(401);
  expect((await signInAt(email, MINE, squatter)).status).toBe(401);
  expect((await signInAt(email, MINE, null)).status).toBe(401);
  expect((await signInAt(email, PASSWORD, null)).body.agencyId).toBe(idOf(squatter));
});

it('guesses at one go on counting, whoever comes in by the other', async () => {
  const { email } = await squatted();
  await api.dataSource.query('DELETE FROM sign_in_try');
  for (let tries = 0; tries < 4; tries += 1)
    expect((await signInAt(email, 'a guess', agency)).status).toBe(401);
  expect((await signInAt(email, PASSWORD, null)).status).toBe(200);
  expect((await signInAt(email, 'a guess', agency)).status).toBe(429);
});

it('the network that one came in from is known for it, also where the other came in from there since', async () => {
  const { email } = await squatted();
  expect((await signInAt(email, MINE, agency)).status).toBe(200);
  expect((await signInAt(email, PASSWORD, null)).status).toBe(200);
  const limits = new SignInLimits(api.dataSource, new Fingerprints((await testDatabase()).secret));
  for (let tries = 0; tries < 31; tries += 1)
    await limits.count({ account: email, place: `10.1.${tries}.1` }).catch(() => undefined);
  expect((await signInAt(email, MINE, agency)).status).toBe(200);
});

it('each is changed by itself, and ends the sessions of its own', async () => {
  const { email, cookie, taken } = await squatted();
  const theirs = { current: PASSWORD, password: LATER };
  expect((await ask(api, 'POST', '/auth/password', theirs, withCookie(cookie))).status).toBe(401);
  const changed = await ask(api, 'POST', '/auth/password', theirs, withCookie(taken.cookie));
  expect(changed.status).toBe(204);
  expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
  const mine = { current: MINE, password: 'fourth kettle 50 island' };
  expect((await ask(api, 'POST', '/auth/password', mine, withCookie(cookie))).status).toBe(204);
  expect((await askAs(api, { cookie }, WHO)).status).toBe(401);
  expect((await askAs(api, changed, WHO)).status).toBe(200);
  expect((await signInAt(email, mine.password, agency)).status).toBe(200);
  expect((await signInAt(email, LATER, squatter)).status).toBe(200);
});

it('stays when the other one goes, and needs no agency to be named then', async () => {
  const { email, taken } = await squatted();
  const remove =
    'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
  await api.data(squatter.key, remove, { input: { memberId: taken.memberId } });
  expect((await signInAt(email, MINE, null)).body.agencyId).toBe(idOf(agency));
  // The next one who invites them is not asked for a password that is another agency's alone.
  const { token } = await invite(api, await api.seed(), email, 'ANALYST');
  expect((await ask(api, 'POST', '/auth/invitation', { token })).body.hasPassword).toBe(false);
});

it('is told in the audit log, and taken only where there is another one', async () => {
  const { memberId } = await squatted();
  const log = '{ auditLog(verbs: ["acceptInvitation"]) { nodes { subjectId changes { field new } } } }';
  const { auditLog } = await api.data(agency.key, log);
  expect(auditLog.nodes[0]).toMatchObject({
    subjectId: memberId,
    changes: expect.arrayContaining([{ field: 'ownPassword', new: 'true' }]),
  });
  const { token } = await invite(api, agency, address(), 'ANALYST');
  const accept = (body: object) =>
    ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', ...body });
  expect((await accept({ ownPassword: MINE })).body).toMatchObject({
    error: 'WRONG_STATE',
    field: 'ownPassword',
  });
  for (const body of [{}, { password: MINE, ownPassword: MINE }]) {
    expect((await accept(body)).body.error).toBe('BAD_USER_INPUT');
  }
  expect((await accept({ password: MINE })).status).toBe(200);
});

it('takes none that is easily guessed, and leaves the link as it is', async () => {
  const { email } = await member(api, squatter, address(), 'ANALYST');
  const { token } = await invite(api, agency, email, 'ANALYST');
  const accept = (ownPassword: string) =>
    ask(api, 'POST', '/auth/invitation/accept', { token, name: 'Ada', ownPassword });
  expect((await accept('password12')).body).toMatchObject({ error: 'INVALID' });
  expect((await accept(MINE)).status).toBe(200);
});

it('is nobody’s where mail is sent: whoever has the address sets the one that there is', async () => {
  const { email } = await member(api, squatter, address(), 'ANALYST');
  const mailbox = await Mailbox.open();
  const mailed = await Api.start({ SMTP_URL: mailbox.url });
  try {
    const query = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { member { id } } }';
    await mailed.data(agency.key, query, { input: { email, role: 'ANALYST' } });
    const token = /#(hr_link_\w+)/.exec((await mailbox.next(email)).text)?.[1];
    const own = { token, name: 'Grace', ownPassword: MINE };
    const refused = await ask(mailed, 'POST', '/auth/invitation/accept', own, OWN);
    expect([refused.status, refused.body.error]).toEqual([409, 'WRONG_STATE']);
  } finally {
    await mailed.close();
    await mailbox.close();
  }
});

/** What the audit log of an agency says of new passwords, newest first. */
async function told({ key }: SeededAgency) {
  const log = '{ auditLog(verbs: ["setPassword"]) { nodes { subjectId changes { field old new } } } }';
  return (await api.data(key, log)).auditLog.nodes;
}
const passwordSet = { field: 'passwordSet', old: null, new: 'true' };
const byLink = { field: 'byLink', old: null, new: '"HANDED_OVER"' };
const own = { field: 'ownPassword', old: null, new: 'true' };

it('a password that opens several agencies is changed in the audit log of each, and in no other one', async () => {
  const { email, taken } = await squatted();
  const third = await api.seed();
  const { token, memberId } = await invite(api, third, email, 'ANALYST');
  const accepted = { token, name: 'Ada', password: PASSWORD };
  expect((await ask(api, 'POST', '/auth/invitation/accept', accepted)).status).toBe(200);
  const change = { current: PASSWORD, password: LATER };
  expect((await ask(api, 'POST', '/auth/password', change, withCookie(taken.cookie))).status).toBe(204);
  expect(await told(squatter)).toEqual([{ subjectId: taken.memberId, changes: [passwordSet] }]);
  expect(await told(third)).toEqual([{ subjectId: memberId, changes: [passwordSet] }]);
  expect(await told(agency)).toEqual([]);
});

/** A link that whoever runs the server made for an agency, and somebody used. */
async function handedOver(of: SeededAgency, memberId: string): Promise<void> {
  const ref = { agencyId: of.agencyId, memberId: fromId('member', memberId) ?? '' };
  const { token } = await inAgency(api.dataSource, ref, (manager) =>
    issueLink(manager, ref, 'PASSWORD', Date.now()),
  );
  expect((await ask(api, 'POST', '/auth/password/set', { token, password: LATER })).status).toBe(204);
}

it('a link that was handed over for one agency opens no other one that is opened by another password', async () => {
  const { email, memberId, taken, cookie } = await squatted();
  await handedOver(squatter, taken.memberId);
  expect((await signInAt(email, LATER, squatter)).status).toBe(200);
  expect((await signInAt(email, LATER, agency)).status).toBe(401);
  expect((await signInAt(email, MINE, agency)).status).toBe(200);
  expect((await askAs(api, { cookie }, WHO)).status).toBe(200);
  expect([await told(squatter), await told(agency)]).toMatchObject([
    [{ changes: [byLink, passwordSet] }],
    [],
  ]);
  await handedOver(agency, memberId);
  expect((await signInAt(email, LATER, agency)).status).toBe(200);
  expect((await askAs(api, { cookie }, WHO)).status).toBe(401);
  expect((await told(agency))[0].changes).toEqual(expect.arrayContaining([passwordSet, own]));
});
