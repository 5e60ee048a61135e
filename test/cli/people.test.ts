import { agency } from '../../src/cli/agency.js';
import { key } from '../../src/cli/key.js';
import { member } from '../../src/cli/member.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, query, superuserUrl, type TestDatabase } from '../support/database.js';
import { Mailbox } from '../support/mailbox.js';
import { ask } from '../support/members.js';
import { run, runHere, settingsOf, type Ran } from './running.js';

let settings: NodeJS.ProcessEnv;
let database: TestDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  settings = { ...settingsOf(database), HEADROOM_PUBLIC_URL: 'https://headroom.example' };
});

const PEOPLE = { agency, key, member } as const;

const here = (name: keyof typeof PEOPLE, ...words: string[]): Promise<Ran> =>
  runHere(settings, PEOPLE[name](), ...words);

const answer = async (name: keyof typeof PEOPLE, ...words: string[]): Promise<Json> =>
  JSON.parse((await here(name, ...words, '--json')).stdout);

it('makes an agency with a key and an invitation, which are shown this once', async () => {
  const made = await answer('agency', 'create', '--name', 'Acme', '--owner-email', 'ada@acme.example');
  expect(made).toEqual({
    agency: { id: expect.stringMatching(/^agency_/), name: 'Acme' },
    key: expect.stringMatching(/^hr_live_/),
    invitation: {
      url: expect.stringMatching(/^https:\/\/headroom\.example\/.*#hr_link_/),
      expiresAt: expect.any(String),
    },
  });
});

it.each([
  ['no address', 'nobody'],
  ['one that is too long in lower case', `${'\u0130'.repeat(240)}@acme.example`],
])('makes no agency without its owner: %s', async (_what, email) => {
  const mail = await here('agency', 'create', '--name', 'Beta', '--owner-email', email);
  expect([mail.code, mail.stdout, mail.stderr]).toEqual([1, '', expect.stringMatching(/^[^\n]+\n$/)]);
  const named = `SELECT 1 FROM agency WHERE name = 'Beta'`;
  expect(await query(await superuserUrl(database.appUrl), named)).toEqual([]);
});

it('sends the invitation where mail is sent', async () => {
  const mailbox = await Mailbox.open();
  try {
    const email = 'joan@acme.example';
    const words = ['create', '--name', 'Acme', '--owner-email', email, '--json'];
    const { stdout } = await runHere({ ...settings, SMTP_URL: mailbox.url }, agency(), ...words);
    expect(JSON.parse(stdout).invitation.url).toBeNull();
    expect((await mailbox.next(email)).text).toContain('#hr_link_');
  } finally {
    await mailbox.close();
  }
});

it('is kept by no mail server that answers without an end, whose letter others send in a minute', async () => {
  const mailbox = await Mailbox.open();
  mailbox.refusing = 'TO_COME_TO_AN_END';
  try {
    const words = ['agency', 'create', '--name', 'Slow', '--owner-email', 'sue@acme.example', '--json'];
    const { stdout, stderr, code } = await run({ ...settings, SMTP_URL: mailbox.url }, ...words);
    expect([code, JSON.parse(stdout).invitation.url]).toEqual([0, null]);
    expect(stderr).toMatch(/^A letter could not be sent: .*it was not done when this process ended\.\n$/);
    const putOff = `SELECT l.next_try_at - extract(epoch FROM now()) * 1000 <= 60000 AS soon FROM letter l
      JOIN agency a USING (agency_id) WHERE a.name = 'Slow'`;
    expect(await query(await superuserUrl(database.appUrl), putOff)).toEqual([{ soon: true }]);
  } finally {
    await mailbox.close();
  }
});

it('makes keys of an agency and revokes them, and links for members who forgot their password', async () => {
  const { agency: made } = await answer(
    'agency',
    'create',
    '--name',
    'Acme',
    '--owner-email',
    'eve@acme.example',
  );
  const whose = ['--agency', made.id];
  const created = await answer('key', 'create', ...whose, '--role', 'ANALYST', '--name', 'Report');
  expect(created).toEqual({
    id: expect.stringMatching(/^key_/),
    key: expect.stringMatching(/^hr_live_/),
  });
  const ending = (expires: string) =>
    here('key', 'create', ...whose, '--role', 'ANALYST', '--expires', expires);
  for (const wrong of [
    'tomorrow',
    'Jan 1 12000',
    '+275760-09-13T00:00:00.000Z',
    '2027-02-30T00:00:00Z',
    '2027-01-31',
  ])
    expect(await ending(wrong)).toMatchObject({
      code: 1,
      stderr: `--expires is no instant such as 2026-12-01T00:00Z: ${wrong}\n`,
    });
  for (const right of ['2126-01-31T00:00:00+01:00', '2126-01-31T00:00Z'])
    expect((await ending(right)).code).toBe(0);
  expect(await answer('key', 'revoke', created.id, ...whose)).toEqual({ id: created.id, revoked: true });
  // Who was invited and has not accepted has no password yet, and nobody else is told apart from them.
  for (const email of ['eve@acme.example', 'nobody@acme.example']) {
    expect(await answer('member', 'password-link', ...whose, '--email', email)).toEqual({
      error: 'NOT_FOUND',
      message: 'No member of the agency has this address.',
    });
  }
});

it('a link for a new password is in the audit log by whoever runs the server, and what was set by it as set by one', async () => {
  const email = 'grace@acme.example';
  const made = await answer('agency', 'create', '--name', 'Acme', '--owner-email', email);
  // As the command reads it from its settings.
  const secret = Buffer.from(String(settings['HEADROOM_SECRET']));
  const api = await Api.start({}, { ...database, secret });
  try {
    const tokenOf = (url: string): string => url.split('#')[1] ?? '';
    const accepting = {
      token: tokenOf(made.invitation.url),
      name: 'Grace',
      password: 'wobbly kettle 47 orchard',
    };
    const { memberId } = (await ask(api, 'POST', '/auth/invitation/accept', accepting)).body;
    const before = Date.now();
    const { url } = await answer('member', 'password-link', '--agency', made.agency.id, '--email', email);
    const setting = { token: tokenOf(url), password: 'another kettle 48 meadow' };
    expect((await ask(api, 'POST', '/auth/password/set', setting)).status).toBe(204);
    const log = `{ auditLog(verbs: ["setPassword", "makePasswordLink"]) {
      nodes { verb actor origin subjectKind subjectId changes { field old new } } } }`;
    const [set, linked] = (await api.data(made.key, log)).auditLog.nodes;
    const subject = { subjectKind: 'MEMBER', subjectId: memberId };
    expect(set).toEqual({
      ...{ verb: 'setPassword', actor: memberId, origin: 'MEMBER', ...subject },
      changes: [
        { field: 'byLink', old: null, new: '"HANDED_OVER"' },
        { field: 'passwordSet', old: null, new: 'true' },
      ],
    });
    expect(linked).toEqual({
      ...{ verb: 'makePasswordLink', actor: 'system:cli', origin: 'SYSTEM', ...subject },
      changes: [{ field: 'expiresAt', old: null, new: expect.any(String) }],
    });
    const until = Date.parse(JSON.parse(linked.changes[0].new));
    expect(until - before).toBeGreaterThan(3_590_000);
  } finally {
    await api.close();
  }
});
