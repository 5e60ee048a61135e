import { randomUUID } from 'node:crypto';
import { type IdKind, toId } from '../../src/schema/ids.js';
import { keyIdOf, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { placesOfPeople } from './isolation.people.js';
import { PLACES, RECIPIENT } from './isolation.places.js';

let api: Api;
/** Who asks, and whose ids are used; and an id of each kind that the other agency has. */
let mine: SeededAgency;
let theirs: SeededAgency;
let foreign: Readonly<Record<IdKind, string>>;

beforeAll(async () => {
  api = await Api.start();
  [mine, theirs] = [await api.seed(), await api.seed({ clientAccount: { externalRef: 'their-ref' } })];
  foreign = await idsOf(theirs);
});
afterAll(() => api.close());
async function idsOf(agency: SeededAgency): Promise<Record<IdKind, string>> {
  const seat = toId('seat', agency.seat.id);
  const client = toId('client', agency.clientAccount.id);
  // One hold reaches it, which is an alert.
  const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 1 };
  const recipient = { profileUrl: 'linkedin.com/in/ada' };
  const made = await api.data(
    agency.key,
    `mutation ($limit: SetLimitInput!, $campaign: CreateCampaignInput!, $reserve: ReserveInput!, $activities: [ActivityInput!]!, $restriction: ReportRestrictionInput!, $publish: PublishPolicyInput!) {
      publishPolicy(input: $publish) { policy { id } }
      setLimit(input: $limit) { limit { id } }
      createCampaign(input: $campaign) { campaign { id } }
      reserve(input: $reserve) { decision { id reservation { id } } }
      recordActivities(inputs: $activities) { recorded }
      inviteMember(input: { email: "${randomUUID()}@example.com", role: OPERATOR }) { member { id } }
      reportRestriction(input: $restriction) { seat { restrictions { id } } } }`,
    {
      limit: { scopeId: seat, limit },
      campaign: { clientAccountId: client, name: 'Spring', seatIds: [seat] },
      restriction: { seatId: seat, kind: 'TEMPORARY', actions: ['GROUP_MESSAGE'] },
      publish: { changes: [{ kind: 'GAP', recommended: 91 }], source: 'Our own count' },
      reserve: { seatId: seat, action: 'FOLLOW', recipient, idempotencyKey: 'same key' },
      activities: [
        {
          seatId: seat,
          action: 'COMMENT',
          occurredAt: new Date().toISOString(),
          idempotencyKey: randomUUID(),
        },
      ],
    },
  );
  const { activities, alerts } = await api.data(
    agency.key,
    'query ($seat: ID!) { activities { nodes { id } } alerts(seatId: $seat) { nodes { id } } }',
    { seat },
  );
  return {
    agency: toId('agency', agency.agencyId),
    client,
    seat,
    plan: toId('plan', agency.plan.id),
    campaign: made.createCampaign.campaign.id,
    key: toId('key', keyIdOf(agency.owner)),
    decision: made.reserve.decision.id,
    reservation: made.reserve.decision.reservation.id,
    activity: activities.nodes[0].id,
    alert: alerts.nodes[0].id,
    limit: made.setLimit.limit.id,
    policy: made.publishPolicy.policy.id,
    member: made.inviteMember.member.id,
    restriction: made.reportRestriction.seat.restrictions[0].id,
  };
}

/** What is answered, without what differs from one request to the next. */
async function answerOf(key: string, query: string, variables: object): Promise<string> {
  const { status, data, errors } = await api.ask(key, query, variables);
  for (const error of errors ?? []) delete error.extensions.requestId;
  return JSON.stringify({ status, data, errors });
}

describe('an id of another agency', () => {
  const places = [...PLACES, ...placesOfPeople(() => toId('seat', mine.seat.id))];
  it.each(places)('of kind %s is answered as one that nobody has: %s', async (kind, query, variables) => {
    const nobodys = toId(kind, randomUUID());
    const answer = await answerOf(mine.key, query, variables(foreign[kind]));
    expect(answer).toBe(await answerOf(mine.key, query, variables(nobodys)));
    expect(answer).toBe(await answerOf(mine.key, query, variables(`${kind}_malformed`)));
  });

  it('changes nothing there', async () => {
    const query = `{ seats { nodes { holderName status } } plans { nodes { name } } clientAccounts { nodes { name } }
      campaigns { totalCount } reservations { nodes { status } } activities { nodes { voidedAt } } apiKeys { nodes { revokedAt } } members { nodes { role status seats { id } clientAccounts { id } } } alerts { nodes { acknowledgedAt } } }`;
    const { alerts, ...others } = await api.data(theirs.key, query);
    expect(new Set(alerts.nodes.map(({ acknowledgedAt }: Json) => acknowledgedAt))).toEqual(new Set([null]));
    expect(others).toEqual({
      seats: { nodes: [{ holderName: 'Holder', status: 'RESTRICTED' }] },
      plans: { nodes: [{ name: 'Plan' }] },
      clientAccounts: { nodes: [{ name: 'Client' }] },
      campaigns: { totalCount: 1 },
      reservations: { nodes: [{ status: 'HELD' }] },
      activities: { nodes: [{ voidedAt: null }] },
      apiKeys: { nodes: [{ revokedAt: null }] },
      members: { nodes: [{ role: 'OPERATOR', status: 'INVITED', seats: [], clientAccounts: [] }] },
    });
  });

  it('is no way in by a reference or an idempotency key either', async () => {
    expect(await api.data(mine.key, '{ clientAccount(externalRef: "their-ref") { id } }')).toEqual({
      clientAccount: null,
    });
    const made = await idsOf(mine);
    expect(made.decision).not.toBe(foreign.decision);
  });
});

