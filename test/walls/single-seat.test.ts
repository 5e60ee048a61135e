import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { Outreach } from '../support/outreach.js';
import { askAs, clientOf, member, type Person, seatOf } from '../support/members.js';

/** Whoever was given a single seat learns nothing of the rest of its client account but why it is refused. */
let api: Api;
let agency: SeededAgency;
let operator: Person;

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision {
  outcome reasons { code message limit { scopeKind } } usage { limit { scopeKind } used held } } userErrors { code } } }`;
const LOOK = `query ($seat: ID!) { seat(id: $seat) { usage { limit { scopeKind } }
  room { action remaining binding { code message limit { scopeKind } } }
  clientAccount { usage { used } } } }`;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  const email = `ada@${agency.agencyId}.example`;
  operator = await member(api, agency, email, 'OPERATOR', { seatIds: [seatOf(agency)] });
  await api.data(
    agency.key,
    'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }',
    {
      input: {
        scopeId: clientOf(agency),
        limit: { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 2 },
      },
    },
  );
});

async function reserve(more: object = {}): Promise<Json> {
  const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
  const input = {
    seatId: seatOf(agency),
    action: 'FOLLOW',
    recipient,
    idempotencyKey: randomUUID(),
    ...more,
  };
  const { data, errors } = await askAs(api, operator, RESERVE, { input });
  expect(errors).toBeUndefined();
  return data.reserve.decision;
}

async function look(): Promise<Json> {
  const { data, errors } = await askAs(api, operator, LOOK, { seat: seatOf(agency) });
  expect(errors).toBeUndefined();
  return data.seat;
}

/** With one FOLLOW an hour. */
async function addCampaign(clientAccountId: string, seatId: string): Promise<{ id: string }> {
  const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }`;
  const asked = { clientAccountId, name: 'Spring', seatIds: [seatId] };
  const { campaign } = (await api.data(agency.key, create, { input: asked })).createCampaign;
  const limit = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 1 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  await api.data(agency.key, set, { input: { scopeId: campaign.id, limit } });
  return campaign;
}

async function addSeat(clientAccountId: string): Promise<string> {
  const { seats } = servicesOn(api.dataSource);
  return toId('seat', done(await seats.addSeat(agency.owner, newSeat(clientAccountId))).id);
}

const kindsOf = (usages: Json): Set<string> => new Set(usages.map(({ limit }: Json) => limit.scopeKind));

it('is shown no counts of the client account, neither with a seat nor with a decision', async () => {
  const { usage } = await reserve();
  expect(kindsOf(usage)).toEqual(new Set(['SEAT']));
  const seat = await look();
  expect(kindsOf(seat.usage)).toEqual(new Set(['SEAT']));
  expect(seat.clientAccount.usage).toEqual([]);
  // One is left at the client account; what is told is of the seat alone.
  expect(seat.room.find(({ action }: Json) => action === 'FOLLOW').remaining).toBeGreaterThan(2);
});

it('is told that a limit of it is reached, and no number of it', async () => {
  await reserve();
  await reserve();
  const { outcome, reasons } = await reserve();
  const told = { code: 'LIMIT_REACHED', message: 'A limit of the client account is reached.', limit: null };
  expect([outcome, reasons]).toEqual(['DENIED', [told]]);
  const room = (await look()).room.find(({ action }: Json) => action === 'FOLLOW');
  expect([room.remaining, room.binding]).toEqual([0, told]);
});

it('is shown them once the whole client account was given', async () => {
  const email = `eve@${agency.agencyId}.example`;
  operator = await member(api, agency, email, 'OPERATOR', { clientAccountIds: [clientOf(agency)] });
  const { usage } = await reserve();
  expect(kindsOf(usage)).toEqual(new Set(['SEAT', 'CLIENT_ACCOUNT']));
  expect((await look()).clientAccount.usage).toEqual([{ used: 0 }]);
});

