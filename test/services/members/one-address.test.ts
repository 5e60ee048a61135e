import { randomUUID } from 'node:crypto';
import { toId } from '../../../src/schema/ids.js';
import { accountName, joinAccount } from '../../../src/tenancy/accounts.js';
import { inAgency } from '../../../src/tenancy/door.js';
import { Fingerprints } from '../../../src/tenancy/fingerprint.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { invite, member, signIn } from '../../support/members.js';

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
  const { inviteMember } = await api.data(await api.keyOf(agency, 'ADMIN'), query, { input });
  return inviteMember.userErrors[0]?.code ?? 'OK';
}

it.each(PAIRS)('is taken, and its own, with a capital of two signs: %j', async (composed, capital) => {
  const { email } = await member(api, agency, `${composed}${name}`, 'OWNER');
  expect(await codeOfInviting(`${capital}${name}`)).toBe('TAKEN');
  expect((await signIn(api, email)).status).toBe(200);
  expect((await signIn(api, `${capital}${name}`)).status).toBe(200);
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
