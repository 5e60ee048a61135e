import { randomUUID } from 'node:crypto';
import { inAgency } from '../../../src/tenancy/door.js';
import { toId } from '../../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../../support/agency.js';
import { Api, type Json } from '../../support/api.js';
import { askAs, clientOf, invite, member, seatOf, type Given, type Person } from '../../support/members.js';

let api: Api;
let agency: SeededAgency;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.dataSource.query('DELETE FROM sign_in_try');
  agency = await api.seed();
});

const address = () => `${randomUUID()}@example.com`;
const person = (role: Parameters<typeof member>[3], given: Given = {}) =>
  member(api, agency, address(), role, given);

const CHANGES = {
  setMemberRole: 'SetMemberRoleInput',
  removeMember: 'RemoveMemberInput',
  giveToMember: 'GiveToMemberInput',
  takeFromMember: 'TakeFromMemberInput',
  inviteMember: 'InviteMemberInput',
} as const;

/** The codes that a change is refused with; `OK` where it is not. */
async function change(
  by: Pick<Person, 'cookie'>,
  name: keyof typeof CHANGES,
  input: object,
): Promise<string> {
  const query = `mutation ($input: ${CHANGES[name]}!) { ${name}(input: $input) { userErrors { code } } }`;
  const { data, errors } = await askAs(api, by, query, { input });
  if (errors) return errors[0].extensions.code;
  return data[name].userErrors[0]?.code ?? 'OK';
}

async function owners(): Promise<number> {
  const { members } = await api.data(agency.key, '{ members { nodes { role status } } }');
  return members.nodes.filter(({ role, status }: Json) => role === 'OWNER' && status === 'ACTIVE').length;
}

describe('the last owner', () => {
  it('can be neither removed nor demoted; one who has not accepted is none', async () => {
    const ada = await person('OWNER');
    await invite(api, agency, address(), 'OWNER');
    const { memberId } = ada;
    expect(await change(ada, 'removeMember', { memberId })).toBe('WRONG_STATE');
    expect(await change(ada, 'setMemberRole', { memberId, role: 'ADMIN' })).toBe('WRONG_STATE');
    expect(await change(ada, 'setMemberRole', { memberId, role: 'OWNER' })).toBe('OK');
  });

  it.each(['setMemberRole', 'removeMember'] as const)(
    'stays where two owners do it at once: %s',
    async (name) => {
      const two = [await person('OWNER'), await person('OWNER')] as const;
      const input = ({ memberId }: Person) =>
        name === 'setMemberRole' ? { memberId, role: 'ADMIN' } : { memberId };
      // Each to themselves: whoever comes second is refused. Each to the other: whoever comes second is an owner no more.
      const selves = await Promise.all(two.map((one) => change(one, name, input(one))));
      expect(selves.sort()).toEqual(['OK', 'WRONG_STATE']);
      expect(await owners()).toBe(1);
      const [cleo, dan] = [await person('OWNER'), await person('OWNER')] as const;
      const each = await Promise.all([change(cleo, name, input(dan)), change(dan, name, input(cleo))]);
      expect(each.filter((code) => code === 'OK')).toHaveLength(1);
      expect(await owners()).toBe(2);
    },
  );
});

describe('nobody reaches above their own role', () => {
  it('in inviting, promoting, changing or removing', async () => {
    const [owner, admin, manager] = [await person('OWNER'), await person('ADMIN'), await person('MANAGER')];
    const { memberId } = owner;
    expect(await change(admin, 'inviteMember', { email: address(), role: 'OWNER' })).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
    expect(await change(admin, 'setMemberRole', { memberId: admin.memberId, role: 'OWNER' })).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
    expect(await change(admin, 'setMemberRole', { memberId, role: 'ANALYST' })).toBe('FORBIDDEN_FOR_ROLE');
    expect(await change(admin, 'removeMember', { memberId })).toBe('FORBIDDEN_FOR_ROLE');
    expect(await change(manager, 'inviteMember', { email: address(), role: 'OPERATOR' })).toBe(
      'FORBIDDEN_FOR_ROLE',
    );
    expect((await askAs(api, manager, '{ members { totalCount } }')).errors[0].extensions.code).toBe(
      'FORBIDDEN',
    );
    const key = await api.keyOf(agency, 'ADMIN', agency.clientAccount.id);
    const query =
      'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { userErrors { code } } }';
    const asked = await api.data(key, query, { input: { email: address(), role: 'ANALYST' } });
    expect(asked.inviteMember.userErrors).toEqual([{ code: 'FORBIDDEN_FOR_ROLE' }]);
  });
});