it('is shown no counts of a campaign, in which other seats act too, and is told that a limit of it is reached', async () => {
  const { id } = await addCampaign(clientOf(agency), seatOf(agency));
  const { outcome, usage } = await reserve({ campaignId: id });
  expect([outcome, kindsOf(usage)]).toEqual(['ALLOWED', new Set(['SEAT'])]);
  const counts = 'query ($id: ID!) { campaign(id: $id) { usage { used held } } }';
  expect((await askAs(api, operator, counts, { id })).data.campaign).toEqual({ usage: [] });
  expect((await api.data(agency.key, counts, { id })).campaign.usage).toEqual([{ used: 0, held: 1 }]);
  const told = { code: 'LIMIT_REACHED', message: 'A limit of the campaign is reached.', limit: null };
  expect((await reserve({ campaignId: id })).reasons).toEqual([told]);
});

it('does not set the credits of a pool, which are those of the whole client account', async () => {
  const [one, whole] = [
    await member(api, agency, `joe@${agency.agencyId}.example`, 'MANAGER', { seatIds: [seatOf(agency)] }),
    await member(api, agency, `kim@${agency.agencyId}.example`, 'MANAGER', {
      clientAccountIds: [clientOf(agency)],
    }),
  ];
  const setCredits = `mutation ($input: SetCreditsInput!) { setCredits(input: $input) { userErrors { code message field } } }`;
  const input = { seatId: seatOf(agency), available: 7 };
  const ask = async (person: Person): Promise<Json> =>
    (await askAs(api, person, setCredits, { input })).data.setCredits.userErrors;
  const update = 'mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { userErrors { code } } }';
  const tier = async (name: string): Promise<Json> =>
    api.data(agency.key, update, { input: { seatId: seatOf(agency), tier: name } });
  await tier('RECRUITER_LITE');
  expect(await ask(one)).toEqual([]);
  await tier('RECRUITER_CORPORATE');
  const message =
    'The credits of RECRUITER_CORPORATE are the client account’s: ask somebody who was given the whole of it to set them.';
  expect(await ask(one)).toEqual([{ code: 'FORBIDDEN_FOR_ROLE', message, field: ['input', 'seatId'] }]);
  expect(await ask(whole)).toEqual([]);
});

it('neither changes what its seat brings to a pool, nor brings it there or takes it away by its tier', async () => {
  const given = { seatIds: [seatOf(agency)] };
  const [one, whole] = [
    await member(api, agency, `joe@${agency.agencyId}.example`, 'MANAGER', given),
    await member(api, agency, `kim@${agency.agencyId}.example`, 'MANAGER', {
      clientAccountIds: [clientOf(agency)],
    }),
  ];
  const update = `mutation ($input: UpdateSeatInput!) { updateSeat(input: $input) { userErrors { code field } } }`;
  const ask = async (person: Person, change: object): Promise<Json> => {
    const { data } = await askAs(api, person, update, { input: { seatId: seatOf(agency), ...change } });
    return data.updateSeat.userErrors;
  };
  const refused = (field: string) => [{ code: 'FORBIDDEN_FOR_ROLE', field: ['input', field] }];
  // Credits of the seat's own are the seat's.
  expect(await ask(one, { tier: 'RECRUITER_LITE', creditsPerMonth: 40 })).toEqual([]);
  expect(await ask(one, { tier: 'RECRUITER_CORPORATE' })).toEqual(refused('tier'));
  expect(await ask(whole, { tier: 'RECRUITER_CORPORATE' })).toEqual([]);
  expect(await ask(one, { tier: 'BASIC' })).toEqual(refused('tier'));
  expect(await ask(one, { creditsPerMonth: 9_000 })).toEqual(refused('creditsPerMonth'));
  expect(await ask(one, { creditsRenewOn: '2026-12-01' })).toEqual(refused('creditsRenewOn'));
  // What is not the pool's stays the seat's, and what stays as it was is no change.
  expect(await ask(one, { holderName: 'Joe', tier: 'RECRUITER_CORPORATE', creditsPerMonth: 40 })).toEqual([]);
});

