import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { toId } from '../../src/schema/ids.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { Outreach } from '../support/outreach.js';
import { Api, type Json } from '../support/api.js';
import { CampaignStage } from '../resolvers/campaign.support.js';

/** A seat that goes to another client account takes its ledger along, and nobody whom it was to write to. */
let api: Api;
let database: ClockedDatabase;

beforeAll(async () => {
  database = await clockedDatabase();
  // A Monday, at nine in the morning.
  await database.setClock(Date.UTC(2026, 10, 23, 9));
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(async () => {
  await api.close();
  await database.close();
});

const INVITE = { key: 'invite', kind: 'CONNECT' };
const MOVE = `mutation ($input: MoveSeatInput!) { moveSeat(input: $input) { userErrors { code } } }`;
const CLAIM = `mutation ($input: ClaimTouchInput!) { result: claimTouch(input: $input) {
  touch { id } body profileUrl decision { outcome } userErrors { code field } } }`;
const SKIP = `mutation ($input: TouchInput!) { result: skipTouch(input: $input) { touch { id } userErrors { code field } } }`;
const FAIL = `mutation ($input: FailTouchInput!) { result: failTouch(input: $input) { touch { id } userErrors { code field } } }`;
const COMPLETE = `mutation ($input: CompleteTouchInput!) { result: completeTouch(input: $input) {
  touch { id } userErrors { code field } } }`;

it('the touches of its campaigns are not there for the client account that it went to, and wait where they are', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2);
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  const other = await new Outreach(api, stage.agency).addClientAccount();
  const [operator, theirs] = await Promise.all([
    api.keyOf(stage.agency, 'OPERATOR', stage.agency.clientAccount.id),
    api.keyOf(stage.agency, 'OPERATOR', other),
  ]);
  const seatId = toId('seat', stage.agency.seat.id);
  const next = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { waiting touches { touch { id } } } }';
  const { touches } = (await api.data(operator, next, { seatId })).nextTouches;
  const [touchId, another] = touches.map(({ touch }: Json) => touch.id);
  await api.data(stage.agency.key, MOVE, { input: { seatId, clientAccountId: toId('client', other) } });

  expect((await api.data(theirs, next, { seatId })).nextTouches).toEqual({ waiting: 0, touches: [] });
  const look = 'query ($id: ID!) { node(id: $id) { id ... on Touch { state step } } }';
  expect((await api.data(theirs, look, { id: touchId })).node).toBeNull();
  const asked: readonly [string, object][] = [
    [CLAIM, { touchId, idempotencyKey: randomUUID() }],
    [COMPLETE, { touchId }],
    [SKIP, { touchId }],
    [FAIL, { touchId: another, because: 'PERSON_GONE' }],
  ];
  for (const [query, input] of asked) {
    const { result } = await api.data(theirs, query, { input });
    expect(result).toMatchObject({
      touch: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'touchId'] }],
    });
  }
  // Whoever sees the whole agency sees them, as they were.
  const kept = (await api.data(stage.agency.key, look, { id: touchId })).node;
  expect(kept).toMatchObject({ id: touchId, state: 'DUE' });
});

/** What PostgreSQL is sent while something is asked; asked again where the process had something of its own to say meanwhile. */
async function statementsOf(ask: () => Promise<unknown>): Promise<string[]> {
  for (;;) {
    const sent = jest.spyOn(pg.Client.prototype, 'query');
    try {
      await ask();
      const texts = sent.mock.calls.map(([asked]: unknown[]) =>
        typeof asked === 'string' ? asked : (asked as { text: string }).text,
      );
      const ended = texts.filter((text) => /^(?:COMMIT|ROLLBACK)/.test(text)).length;
      const begun = texts.filter((text) => /^(?:BEGIN|START)/.test(text)).length;
      // What tells other processes, and when a key was used last, is gathered for a while, and of no request in particular.
      if (begun === ended && !texts.some((text) => /pg_notify|SET last_used_at/.test(text)))
        return texts.toSorted();
    } finally {
      sent.mockRestore();
    }
  }
}

it('a touch of another client account is looked for by the same statements as one that nobody has', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2);
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  const other = await new Outreach(api, stage.agency).addClientAccount();
  const theirs = await api.keyOf(stage.agency, 'OPERATOR', other);
  const next = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { id } } } }';
  const seatId = toId('seat', stage.agency.seat.id);
  const [{ touch }] = (await api.data(stage.agency.key, next, { seatId })).nextTouches.touches;
  const look = 'query ($id: ID!) { node(id: $id) { id } }';
  const asked: readonly ((touchId: string) => Promise<Json>)[] = [
    (touchId) => api.data(theirs, CLAIM, { input: { touchId, idempotencyKey: randomUUID() } }),
    ...[COMPLETE, SKIP].map((query) => (touchId: string) => api.data(theirs, query, { input: { touchId } })),
    (touchId) => api.data(theirs, FAIL, { input: { touchId, because: 'PERSON_GONE' } }),
    (id) => api.data(theirs, look, { id }),
  ];
  for (const ask of asked) {
    const [nobodys, another] = [toId('touch', randomUUID()), touch.id];
    // What a process asks once, it has asked by then.
    await ask(nobodys);
    const ofNobodys = await statementsOf(() => ask(nobodys));
    expect(ofNobodys.length).toBeGreaterThan(2);
    expect(await statementsOf(() => ask(another))).toEqual(ofNobodys);
  }
});

