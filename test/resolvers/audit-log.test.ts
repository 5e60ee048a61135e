import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

const LOG = `query ($first: Int, $after: String, $subjectId: ID, $kinds: [AuditSubjectKind!], $verbs: [String!], $from: DateTime, $until: DateTime) {
  auditLog(first: $first, after: $after, subjectId: $subjectId, subjectKinds: $kinds, verbs: $verbs, from: $from, until: $until) {
    nodes { id at actor origin verb subjectKind subjectId changes { field old new } }
    pageInfo { hasNextPage endCursor } } }`;

let api: Api;
let agency: SeededAgency;
let seat: string;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  seat = toId('seat', agency.seat.id);
});

async function log(variables: object = {}): Promise<Json[]> {
  return (await api.data(agency.key, LOG, variables)).auditLog.nodes;
}

async function change(name: string, type: string, input: object): Promise<void> {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;
  expect((await api.data(agency.key, query, { input }))[name].userErrors).toEqual([]);
}

describe('auditLog', () => {
  it('a verb that no entry is ever of is told, with those that there are', async () => {
    const { errors } = await api.ask(agency.key, LOG, { verbs: ['createAgency', 'deleteEverything'] });
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0].message).toMatch(
      /“deleteEverything”\. Verbs are: .*askForApproval.*replaceSecondFactor.*updateSeat/,
    );
    expect(errors[0].message).not.toMatch(
      /apiKeys|exportPerson|acknowledgeAlert|addSeats|reserve\b|completeTouch/,
    );
    expect((await api.ask(agency.key, LOG, { verbs: ['reserve'] })).errors[0].message).toMatch(/“reserve”/);
    expect((await api.ask(agency.key, LOG, { verbs: ['constructor'] })).errors[0].message).toMatch(/r”/);
    expect(await log({ verbs: ['pauseSeat'] })).toEqual([]);
    const { errors: unknown } = await api.ask(agency.key, LOG, { kinds: ['PLANET'] });
    expect(unknown[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('tells who changed what, when, which way, with the old and the new value', async () => {
    await change('updateSeat', 'UpdateSeatInput', {
      seatId: seat,
      tier: 'BASIC',
      holderName: 'Ada Lovelace',
    });
    const [entry] = await log({ first: 1 });
    expect(entry).toEqual({
      id: expect.stringMatching(/^entry_/),
      at: expect.stringMatching(/Z$/),
      actor: toId('key', String(agency.owner.credential?.id)),
      origin: 'API_KEY',
      verb: 'updateSeat',
      subjectKind: 'SEAT',
      subjectId: seat,
      changes: expect.arrayContaining([
        { field: 'tier', old: '"SALES_NAVIGATOR"', new: '"BASIC"' },
        { field: 'holderName', old: expect.stringMatching(/^"hmac/), new: expect.stringMatching(/^"hmac/) },
      ]),
    });
    expect(JSON.stringify(entry)).not.toContain('Ada');
  });

  it('finds what addSeats added by its own name, as by the verb that it stands under', async () => {
    const added = await log({ verbs: ['addSeat'] });
    expect(added).toHaveLength(1);
    expect(await log({ verbs: ['addSeats'] })).toEqual(added);
    const input = {
      clientAccountId: toId('client', agency.clientAccount.id),
      ...{ holderName: 'Ada', profileUrl: 'linkedin.com/in/ada-l', tier: 'BASIC', timeZone: 'UTC' },
    };
    await change('addSeats', 'AddSeatsInput', { seats: [input] });
    expect(await log({ verbs: ['addSeats', 'pauseSeat'] })).toHaveLength(2);
  });

  it('names things as the API does, wherever they stand', async () => {
    await change('setLimit', 'SetLimitInput', {
      scopeId: seat,
      limit: { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 3 },
    });
    await change('createCampaign', 'CreateCampaignInput', {
      ...{ clientAccountId: toId('client', agency.clientAccount.id), name: 'Spring', seatIds: [seat] },
    });
    const [campaign, limit] = await log({ first: 2 });
    const told = ({ changes }: Json, name: string) =>
      JSON.parse(changes.find(({ field }: Json) => field === name).new);
    expect(told(limit, 'scopeId')).toBe(seat);
    expect(told(campaign, 'seatIds')).toEqual([seat]);
    expect(told(campaign, 'clientAccountId')).toBe(toId('client', agency.clientAccount.id));
    expect(JSON.stringify([campaign, limit])).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('names what a move and an invitation are about, the holder, and instants as the API does', async () => {
    const client = toId('client', agency.clientAccount.id);
    await change('createCampaign', 'CreateCampaignInput', {
      ...{ clientAccountId: client, name: 'Spring', seatIds: [seat] },
    });
    const open = `mutation ($input: CreateClientAccountInput!) { createClientAccount(input: $input) { clientAccount { id } } }`;
    const input = { name: 'Other', planId: toId('plan', agency.clientAccount.planId), timeZone: 'UTC' };
    const other = (await api.data(agency.key, open, { input })).createClientAccount.clientAccount.id;
    await change('moveSeat', 'MoveSeatInput', { seatId: seat, clientAccountId: other });
    await change('inviteMember', 'InviteMemberInput', {
      ...{ email: 'bob@example.com', role: 'MANAGER', clientAccountIds: [client] },
    });
    const give = 'mutation ($input: CreateHolderLinkInput!) { createHolderLink(input: $input) { link } }';
    const { link } = (await api.data(agency.key, give, { input: { seatId: seat } })).createHolderLink;
    await fetch(link, { method: 'POST', redirect: 'manual' });

    const [withdrawn, , invited, moved] = await log({ first: 4 });
    expect(withdrawn).toMatchObject({ verb: 'withdrawAgreement', origin: 'SYSTEM', actor: `holder:${seat}` });
    const changed = ({ changes }: Json, name: string) => changes.find(({ field }: Json) => field === name);
    expect(JSON.parse(changed(withdrawn, 'holderWithdrewAt').new)).toBe(withdrawn.at);
    expect(JSON.parse(changed(invited, 'clientAccountIds').new)).toEqual([client]);
    expect(JSON.parse(changed(moved, 'campaignIds').old)).toEqual([expect.stringMatching(/^campaign_/)]);
    expect(JSON.stringify([withdrawn, invited, moved])).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('goes page by page, newest first, and by target, kind, verb and time', async () => {
    await change('pauseSeat', 'SeatInput', { seatId: seat });
    await change('resumeSeat', 'SeatInput', { seatId: seat });
    const all = await log({ first: 100 });
    expect(all.map(({ verb }) => verb)).toEqual([
      ...['resumeSeat', 'pauseSeat', 'addSeat', 'createClientAccount', 'createPlan', 'createAgency'],
    ]);
    expect(all.at(-1)).toMatchObject({ origin: 'SYSTEM', actor: 'system:createAgency' });
    const { auditLog } = await api.data(agency.key, LOG, { first: 2 });
    expect(auditLog.nodes).toEqual(all.slice(0, 2));
    expect(await log({ first: 2, after: auditLog.pageInfo.endCursor })).toEqual(all.slice(2, 4));
    expect(await log({ subjectId: seat })).toEqual(all.slice(0, 3));
    expect(await log({ kinds: ['PLAN', 'AGENCY'] })).toEqual(all.slice(4));
    expect(await log({ verbs: ['pauseSeat'] })).toEqual([all[1]]);
    expect(await log({ until: all[1]?.at })).toEqual(all.slice(2));
    expect(await log({ from: all[1]?.at })).toEqual(all.slice(0, 2));
    expect(await log({ subjectId: 'seat_x' })).toEqual([]);
  });

  it('is for OWNER and ADMIN of the whole agency', async () => {
    const codeFor = async (...terms: Parameters<Api['keyOf']>) =>
      (await api.ask(await api.keyOf(...terms), '{ auditLog { nodes { id } } }')).errors?.[0].extensions.code;
    expect(await codeFor(agency, 'ADMIN')).toBeUndefined();
    expect(await codeFor(agency, 'MANAGER')).toBe('FORBIDDEN');
    expect(await codeFor(agency, 'OWNER', agency.clientAccount.id)).toBe('FORBIDDEN');
  });
});