describe('what was given', () => {
  const SEEN =
    '{ seats { nodes { id } } clientAccounts { nodes { id } } decisions { nodes { seat { id } } } campaigns { totalCount } }';
  let other: { readonly client: string; readonly seat: string };
  let sibling: string;

  beforeEach(async () => {
    const { clientAccounts, seats } = servicesOn(api.dataSource);
    const account = done(
      await clientAccounts.createClientAccount(agency.owner, {
        name: 'Other',
        planId: agency.plan.id,
        timeZone: 'UTC',
      }),
    );
    const seat = done(await seats.addSeat(agency.owner, newSeat(account.id)));
    other = { client: toId('client', account.id), seat: toId('seat', seat.id) };
    sibling = toId('seat', done(await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id))).id);
    for (const seatId of [seatOf(agency), other.seat, sibling]) await reserve(agency.key, seatId);
  });

  const RESERVE =
    'mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } userErrors { code } } }';
  const asking = (seatId: string) => ({
    input: {
      ...{ seatId, action: 'FOLLOW', idempotencyKey: randomUUID() },
      recipient: { profileUrl: `linkedin.com/in/${randomUUID()}` },
    },
  });
  const reserve = (key: string, seatId: string) => api.data(key, RESERVE, asking(seatId));
  const reserveAs = async (by: Person, seatId: string): Promise<string> => {
    const { data } = await askAs(api, by, RESERVE, asking(seatId));
    return data.reserve.userErrors[0]?.code ?? data.reserve.decision.outcome;
  };

  async function seen(by: Pick<Person, 'cookie'>) {
    const { data } = await askAs(api, by, SEEN);
    const idsOf = (rows: Json) => rows.map(({ id }: Json) => id).sort();
    return {
      seats: idsOf(data.seats.nodes),
      clients: idsOf(data.clientAccounts.nodes),
      decided: [...new Set(idsOf(data.decisions.nodes.map(({ seat }: Json) => seat)))],
    };
  }

  it('is all that a manager sees and works on: nothing, a single seat, a client account, both', async () => {
    const bob = await person('MANAGER');
    const { memberId } = bob;
    expect(await seen(bob)).toEqual({ seats: [], clients: [], decided: [] });
    expect(await reserveAs(bob, other.seat)).toBe('NOT_FOUND');

    const owner = await person('OWNER');
    await change(owner, 'giveToMember', { memberId, seatIds: [other.seat] });
    expect(await seen(bob)).toEqual({ seats: [other.seat], clients: [other.client], decided: [other.seat] });
    expect([await reserveAs(bob, other.seat), await reserveAs(bob, sibling)]).toEqual([
      'ALLOWED',
      'NOT_FOUND',
    ]);
    // The client account itself is another matter: what is done to it is done to all its seats.
    const create =
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { code } } }';
    const campaign = { input: { clientAccountId: other.client, name: 'Spring', seatIds: [] } };
    expect((await askAs(api, bob, create, campaign)).data.createCampaign.userErrors).toEqual([
      { code: 'NOT_FOUND' },
    ]);

    await change(owner, 'giveToMember', { memberId, clientAccountIds: [clientOf(agency)] });
    const all = [seatOf(agency), sibling, other.seat].sort();
    expect(await seen(bob)).toEqual({
      seats: all,
      clients: [clientOf(agency), other.client].sort(),
      decided: all,
    });

    // Taken away: the very next request.
    await change(owner, 'takeFromMember', {
      memberId,
      seatIds: [other.seat],
      clientAccountIds: [clientOf(agency)],
    });
    expect(await seen(bob)).toEqual({ seats: [], clients: [], decided: [] });
    expect(await reserveAs(bob, sibling)).toBe('NOT_FOUND');
  });

  it('tells nothing of the agency’s own limits, as for a client', async () => {
    const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 500 };
    const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
    await api.data(agency.key, set, { input: { scopeId: toId('agency', agency.agencyId), limit } });
    const bob = await person('OPERATOR', { seatIds: [sibling], clientAccountIds: [other.client] });
    const query =
      '{ viewer { clientAccount { id } agency { usage { used } } } seats { nodes { usage { limit { scopeKind } } } } }';
    const { data } = await askAs(api, bob, query);
    expect(data.viewer).toEqual({ clientAccount: null, agency: { usage: [] } });
    const kinds = data.seats.nodes.flatMap(({ usage }: Json) =>
      usage.map(({ limit: one }: Json) => one.scopeKind),
    );
    expect(kinds).not.toContain('AGENCY');
  });

  it('tells the credits that seats share, and their history, to those alone who were given their client account', async () => {
    const shared = newSeat(agency.clientAccount.id, { tier: 'RECRUITER_CORPORATE', openingCredits: 500 });
    const seat = toId('seat', done(await servicesOn(api.dataSource).seats.addSeat(agency.owner, shared)).id);
    const query = `{ seat(id: "${seat}") { credits { available history { nodes { kind } } } } }`;
    const told = async (given: Given) =>
      (await askAs(api, await person('OPERATOR', given), query)).data.seat.credits;
    const nodes = [{ kind: 'OPENING' }];
    expect(await told({ clientAccountIds: [clientOf(agency)] })).toEqual({
      available: 500,
      history: { nodes },
    });
    expect(await told({ seatIds: [seat] })).toBeNull();
  });

  it('suits the role: a client has one client account, those who see all are given nothing', async () => {
    const owner = await person('OWNER');
    const both = [clientOf(agency), other.client];
    const asked = (input: object) => change(owner, 'inviteMember', { email: address(), ...input });
    expect(await asked({ role: 'CLIENT' })).toBe('INVALID');
    expect(await asked({ role: 'CLIENT', clientAccountIds: both })).toBe('INVALID');
    expect(await asked({ role: 'CLIENT', clientAccountIds: [both[0]] })).toBe('OK');
    expect(await asked({ role: 'ANALYST', seatIds: [sibling] })).toBe('INVALID');
    const cleo = await person('CLIENT', { clientAccountIds: [other.client] });
    expect((await seen(cleo)).seats).toEqual([other.seat]);
    expect(await reserveAs(cleo, other.seat)).toBe('FORBIDDEN_FOR_ROLE');
    // Two are one too many: the words tell how to come to another one.
    const moved = { memberId: cleo.memberId, clientAccountIds: [clientOf(agency)] };
    const give = `mutation ($input: GiveToMemberInput!) { giveToMember(input: $input) { userErrors { message } } }`;
    const { giveToMember } = (await askAs(api, owner, give, { input: moved })).data;
    expect(giveToMember.userErrors[0].message).toContain('setMemberRole, to CLIENT again, puts another one');
    expect(await change(owner, 'setMemberRole', { ...moved, role: 'CLIENT' })).toBe('OK');
    expect((await seen(cleo)).seats).toContain(seatOf(agency));
    expect((await seen(cleo)).seats).not.toContain(other.seat);
  });
});