it('of a campaign of its own client account is shown the counts, whatever single seats of another it has', async () => {
  const other = await new Outreach(api, agency).addClientAccount();
  const email = `mia@${agency.agencyId}.example`;
  operator = await member(api, agency, email, 'OPERATOR', {
    clientAccountIds: [clientOf(agency)],
    seatIds: [await addSeat(other)],
  });
  const { id } = await addCampaign(clientOf(agency), seatOf(agency));
  const { usage } = await reserve({ campaignId: id });
  expect(kindsOf(usage)).toEqual(new Set(['SEAT', 'CLIENT_ACCOUNT', 'CAMPAIGN']));
  const counts = 'query ($id: ID!) { campaign(id: $id) { usage { used held } } }';
  const shown = (await askAs(api, operator, counts, { id })).data.campaign;
  expect(shown).toEqual({ usage: [{ used: 0, held: 1 }] });
  const { reasons } = await reserve({ campaignId: id });
  expect(reasons[0].limit.scopeKind).toBe('CAMPAIGN');
});

it('is told how many seats the client account has as everybody is: what is left of its plan is never more than there is', async () => {
  await addSeat(agency.clientAccount.id);
  const query = '{ clientAccounts { nodes { seatAllowance seatsTaken seatsFree seats { totalCount } } } }';
  const { data } = await askAs(api, operator, query);
  expect(data.clientAccounts.nodes).toEqual([
    { seatAllowance: 10, seatsTaken: 2, seatsFree: 8, seats: { totalCount: 1 } },
  ]);
  expect((await api.data(agency.key, query)).clientAccounts.nodes).toEqual([
    { seatAllowance: 10, seatsTaken: 2, seatsFree: 8, seats: { totalCount: 2 } },
  ]);
});

it('is told the limits of the client account, which hold for the seat, and none of the agency or of another one', async () => {
  const other = await new Outreach(api, agency).addClientAccount();
  const limit = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 7_200, max: 4 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  const agencyScope = toId('agency', agency.agencyId);
  for (const scopeId of [other, agencyScope]) await api.data(agency.key, set, { input: { scopeId, limit } });
  const query = 'query ($id: ID!) { limits(scopeId: $id) { origin max } }';
  const limitsOf = async (id: string) => (await askAs(api, operator, query, { id })).data.limits;
  expect(await limitsOf(clientOf(agency))).toEqual([{ origin: 'CUSTOM', max: 2 }]);
  expect([await limitsOf(other), await limitsOf(agencyScope)]).toEqual([[], []]);
});

it('is told of people as they were named, and not what the list of the client account has for them', async () => {
  const [slug, lead] = [
    `https://www.linkedin.com/in/${randomUUID()}`,
    'https://www.linkedin.com/sales/lead/ACwAAAabcDEF',
  ];
  const outreach = new Outreach(api, agency);
  const whole = await outreach.addClientAccount();
  const seat = done(await servicesOn(api.dataSource).seats.addSeat(agency.owner, newSeat(whole)));
  const both = { clientAccountIds: [toId('client', whole)], seatIds: [seatOf(agency)] };
  operator = await member(api, agency, `bo@${agency.agencyId}.example`, 'OPERATOR', both);
  const add = 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }';
  const prospects = [{ profileUrl: slug, salesNavigatorUrl: lead }];
  await api.data(agency.key, add, { input: { clientAccountId: clientOf(agency), prospects } });
  for (const seatId of [seatOf(agency), toId('seat', seat.id)])
    expect((await reserve({ seatId, recipient: { profileUrl: lead } })).outcome).toBe('ALLOWED');
  const told =
    '{ decisions { nodes { recipientProfileUrl } } reservations { nodes { recipientProfileUrl } } }';
  const { data } = await askAs(api, operator, told);
  const named = { recipientProfileUrl: lead };
  expect(data).toEqual({ decisions: { nodes: [named, named] }, reservations: { nodes: [named, named] } });
  // On the list of a client account that they were given the whole of it is that one’s word.
  await api.data(agency.key, add, { input: { clientAccountId: toId('client', whole), prospects } });
  const own = { recipientProfileUrl: slug };
  expect((await askAs(api, operator, told)).data.decisions).toEqual({ nodes: [own, named] });
});
