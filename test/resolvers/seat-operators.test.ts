import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
import { askAs, invite, type Given, member, type Person } from '../support/members.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let desk: SeatDesk;
let people = 0;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api);
});

const OPERATORS = 'query ($seat: ID!) { seat(id: $seat) { operators { kind id name role reach } } }';
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }`;
const REVOKE = `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { code } } }`;
const GIVE = `mutation ($input: GiveToMemberInput!) { giveToMember(input: $input) { userErrors { code } } }`;
const TAKE = `mutation ($input: TakeFromMemberInput!) { takeFromMember(input: $input) { userErrors { code } } }`;
const REMOVE = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { userErrors { code } } }`;

async function createKey(name: string, role: string, more: object = {}): Promise<Json> {
  const made = (await desk.ask(CREATE, { input: { name, role, ...more } })).createApiKey;
  return { id: made.apiKey.id, secret: made.secret };
}

function person(role: 'MANAGER' | 'OPERATOR', given: Given = {}): Promise<Person> {
  people += 1;
  return member(api, desk.agency, `p${people}@${desk.agency.agencyId}.example`, role, given);
}

async function operators(key?: string): Promise<Json[]> {
  return (await desk.ask(OPERATORS, {}, key)).seat.operators;
}

const idsOf = (found: Json[]): string[] => found.map(({ id }) => id);

describe('Seat.operators', () => {
  it('are the members to whom it or its client account was given, and by which of both', async () => {
    const one = await person('OPERATOR', { seatIds: [desk.seat] });
    const whole = await person('MANAGER', { clientAccountIds: [desk.client] });
    await person('OPERATOR', { clientAccountIds: [desk.other] });
    await person('OPERATOR');
    // Who has not accepted works with nothing yet, and has no name.
    await invite(api, desk.agency, 'b@example.com', 'OPERATOR', { seatIds: [desk.seat] });
    const told = { kind: 'MEMBER', name: 'Ada' };
    expect(await operators()).toEqual([
      { ...told, id: one.memberId, role: 'OPERATOR', reach: 'SEAT' },
      { ...told, id: whole.memberId, role: 'MANAGER', reach: 'CLIENT_ACCOUNT' },
    ]);
  });

  it('are a hundred at most, whoever reaches more before those of a narrower reach', async () => {
    for (let index = 0; index < 100; index += 1) {
      await createKey(`a${index}`, 'OPERATOR', { clientAccountId: desk.client });
    }
    const { id } = await createKey('zz of the agency', 'OPERATOR');
    const found = await operators();
    expect(found).toHaveLength(100);
    expect(idsOf(found)).toContain(id);
  });

  it('are given and taken as what a member has, and end with the member', async () => {
    const [one, other] = [await person('OPERATOR'), await person('OPERATOR', { seatIds: [desk.seat] })];
    const input = { memberId: one.memberId, seatIds: [desk.seat] };
    await desk.ask(GIVE, { input });
    expect(idsOf(await operators())).toEqual([one.memberId, other.memberId]);
    await desk.ask(TAKE, { input });
    expect(idsOf(await operators())).toEqual([other.memberId]);
    await desk.ask(REMOVE, { input: { memberId: other.memberId } });
    expect(await operators()).toEqual([]);
  });

  it('are the keys that reach it and may send, neither revoked nor expired', async () => {
    const ben = await createKey('Ben', 'OPERATOR', { clientAccountId: desk.client });
    const ada = await createKey('Ada', 'MANAGER');
    await createKey('Elsewhere', 'OPERATOR', { clientAccountId: desk.other });
    await createKey('Reader', 'ANALYST');
    const revoked = await createKey('Revoked', 'OPERATOR');
    await desk.ask(REVOKE, { input: { apiKeyId: revoked.id } });
    await createKey('Expired', 'OPERATOR', { expiresAt: '2099-01-01T00:00:00Z' });
    await inAgency(api.dataSource, desk.agency.owner, (manager) =>
      manager.query(`UPDATE api_key SET expires_at = 1 WHERE agency_id = $1 AND name = 'Expired'`, [
        desk.agency.agencyId,
      ]),
    );
    expect(await operators()).toEqual([
      { kind: 'API_KEY', id: ada.id, name: 'Ada', role: 'MANAGER', reach: 'AGENCY' },
      { kind: 'API_KEY', id: ben.id, name: 'Ben', role: 'OPERATOR', reach: 'CLIENT_ACCOUNT' },
    ]);
  });

  it('are not told to a client, nor a key to whoever sees a part of what it reaches', async () => {
    await createKey('Of all', 'OPERATOR');
    const part = await createKey('Of the part', 'MANAGER', { clientAccountId: desk.client });
    const one = await person('OPERATOR', { seatIds: [desk.seat] });
    expect(idsOf(await operators(part.secret))).toEqual([one.memberId, part.id]);
    const { data } = await askAs(api, one, OPERATORS, { seat: desk.seat });
    expect(idsOf(data.seat.operators)).toEqual([one.memberId]);
    expect(await operators(await desk.clientKey(desk.agency.clientAccount.id))).toEqual([]);
  });

  it('are those of the new client account after a move', async () => {
    const [ofOld, ofNew] = [
      await createKey('Of the old one', 'OPERATOR', { clientAccountId: desk.client }),
      await createKey('Of the new one', 'OPERATOR', { clientAccountId: desk.other }),
    ];
    await person('OPERATOR', { seatIds: [desk.seat], clientAccountIds: [desk.client] });
    const whole = await person('MANAGER', { clientAccountIds: [desk.other] });
    expect(idsOf(await operators())).toContain(ofOld.id);
    await desk.move();
    expect(idsOf(await operators())).toEqual([whole.memberId, ofNew.id]);
  });
});
