import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn, type SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
});

const LIST = `query ($first: Int, $after: String, $clientAccountId: ID, $seatId: ID, $kinds: [AlertKind!], $minSeverity: Severity, $open: Boolean) {
  alerts(first: $first, after: $after, clientAccountId: $clientAccountId, seatId: $seatId, kinds: $kinds, minSeverity: $minSeverity, unacknowledgedOnly: $open) {
    edges { cursor node { id } }
    nodes { id sequence kind severity message raisedAt acknowledgedAt acknowledgedBy
      clientAccount { id } seat { id } campaign { id } usage { used held remaining level asOf limit { scopeKind max } } }
    pageInfo { hasNextPage endCursor } } }`;
const ACKNOWLEDGE = `mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) {
  alert { id acknowledgedAt acknowledgedBy } userErrors { code field } } }`;
const SET_LIMIT = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
const RECORD =
  'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }';

async function alerts(key: string, variables: object = {}): Promise<Json> {
  return (await api.data(key, LIST, variables)).alerts;
}

async function kinds(key: string, variables: object = {}): Promise<string[]> {
  return (await alerts(key, variables)).nodes.map(({ kind }: Json) => kind);
}

async function record(count: number, action = 'COMMENT', seatId = agency.seat.id): Promise<void> {
  const occurredAt = new Date().toISOString();
  const input = { seatId: toId('seat', seatId), action, count, occurredAt, idempotencyKey: randomUUID() };
  expect((await api.data(agency.key, RECORD, { inputs: [input] })).recordActivities.recorded).toBe(1);
}

/** Another seat, whose history nobody knows: an alert of its client account. */
async function addSeat(clientAccountId = agency.clientAccount.id): Promise<string> {
  const seats = servicesOn(api.dataSource).seats;
  return done(await seats.addSeat(agency.owner, newSeat(clientAccountId, { history: 'UNKNOWN' }))).id;
}

async function otherAccount(): Promise<string> {
  const { clientAccounts } = servicesOn(api.dataSource);
  const input = { name: 'Other', planId: agency.plan.id, timeZone: 'UTC' };
  return done(await clientAccounts.createClientAccount(agency.owner, input)).id;
}