it('every change is in the audit log by id and code, and nobody’s address or name is; erased, it is nowhere', async () => {
  const [ada, bob] = [
    await person('OWNER'),
    await person('MANAGER', { clientAccountIds: [clientOf(agency)] }),
  ];
  const { memberId } = bob;
  await change(ada, 'setMemberRole', { memberId, role: 'ANALYST' });
  await change(ada, 'removeMember', { memberId, erase: true });
  const [entries, rows] = await inAgency(api.dataSource, agency.owner, async (manager) => [
    await manager.query('SELECT actor, verb, changes FROM audit_entry WHERE subject_id = $1 ORDER BY id', [
      (await manager.query("SELECT id FROM member WHERE status = 'REMOVED'"))[0].id,
    ]),
    await manager.query('SELECT m::text FROM member m UNION ALL SELECT e::text FROM audit_entry e'),
  ]);
  expect(entries.map(({ verb }: Json) => verb)).toEqual([
    'inviteMember',
    'acceptInvitation',
    'setMemberRole',
    'removeMember',
  ]);
  expect(entries[2].changes.role).toEqual({ old: 'MANAGER', new: 'ANALYST' });
  expect(entries[2].changes.clientAccountIds).toEqual({ old: [agency.clientAccount.id], new: [] });
  expect(entries[2].actor).toMatch(/^member:/);
  expect(JSON.stringify(rows)).not.toContain(bob.email);
  const { members } = await api.data(agency.key, '{ members { totalCount nodes { email } } }');
  expect(members).toEqual({ totalCount: 1, nodes: [{ email: ada.email }] });
});

it('an address has nothing in it that can’t be seen: it would look like another one’s', async () => {
  const owner = await person('OWNER');
  const invited = (email: string) => change(owner, 'inviteMember', { email, role: 'ANALYST' });
  for (const unseen of ['\u200b', '\u0085', '\u0001', '\u202e', '\u007f', '\u00ad']) {
    expect([unseen, await invited(`ada${unseen}@example.com`)]).toEqual([unseen, 'INVALID']);
    expect([unseen, await invited(`ada@example.com${unseen}`)]).toEqual([unseen, 'INVALID']);
  }
  // Domains that mail takes for another one.
  for (const domain of ['example\u3002com', 'example\uff0ecom', 'example\uff61com', '\uff45xample.com']) {
    expect([domain, await invited(`ada@${domain}`)]).toEqual([domain, 'INVALID']);
  }
  expect(await invited(`ünï-${randomUUID()}@bücher.example`)).toBe('OK');
});

it('an address is one however its marks are written, also where its capital has them apart', async () => {
  const owner = await person('OWNER');
  const [name, taken] = [randomUUID(), ['TAKEN']];
  const invited = (email: string) => change(owner, 'inviteMember', { email, role: 'ANALYST' });
  for (const [small, capital] of [
    ['\u1e96', 'H\u0331'],
    ['\u01f0', 'J\u030c'],
    ['\u0390', '\u0399\u0308\u0301'],
  ]) {
    expect(await invited(`${small}${name}@example.com`)).toBe('OK');
    expect([await invited(`${capital}${name}@example.com`)]).toEqual(taken);
  }
});
