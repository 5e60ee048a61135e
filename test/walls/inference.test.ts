import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { CampaignStage } from '../resolvers/campaign.support.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';
import { askAs, clientOf, member, type Person, seatOf } from '../support/members.js';

/** What can be worked out of answers that name nobody: the same is told whatever the others do. */
let api: Api;
let agency: SeededAgency;
let desk: Outreach;
/** Of the single seat that the agency begins with. */
let operator: Person;
/** Another seat of the same client account, and one of another. */
let beside: string;
let elsewhere: string;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  desk = new Outreach(api, agency);
  beside = await addSeat(agency.clientAccount.id);
  elsewhere = await addSeat(await desk.addClientAccount());
  const email = `ada@${agency.agencyId}.example`;
  operator = await member(api, agency, email, 'OPERATOR', { seatIds: [seatOf(agency)] });
});

async function addSeat(clientAccountId: string): Promise<string> {
  const { seats } = servicesOn(api.dataSource);
  return toId('seat', done(await seats.addSeat(agency.owner, newSeat(clientAccountId))).id);
}

async function asked(query: string, variables: object = {}): Promise<Json> {
  const { data, errors } = await askAs(api, operator, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** As whoever sees the whole agency does it. */
async function change(verb: string, type: string, input: object): Promise<void> {
  const query = `mutation ($input: ${type}!) { ${verb}(input: $input) { userErrors { code message } } }`;
  expect((await api.data(agency.key, query, { input }))[verb].userErrors).toEqual([]);
}

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id outcome
  reasons { code message } suggestions { action message seat { id } } } userErrors { code } } }`;

describe('a pool of credits, for whoever was given a single seat of it', () => {
  const days = [2, 3, 4].map((day) => new Date(Date.now() + day * 86_400_000));
  const date = days
    .find((day) => ![0, 6].includes(day.getUTCDay()))!
    .toISOString()
    .slice(0, 10);
  const LOOK = `query ($seat: ID!, $until: DateTime!, $date: Date!) {
    seat(id: $seat) { credits { available } room(actions: [INMAIL]) { remaining binding { code message } } }
    planSends(input: { seatId: $seat, action: INMAIL, count: 9, until: $until }) { fits binding { code message } }
    capsForTool(seatId: $seat, date: $date, actions: [INMAIL]) { max binding { code message } } }`;
  const asks = () => ({
    seat: seatOf(agency),
    date,
    until: new Date(Date.now() + 20 * 86_400_000).toISOString(),
  });

  beforeEach(async () => {
    for (const seatId of [seatOf(agency), beside]) {
      await change('updateSeat', 'UpdateSeatInput', { seatId, tier: 'RECRUITER_CORPORATE' });
    }
    await change('setCredits', 'SetCreditsInput', { seatId: beside, available: 5 });
  });

  it('tells nothing of how much is left, by whatever is asked', async () => {
    const whole = await api.data(agency.key, LOOK, asks());
    expect([whole.seat.credits, whole.seat.room[0].remaining, whole.planSends.fits]).toEqual([
      { available: 5 },
      5,
      5,
    ]);
    expect(whole.capsForTool[0].max).toBe(5);
    const before = await asked(LOOK, asks());
    expect([before.seat.credits, before.planSends.fits]).toEqual([null, 9]);
    expect(before.seat.room[0].remaining).toBeGreaterThan(5);
    await desk.reserve('INMAIL', someone(), { seatId: beside });
    await desk.reserve('INMAIL', someone(), { seatId: beside });
    expect((await api.data(agency.key, LOOK, asks())).seat.credits).toEqual({ available: 3 });
    expect(await asked(LOOK, asks())).toEqual(before);
  });

  it('tells that none is left, and not how many others hold', async () => {
    for (let held = 0; held < 5; held += 1) await desk.reserve('INMAIL', someone(), { seatId: beside });
    const input = { seatId: seatOf(agency), action: 'INMAIL', recipient: someone() };
    const { decision } = (await asked(RESERVE, { input: { ...input, idempotencyKey: randomUUID() } }))
      .reserve;
    const none = { code: 'NO_CREDITS', message: 'No InMail credit is left.' };
    expect([decision.outcome, decision.reasons]).toEqual(['DENIED', [none]]);
    expect((await asked(LOOK, asks())).seat.room[0]).toEqual({ remaining: 0, binding: none });
    const { reasons } = await desk.reserve('INMAIL', someone());
    expect(reasons[0].message).toBe('No InMail credit is left: 0 available, 5 held.');
  });
});

it('what another seat is connected to is suggested to those alone who see that seat', async () => {
  const person = someone({ degree: 'SECOND' });
  await desk.engage(desk.engagement('INVITATION_ACCEPTED', person, { seatId: beside }));
  const input = { seatId: seatOf(agency), action: 'DIRECT_MESSAGE', recipient: person };
  const { decision } = (await asked(RESERVE, { input: { ...input, idempotencyKey: randomUUID() } })).reserve;
  const seats = ({ suggestions }: Json): unknown[] =>
    suggestions.filter(({ action }: Json) => action === 'DIRECT_MESSAGE');
  expect(decision.reasons.map(({ code }: Json) => code)).toEqual(['NOT_CONNECTED']);
  expect(seats(decision)).toEqual([]);
  expect(seats(await desk.reserve('DIRECT_MESSAGE', person))).toMatchObject([{ seat: { id: beside } }]);
});

it.each(['CLIENT', 'ANALYST'] as const)(
  'when something else opens that a limit of the agency holds back is not told to a %s',
  async (role) => {
    const limit = { actions: ['CONNECTION_REQUEST'], windowKind: 'ROLLING', windowSeconds: 3_600, max: 1 };
    await change('setLimit', 'SetLimitInput', { scopeId: toId('agency', agency.agencyId), limit });
    await desk.reserve('CONNECTION_REQUEST', someone(), { seatId: elsewhere });
    const refused = await desk.reserve('DIRECT_MESSAGE', someone({ degree: 'SECOND' }));
    const waits = refused.suggestions.filter(({ action }: Json) => action === 'CONNECTION_REQUEST');
    expect(waits).toHaveLength(1);
    const key = await api.keyOf(agency, role, agency.clientAccount.id);
    const query = '{ decisions { nodes { decidedAt suggestions { action availableAt } } } }';
    const [decision] = (await api.data(key, query)).decisions.nodes;
    expect(decision.suggestions.map(({ action }: Json) => action)).not.toContain('CONNECTION_REQUEST');
    for (const { availableAt } of decision.suggestions) expect(availableAt).toBe(decision.decidedAt);
  },
);

it.each(['CLIENT', 'ANALYST'] as const)(
  'when a limit of the agency lets go is not to be read off a forecast by a %s',
  async (role) => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    await stage.change('setCampaignSteps', { steps: [{ key: 'look', kind: 'ENGAGE' }] });
    agency = stage.agency;
    const month = { windowKind: 'ROLLING', windowSeconds: 30 * 86_400, max: 1 };
    const limit = { actions: ['PROFILE_VIEW'], ...month };
    await change('setLimit', 'SetLimitInput', { scopeId: toId('agency', agency.agencyId), limit });
    const other = new Outreach(api, agency);
    const seatId = await addSeat(await other.addClientAccount());
    await other.send('PROFILE_VIEW', someone(), { seatId });
    const forecast = async (key?: string): Promise<number> =>
      Date.parse((await stage.read('forecast { endsAtP50 }', key)).forecast.endsAtP50);
    const soon = Date.now() + 10 * 86_400_000;
    expect(await forecast()).toBeGreaterThan(soon);
    const onlooker = await api.keyOf(agency, role, agency.clientAccount.id);
    expect(await forecast(onlooker)).toBeLessThan(soon);
    // Whoever may ask is told: it would find out by asking.
    const manager = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
    expect(await forecast(manager)).toBeGreaterThan(soon);
  },
);

it('what stops the work queue is a limit of the agency also for whoever may not see its counts', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(1);
  await stage.change('setCampaignSteps', { steps: [{ key: 'look', kind: 'ENGAGE' }] });
  await stage.change('launchCampaign');
  agency = stage.agency;
  const set = (max: number): Promise<void> => {
    const limit = { actions: ['PROFILE_VIEW'], windowKind: 'ROLLING', windowSeconds: 30 * 86_400, max };
    return change('setLimit', 'SetLimitInput', { scopeId: toId('agency', agency.agencyId), limit });
  };
  await set(1);
  const other = new Outreach(api, agency);
  const seatId = await addSeat(await other.addClientAccount());
  await other.send('PROFILE_VIEW', someone(), { seatId });
  const operatorKey = await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
  const next = async (key: string): Promise<Json> => {
    const query = `query ($seat: ID!) { nextTouches(seatId: $seat) { touches { at } waiting
      binding { code message retryAt limit { max } } } }`;
    return (await api.data(key, query, { seat: seatOf(agency) })).nextTouches;
  };
  const [whole, told] = [await next(agency.key), await next(operatorKey)];
  expect(whole.binding).toMatchObject({ code: 'LIMIT_REACHED', limit: { max: 1 } });
  const hidden = { code: 'LIMIT_REACHED', message: 'A limit of the agency is reached.', limit: null };
  expect(told).toEqual({ touches: [], waiting: 1, binding: { ...hidden, retryAt: whole.binding.retryAt } });
  // Where time alone opens nothing, no instant is told.
  await set(0);
  expect((await next(operatorKey)).binding).toEqual({ ...hidden, retryAt: null });
});

it('what others had sent at an instant of the past is not to be counted by records of that instant', async () => {
  const limit = { actions: ['PROFILE_VIEW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 20 };
  await change('setLimit', 'SetLimitInput', { scopeId: toId('agency', agency.agencyId), limit });
  const RECORD = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    wouldHaveBeenRefused userErrors { code } } }`;
  const occurredAt = new Date(Date.now() - 60_000).toISOString();
  const record = (key: string, seatId: string, count: number): Promise<Json> => {
    const input = { seatId, action: 'PROFILE_VIEW', count, occurredAt, idempotencyKey: randomUUID() };
    return api.data(key, RECORD, { inputs: [input] });
  };
  await record(agency.key, elsewhere, 15);
  const key = await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
  const refused = { wouldHaveBeenRefused: 0, userErrors: [] };
  expect((await record(key, seatOf(agency), 8)).recordActivities).toEqual(refused);
  // Of the 8 three were over, for those who see the whole agency: with these there are 23, and room for none.
  const all = (await record(agency.key, seatOf(agency), 4)).recordActivities;
  expect(all.wouldHaveBeenRefused).toBe(4);
});