describe('a viewer of one client account', () => {
  let clientKey: string;
  let other: Json;

  beforeAll(async () => {
    const { clientAccounts, seats, plans } = servicesOn(api.dataSource);
    const plan = await plans.createPlan(theirs.owner, { name: 'Other plan', seatAllowance: 5 });
    if (!('id' in plan)) throw new Error('There is no plan.');
    const account = await clientAccounts.createClientAccount(theirs.owner, {
      name: 'Other',
      planId: plan.id,
      timeZone: 'UTC',
    });
    if (!('id' in account)) throw new Error('There is no client account.');
    const seat = await seats.addSeat(theirs.owner, newSeat(account.id, { holderName: 'Other holder' }));
    if (!('id' in seat)) throw new Error('There is no seat.');
    other = { client: toId('client', account.id), seat: toId('seat', seat.id), plan: toId('plan', plan.id) };
    clientKey = await api.keyOf(theirs, 'CLIENT', theirs.clientAccount.id);
  });

  it('sees its own plan, seats and history, and nobody else’s', async () => {
    const query = `{ plans { totalCount nodes { name } } clientAccounts { totalCount nodes { name } }
      seats { totalCount nodes { holderName } } decisions { nodes { id } } reservations { nodes { id } } activities { nodes { id } } alerts { nodes { id sequence } } }`;
    const { alerts, ...others } = await api.data(clientKey, query);
    expect(alerts.nodes).toContainEqual({ id: foreign.alert, sequence: null });
    expect(new Set(alerts.nodes.map(({ sequence }: Json) => sequence))).toEqual(new Set([null]));
    expect(others).toEqual({
      plans: { totalCount: 1, nodes: [{ name: 'Plan' }] },
      clientAccounts: { totalCount: 1, nodes: [{ name: 'Client' }] },
      seats: { totalCount: 1, nodes: [{ holderName: 'Holder' }] },
      decisions: { nodes: [{ id: foreign.decision }] },
      reservations: { nodes: [{ id: foreign.reservation }] },
      activities: { nodes: [{ id: foreign.activity }] },
    });
  });

  it.each(['client', 'seat', 'plan'] as const)('finds no %s of another client account', async (kind) => {
    const node = 'query ($id: ID!) { node(id: $id) { id } limits(scopeId: $id) { max } }';
    const answer = await api.data(clientKey, node, { id: other[kind] });
    expect(answer).toEqual({ node: null, limits: [] });
  });

  it('can’t count what others send by the room that the agency has left', async () => {
    const limit = { actions: ['PROFILE_VIEW'], windowKind: 'CALENDAR_DAY', max: 3 };
    const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
    await api.data(theirs.key, set, { input: { scopeId: foreign.agency, limit } });
    const query = `query ($id: ID!) { seat(id: $id) { room(actions: [PROFILE_VIEW]) { remaining binding { message } } } }`;
    const roomFor = async (key: string) => (await api.data(key, query, { id: foreign.seat })).seat.room[0];
    expect(await roomFor(theirs.key)).toMatchObject({ remaining: 3 });
    const before = await roomFor(clientKey);
    expect(before.remaining).toBeGreaterThan(3);
    const input = {
      seatId: other.seat,
      action: 'PROFILE_VIEW',
      recipient: RECIPIENT,
      idempotencyKey: randomUUID(),
    };
    const reserve = 'mutation ($input: ReserveInput!) { reserve(input: $input) { decision { outcome } } }';
    expect((await api.data(theirs.key, reserve, { input })).reserve.decision.outcome).toBe('ALLOWED');
    expect(await roomFor(clientKey)).toEqual(before);
  });

  it('is told the code of a limit of the agency, and nothing of the limit', async () => {
    const limit = { actions: ['REACTION'], windowKind: 'CALENDAR_DAY', max: 0 };
    const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
    await api.data(theirs.key, set, { input: { scopeId: foreign.agency, limit } });
    const input = {
      seatId: foreign.seat,
      action: 'REACTION',
      recipient: RECIPIENT,
      idempotencyKey: randomUUID(),
    };
    const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id outcome ${TOLD} } } }`;
    const { decision } = (await api.data(theirs.key, reserve, { input })).reserve;
    expect(decision).toMatchObject({
      outcome: 'DENIED',
      reasons: [{ code: 'LIMIT_REACHED', limit: { scopeKind: 'AGENCY' } }],
    });
    const query = `query ($id: ID!) { node(id: $id) { ... on Decision { ${TOLD} } }
      seats { nodes { usage { limit { scopeKind } } room(actions: [REACTION]) { remaining binding { code message limit { max } } } } }
      limits(scopeId: "${foreign.agency}") { max } }`;
    const answer = await api.data(clientKey, query, { id: decision.id });
    expect(answer.node.reasons).toEqual([
      { code: 'LIMIT_REACHED', message: 'A limit of the agency is reached.', limit: null },
    ]);
    expect(answer.seats.nodes[0].room).toEqual([
      {
        remaining: 0,
        binding: { code: 'LIMIT_REACHED', message: 'A limit of the agency is reached.', limit: null },
      },
    ]);
    expect(answer.limits).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('AGENCY');
    expect(answer.node.usage.length).toBe(decision.usage.length - 1);
  });
});

const TOLD = 'reasons { code message limit { scopeKind } } usage { limit { scopeKind } }';