it('whoever it left behind takes nobody’s turn in what the other client account is told of its campaigns', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(60);
  await stage.change('setCampaignSteps', { steps: [INVITE] });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  const other = await new Outreach(api, stage.agency).addClientAccount();
  const seatId = toId('seat', stage.agency.seat.id);
  const { key } = stage.agency;
  await api.data(key, MOVE, { input: { seatId, clientAccountId: toId('client', other) } });
  const manager = await api.keyOf(stage.agency, 'MANAGER', other);
  const prospects = Array.from({ length: 12 }, (_, index) => ({
    ...{
      profileUrl: `https://www.linkedin.com/in/${randomUUID()}`,
      firstName: `First${index}`,
      company: 'Looms',
    },
  }));
  const input = { clientAccountId: toId('client', other), prospects };
  await api.data(manager, 'mutation ($input: AddProspectsInput!) { addProspects(input: $input) { added } }', {
    input,
  });
  const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } userErrors { code } } }`;
  const terms = {
    clientAccountId: toId('client', other),
    name: 'Theirs',
    seatIds: [seatId],
  };
  const { campaign } = (await api.data(manager, create, { input: terms })).createCampaign;
  const update = `mutation ($input: UpdateCampaignInput!) { updateCampaign(input: $input) { userErrors { code } } }`;
  await api.data(manager, update, { input: { campaignId: campaign.id, audienceTags: [] } });
  const set = `mutation ($input: SetCampaignStepsInput!) { setCampaignSteps(input: $input) { userErrors { code } } }`;
  await api.data(manager, set, { input: { campaignId: campaign.id, steps: [INVITE] } });
  const look =
    'query ($id: ID) { campaign(id: $id) { forecast { remaining perDay { date firstTouches } } } }';
  // Sixteen a day are recommended: all of them go out on one day, as if nobody else had ever had the seat.
  expect((await api.data(manager, look, { id: campaign.id })).campaign.forecast).toEqual({
    ...{ remaining: 12, perDay: [{ date: '2026-11-23', firstTouches: 12 }] },
  });
});

it('what it does there is not told to whom it left, who may give its people to another seat', async () => {
  const stage = await CampaignStage.open(api, 2);
  const [from, to] = stage.seats as [string, string];
  await stage.prepare(3);
  await stage.change('setCampaignSteps', { steps: [INVITE] });
  await stage.change('setCampaignSeats', { seats: [{ seatId: from }] });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  const manager = await api.keyOf(stage.agency, 'MANAGER', stage.agency.clientAccount.id);
  const next = `query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { prospect { profileUrl } } } } }`;
  const { touches } = (await api.data(manager, next, { seatId: from })).nextTouches;
  const people = touches.map(({ touch }: Json) => touch.prospect.profileUrl);
  await stage.change('setCampaignSeats', { seats: [{ seatId: to }] });
  const tell = async (name: string, type: string, key: string, more: object): Promise<void> => {
    const at = new Date(Date.UTC(2026, 10, 23, 9)).toISOString();
    const query = `mutation ($inputs: [${type}!]!) { ${name}(inputs: $inputs) { userErrors { code message } } }`;
    const inputs = [{ seatId: from, occurredAt: at, idempotencyKey: randomUUID(), ...more }];
    expect((await api.data(key, query, { inputs }))[name].userErrors).toEqual([]);
  };
  const send = (key: string, profileUrl: string) =>
    tell('recordActivities', 'ActivityInput', key, {
      action: 'CONNECTION_REQUEST',
      recipient: { profileUrl },
    });
  const accepted = (key: string, recipientProfileUrl: string, kind = 'INVITATION_ACCEPTED') =>
    tell('recordEngagement', 'EngagementInput', key, { recipientProfileUrl, kind });
  await send(stage.agency.key, people[0]);
  await database.setClock(Date.UTC(2026, 10, 23, 9, 1));
  const other = toId('client', await new Outreach(api, stage.agency).addClientAccount());
  await api.data(stage.agency.key, MOVE, { input: { seatId: from, clientAccountId: other } });
  await database.setClock(Date.UTC(2026, 10, 23, 9, 2));

  const give = async (dryRun: boolean): Promise<Json> => {
    const query = `mutation ($input: ReassignTouchesInput!) { reassignTouches(input: $input) {
      reassigned stayed { because people } userErrors { code } } }`;
    const input = { campaignId: stage.campaign, fromSeatId: from, toSeatId: to, dryRun };
    return (await api.data(manager, query, { input })).reassignTouches;
  };
  const before = [await give(true), await stage.read('people { stopped finished }', manager)];
  expect(before[0]).toMatchObject({ reassigned: 2, stayed: [{ because: 'INVITED', people: 1 }] });
  // For its other client account it writes to one of them, and another one accepts and answers.
  const at = new Date(Date.UTC(2026, 10, 23, 9, 2)).toISOString();
  await tell('recordActivities', 'ActivityInput', stage.agency.key, {
    ...{ action: 'DIRECT_MESSAGE', recipient: { profileUrl: people[1] }, occurredAt: at },
  });
  await accepted(stage.agency.key, people[2]);
  await accepted(stage.agency.key, people[2], 'REPLIED');
  await database.setClock(Date.UTC(2026, 10, 24, 9));
  expect([await give(true), await stage.read('people { stopped finished }', manager)]).toEqual(before);
  expect(await give(false)).toMatchObject({ reassigned: 2 });
  await database.setClock(Date.UTC(2026, 10, 23, 9));
});