it('whom the client’s approvals go to is told to those who see the whole client account', async () => {
  const approverEmail = 'cleo@client.example';
  await change('updateClientAccount', 'UpdateClientAccountInput', {
    ...{ clientAccountId: clientOf(agency), approverEmail },
  });
  const query = 'query ($seat: ID!) { seat(id: $seat) { clientAccount { name approverEmail } } }';
  const seat = seatOf(agency);
  expect((await asked(query, { seat })).seat.clientAccount.approverEmail).toBeNull();
  const whole = await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
  expect((await api.data(whole, query, { seat })).seat.clientAccount.approverEmail).toBe(approverEmail);
});

it('how much others ask is not told by what is left of a budget', async () => {
  const left = async (key: string): Promise<number> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        query: '{ clientAccounts(first: 100) { nodes { seats(first: 100) { nodes { id } } } } }',
      }),
    });
    return ((await response.json()) as Json).extensions.cost.budget.remaining;
  };
  const [mine, theirs] = await Promise.all([
    api.keyOf(agency, 'CLIENT', agency.clientAccount.id),
    api.keyOf(agency, 'CLIENT', await desk.addClientAccount()),
  ]);
  for (let asks = 0; asks < 5; asks += 1) await left(theirs);
  // As if nobody else had asked.
  expect(await left(mine)).toBeGreaterThan(2_000_000 - 25_000);
});