describe('alerts', () => {
  it('tell what happened, with the counter as it stood and words made of its numbers', async () => {
    await record(13);
    const { nodes } = await alerts(agency.key);
    expect(nodes).toEqual([
      {
        id: expect.stringMatching(/^alert_/),
        sequence: 1,
        kind: 'LIMIT_WARNING',
        severity: 'WARNING',
        message: '13 of 15 comments in 24 hours are taken at the seat: go on more slowly.',
        raisedAt: nodes[0].usage.asOf,
        acknowledgedAt: null,
        acknowledgedBy: null,
        clientAccount: { id: toId('client', agency.clientAccount.id) },
        seat: { id: toId('seat', agency.seat.id) },
        campaign: null,
        usage: expect.objectContaining({ used: 13, held: 0, remaining: 2, level: 'WARNING' }),
      },
    ]);
    // What happens later changes nothing of it.
    await record(1);
    expect((await alerts(agency.key)).nodes).toEqual(nodes);
    const node = await api.data(
      agency.key,
      'query ($id: ID!) { node(id: $id) { ... on Alert { kind sequence } } }',
      {
        id: nodes[0].id,
      },
    );
    expect(node).toEqual({ node: { kind: 'LIMIT_WARNING', sequence: 1 } });
  });

  it('come newest first, a page at a time, by each filter', async () => {
    await addSeat();
    await record(16);
    await record(13, 'PROFILE_VIEW');
    const all = ['ACTIVITY_SPIKE', 'LIMIT_BREACHED', 'HISTORY_UNKNOWN'];
    expect(await kinds(agency.key)).toEqual(all);
    const first = await alerts(agency.key, { first: 1 });
    expect(first.pageInfo).toEqual({ hasNextPage: true, endCursor: first.edges[0].cursor });
    expect(await kinds(agency.key, { after: first.edges[0].cursor })).toEqual(all.slice(1));
    expect(await kinds(agency.key, { kinds: ['HISTORY_UNKNOWN', 'SEAT_IDLE'] })).toEqual(['HISTORY_UNKNOWN']);
    expect(await kinds(agency.key, { minSeverity: 'CRITICAL' })).toEqual(['LIMIT_BREACHED']);
    expect(await kinds(agency.key, { minSeverity: 'INFO' })).toEqual(all);
    expect(await kinds(agency.key, { seatId: toId('seat', agency.seat.id) })).toEqual(all.slice(0, 2));
    expect(await kinds(agency.key, { clientAccountId: toId('client', agency.clientAccount.id) })).toEqual(
      all,
    );
  });

  it('are acknowledged once, by whoever was first', async () => {
    await addSeat();
    const [{ id: alertId }] = (await alerts(agency.key)).nodes;
    const operator = await api.keyOf(agency, 'OPERATOR');
    const acknowledge = async (key: string): Promise<Json> =>
      (await api.data(key, ACKNOWLEDGE, { input: { alertId } })).acknowledgeAlert;
    const { alert, userErrors } = await acknowledge(operator);
    expect(userErrors).toEqual([]);
    expect(alert).toMatchObject({
      acknowledgedBy: expect.stringMatching(/^key_/),
      acknowledgedAt: expect.any(String),
    });
    expect((await acknowledge(agency.key)).alert).toEqual(alert);
    expect(await kinds(agency.key, { open: true })).toEqual([]);
    expect(await kinds(agency.key, { open: false })).toEqual(['HISTORY_UNKNOWN']);
    const analyst = await api.keyOf(agency, 'ANALYST');
    expect(await acknowledge(analyst)).toEqual({
      alert: null,
      userErrors: [{ code: 'FORBIDDEN_FOR_ROLE', field: null }],
    });
  });

  it('alertCursor is that of the last one', async () => {
    const cursor = async (key: string): Promise<string> =>
      (await api.data(key, '{ alertCursor }')).alertCursor;
    const before = await cursor(agency.key);
    await addSeat();
    const [edge] = (await alerts(agency.key)).edges;
    expect(await cursor(agency.key)).toBe(edge.cursor);
    expect(before).not.toBe(edge.cursor);
    expect(await kinds(agency.key, { after: before })).toEqual([]);
  });
});

describe('a viewer of one client account', () => {
  it('sees its own alerts alone, without numbers, and nothing of limits of the agency', async () => {
    const key = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    const limit = { actions: ['COMMENT'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 5 };
    await api.data(agency.key, SET_LIMIT, { input: { scopeId: toId('agency', agency.agencyId), limit } });
    await record(6);
    await addSeat(await otherAccount());
    await addSeat();
    expect(await kinds(agency.key)).toEqual(['HISTORY_UNKNOWN', 'HISTORY_UNKNOWN', 'LIMIT_BREACHED']);
    const { nodes } = await alerts(key);
    expect(nodes).toMatchObject([{ kind: 'HISTORY_UNKNOWN', sequence: null }]);
    const id = (await alerts(agency.key, { kinds: ['LIMIT_BREACHED'] })).nodes[0].id;
    expect(await api.data(key, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
  });

  it('learns nothing of what others are told by its cursor', async () => {
    const key = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
    const cursor = async (): Promise<string> => (await api.data(key, '{ alertCursor }')).alertCursor;
    const before = await cursor();
    await addSeat(await otherAccount());
    expect(await cursor()).toBe(before);
    await addSeat();
    const after = await cursor();
    expect(after).not.toBe(before);
    expect(after).toBe((await alerts(key)).edges[0].cursor);
    // All of a length, whatever the number.
    expect(after).toHaveLength(before.length);
  });
});
