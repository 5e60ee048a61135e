import { agency } from '../../src/cli/agency.js';
import { key } from '../../src/cli/key.js';
import { member } from '../../src/cli/member.js';
import type { Json } from '../support/api.js';
import { ownDatabase } from '../support/database.js';
import { runHere, settingsOf, type Ran } from './running.js';

let settings: NodeJS.ProcessEnv;

beforeAll(async () => {
  settings = { ...settingsOf(await ownDatabase()), HEADROOM_PUBLIC_URL: 'https://headroom.example' };
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
  const mail = await here('agency', 'create', '--name', 'Beta', '--owner-email', 'nobody');
  expect([mail.code, mail.stdout, mail.stderr]).toEqual([1, '', expect.stringMatching(/^[^\n]+\n$/)]);
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
    expect(await ending(wrong)).toMatchObject({ code: 1, stderr: `--expires is no instant: ${wrong}\n` });
  expect((await ending('2126-01-31T00:00:00+01:00')).code).toBe(0);
  expect(await answer('key', 'revoke', created.id, ...whose)).toEqual({ id: created.id, revoked: true });
  // Who was invited and has not accepted has no password yet, and nobody else is told apart from them.
  for (const email of ['eve@acme.example', 'nobody@acme.example']) {
    expect(await answer('member', 'password-link', ...whose, '--email', email)).toEqual({
      error: 'NOT_FOUND',
      message: 'No member of the agency has this address.',
    });
  }
});