it('a person is told by the address that one’s own list has, not by one that another list joined with it', async () => {
  const [slug, lead] = [
    'https://www.linkedin.com/in/ada',
    'https://www.linkedin.com/sales/lead/ACwAAAabcDEF',
  ];
  const clients = [toId('client', await desk.addClientAccount()), clientOf(agency)];
  const lists = [{ profileUrl: slug, salesNavigatorUrl: lead }, { profileUrl: lead }];
  for (const [place, clientAccountId] of clients.entries())
    await change('addProspects', 'AddProspectsInput', { clientAccountId, prospects: [lists[place]] });
  await desk.send('FOLLOW', { profileUrl: lead });
  const query = `{ decisions { nodes { recipientProfileUrl } } reservations { nodes { recipientProfileUrl } } }`;
  const told = async (key: string): Promise<unknown[]> =>
    Object.values(await api.data(key, query)).flatMap(({ nodes }: Json) => nodes);
  const key = await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
  const own = { recipientProfileUrl: lead };
  expect(await told(key)).toEqual([own, own]);
  expect(Object.values(await asked(query)).flatMap(({ nodes }: Json) => nodes)).toEqual([own, own]);
  const all = { recipientProfileUrl: slug };
  expect(await told(agency.key)).toEqual([all, all]);
});

it('the mutes of one client account take no place of another one’s, and don’t tell how many that has', async () => {
  const mine = await api.keyOf(agency, 'MANAGER', agency.clientAccount.id);
  const mute = async (key: string, input: object): Promise<Json> => {
    const query = 'mutation ($input: MuteAlertsInput!) { muteAlerts(input: $input) { userErrors { code } } }';
    const until = new Date(Date.now() + 3_600_000).toISOString();
    return (await api.data(key, query, { input: { ...input, until } })).muteAlerts.userErrors;
  };
  for (let mutes = 0; mutes < 100; mutes += 1)
    expect(await mute(mine, { clientAccountId: clientOf(agency) })).toEqual([]);
  expect(await mute(mine, { clientAccountId: clientOf(agency) })).toEqual([{ code: 'WRONG_STATE' }]);
  expect(await mute(agency.key, { seatId: elsewhere })).toEqual([]);
  expect(await mute(agency.key, {})).toEqual([]);
});
