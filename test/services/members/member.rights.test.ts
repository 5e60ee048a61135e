import { randomUUID } from 'node:crypto';
import { failureOf, isFault } from '../../../src/http/failures.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { Changes } from '../../../src/services/changes.js';
import { Authenticator } from '../../../src/tenancy/authenticate.js';
import type { Viewer } from '../../../src/tenancy/viewer.js';
import { person, reserveRequest } from '../../ledger/support.js';
import type { SeededAgency } from '../../support/agency.js';
import { Api } from '../../support/api.js';
import { testDatabase } from '../../support/database.js';
import { ask, clientOf, invite, member, seatOf, type Person } from '../../support/members.js';

/** What a member was let in by is compared once more under the lock: between the two it may have been changed. */

let api: Api;
let agency: SeededAgency;
let ledger: Ledger;
let manager: Person;
beforeAll(async () => {
  api = await Api.start();
  ledger = new Ledger((await testDatabase()).appUrl);
});
afterAll(async () => {
  await ledger.close();
  await api.close();
});
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
  manager = await member(api, agency, `${randomUUID()}@example.com`, 'MANAGER', {
    clientAccountIds: [clientOf(agency)],
  });
});

/** Who the manager is, by their session. */
function letIn(): Promise<Viewer> {
  return new Authenticator(api.dataSource).authenticate(undefined, manager.cookie?.split('=')[1]);
}

const CHANGES = {
  takeFromMember: { input: 'TakeFromMemberInput', more: () => ({ clientAccountIds: [clientOf(agency)] }) },
  setMemberRole: { input: 'SetMemberRoleInput', more: () => ({ role: 'ANALYST' }) },
  removeMember: { input: 'RemoveMemberInput', more: () => ({}) },
} as const;

async function change(name: keyof typeof CHANGES): Promise<void> {
  const query = `mutation ($input: ${CHANGES[name].input}!) { ${name}(input: $input) { userErrors { code } } }`;
  const input = { memberId: manager.memberId, ...CHANGES[name].more() };
  expect((await api.data(agency.key, query, { input }))[name].userErrors).toEqual([]);
}

/** Asks the ledger, and changes something, as whoever was let in. */
const WORK = {
  'the ledger': (viewer: Viewer) =>
    ledger.ask({
      ...reserveRequest(
        { ...agency, viewer, clientAccountId: agency.clientAccount.id, seatIds: [agency.seat.id] },
        'FOLLOW',
      ),
      recipient: person(),
    }),
  'a change': (viewer: Viewer) => new Changes(api.dataSource).make(viewer, async () => 'done'),
};

describe.each(['the ledger', 'a change'] as const)('%s', (name) => {
  it.each([
    ['takeFromMember', 'UNAVAILABLE'],
    ['setMemberRole', 'UNAVAILABLE'],
    ['removeMember', 'UNAUTHENTICATED'],
  ] as const)('does nothing by what was before %s: %s', async (changed, code) => {
    const before = await letIn();
    await WORK[name](before);
    await change(changed);
    const failure = await WORK[name](before).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    // It is an ordinary answer: nobody who runs the server has to look at it.
    expect(isFault(failureOf(failure))).toBe(false);
  });

  it('goes on by what was changed, once asked again', async () => {
    await change('takeFromMember');
    const after = await letIn();
    expect(after.reach).toEqual({ clientAccountIds: [], seatIds: [], seatAccountIds: [] });
    await expect(WORK[name](after)).resolves.toBeDefined();
  });
});

it.each([
  ['giveToMember', 'GiveToMemberInput', () => ({ clientAccountIds: [clientOf(agency)] })],
  ['giveToMember', 'GiveToMemberInput', () => ({})],
  ['takeFromMember', 'TakeFromMemberInput', () => ({ seatIds: [seatOf(agency)] })],
  [
    ...(['setMemberRole', 'SetMemberRoleInput'] as const),
    () => ({ role: 'MANAGER', clientAccountIds: [clientOf(agency), clientOf(agency)] }),
  ],
])(
  '%s of what is so already ends no invitation, and lets in whoever was let in',
  async (name, type, more) => {
    const before = await letIn();
    const given = { clientAccountIds: [clientOf(agency)] };
    const invited = await invite(api, agency, `${randomUUID()}@example.com`, 'MANAGER', given);
    for (const { memberId } of [manager, invited]) {
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { member { role } userErrors { code } } }`;
      const answered = (await api.data(agency.key, query, { input: { memberId, ...more() } }))[name];
      expect(answered).toEqual({ member: { role: 'MANAGER' }, userErrors: [] });
    }
    const { token } = invited;
    expect((await ask(api, 'POST', '/auth/invitation', { token })).status).toBe(200);
    await expect(WORK['a change'](before)).resolves.toBe('done');
  },
);

it('setMemberRole takes what is named twice once, and says so', async () => {
  const query = `mutation ($input: SetMemberRoleInput!) {
    setMemberRole(input: $input) { member { role clientAccounts { id } seats { id } } userErrors { code } }
  }`;
  const [account, seat] = [clientOf(agency), seatOf(agency)];
  const input = {
    memberId: manager.memberId,
    role: 'OPERATOR',
    clientAccountIds: [account, account],
    seatIds: [seat, seat],
  };
  expect((await api.data(agency.key, query, { input })).setMemberRole).toEqual({
    member: { role: 'OPERATOR', clientAccounts: [{ id: account }], seats: [{ id: seat }] },
    userErrors: [],
  });
});
