import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { accountName, joinAccount } from '../../../src/tenancy/accounts.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { clientOf, invite, member, signIn } from '../../support/members.js';

/** Of an address there is one member of an agency, however it is written. */

let api: Api;
let agency: SeededAgency;
let name: string;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  name = `${randomUUID()}@example.com`;
});

/** Letters whose capitals are written with a mark of their own. */
const PAIRS = [
  ['\u1e96', 'H\u0331'],
  ['\u01f0', 'J\u030c'],
  ['\u1e97', 'T\u0308'],
  ['\u0390', '\u03aa\u0301'],
] as const;

async function codeOfInviting(email: string): Promise<string> {
  const query = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { userErrors { code } } }`;
  const input = { email, role: 'ANALYST' };
  const { inviteMember } = await api.data(agency.key, query, { input });
  return inviteMember.userErrors[0]?.code ?? 'OK';
}

it.each(PAIRS)('is taken, and its own, with a capital of two signs: %j', async (composed, capital) => {
  const { email } = await member(api, agency, `${composed}${name}`, 'OWNER');
  expect(await codeOfInviting(`${capital}${name}`)).toBe('TAKEN');
  expect((await signIn(api, email)).status).toBe(200);
  expect((await signIn(api, `${capital}${name}`)).status).toBe(200);
});

it.each([
  ...['\ufe0f', '\u034f', '\u180b', '\u{e0100}', '\u17b4', '\u3164', '\u2800'].flatMap((unseen) => [
    `ada@exam${unseen}ple.com`,
    `a${unseen}da@example.com`,
  ]),
  ...['ada@example..com', 'ada@example.com.', `ada@${'x'.repeat(70)}.com`, 'ada@-example.com', 'ada@a_b.com'],
  ...[
    'ada@0x7f000001',
    'ada@127.0.0.1',
    'ada@127.1',
    'ada@[127.0.0.1]',
    'ada@[IPv6:::1]',
    'ada@ex%61mple.com',
  ],
  ...['ada@xn--bcher-kva.example', 'ada@XN--BCHER-KVA.example', 'ada@\ufb00.example', 'ada@bücher.example.'],
])('mail goes to another one’s, or to nobody: %j', async (email) => {
  expect(await codeOfInviting(email)).toBe('INVALID');
});

it('is measured as it is kept: by lower case, or by composition, some letters get more', async () => {
  const approverOf = async (approverEmail: string): Promise<string> => {
    const query = `mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }`;
    const input = { clientAccountId: clientOf(agency), approverEmail };
    const { updateClientAccount } = await api.data(agency.key, query, { input });
    return updateClientAccount.userErrors[0]?.code ?? 'OK';
  };
  const codes = async (letters: string) => [
    await codeOfInviting(`${letters}@a.example`),
    await approverOf(`${letters}@a.example`),
  ];
  // U+0130 and U+0958: two letters each, the one of an address in lower case alone.
  expect(await codes('\u0130'.repeat(242))).toEqual(['INVALID', 'INVALID']);
  expect(await codes('\u0958'.repeat(242))).toEqual(['INVALID', 'INVALID']);
  expect(await codes(`${'\u0958'.repeat(122)}x`)).toEqual(['INVALID', 'INVALID']);
  expect(await codes('\u0958'.repeat(122))).toEqual(['OK', 'OK']);
  expect(await codes('\u0130'.repeat(122))).toEqual(['OK', 'OK']);
  // U+037E is another writing of the semicolon, which parts one address from the next.
  expect(await codes('ada\u037ebob')).toEqual(['INVALID', 'INVALID']);
});

it('is one in whatever case its domain is, and however it is put together', async () => {
  const codes = [];
  for (const domain of ['bücher.example', 'BÜCHER.example', 'bu\u0308cher.example'])
    codes.push(await codeOfInviting(name.replace('example.com', domain)));
  expect(codes).toEqual(['OK', 'TAKEN', 'TAKEN']);
  for (const domain of [
    'straße.example',
    'ΟΔΟΣ.example',
    '日本.example',
    'i❤.example',
    'localhost',
    '1.example',
  ])
    expect([domain, await codeOfInviting(`ada@${domain}`)]).toEqual([domain, 'OK']);
});

describe('where two members of an agency have one address all the same', () => {
  /** As it was kept before addresses were composed. */
  async function beside() {
    const owner = await member(api, agency, `\u1e96${name}`, 'OWNER');
    const other = await invite(api, agency, `other-${name}`, 'ANALYST');
    await inAgency(api.dataSource, agency, (manager) =>
      manager.query('UPDATE member SET email = $2 WHERE agency_id = $1 AND email = $3', [
        ...[agency.agencyId, `h\u0331${name}`, `other-${name}`],
      ]),
    );
    return { owner, other };
  }

  it('one who is removed before they joined takes nobody’s account with them', async () => {
    const { owner, other } = await beside();
    const remove =
      'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }';
    const { memberId } = other;
    const { removeMember } = await api.data(agency.key, remove, { input: { memberId } });
    expect(removeMember.userErrors).toEqual([]);
    expect((await signIn(api, owner.email)).status).toBe(200);
  });

  it('one who joins takes nobody’s place', async () => {
    const { owner } = await beside();
    const account = accountName(new Fingerprints((await testDatabase()).secret), owner.email);
    const { agencyId } = agency;
    const joining = { agencyId, memberId: randomUUID(), joinedBy: 'PASSWORD' } as const;
    await expect(
      inAgency(api.dataSource, { agencyId }, (manager) => joinAccount(manager, account, joining, Date.now())),
    ).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await signIn(api, owner.email)).body.agencyId).toBe(toId('agency', agencyId));
  });
});
