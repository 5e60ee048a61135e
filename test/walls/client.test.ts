import { randomUUID } from 'node:crypto';
import { SeatEntity } from '../../src/entities/seat.entity.js';
import { fromId, toId } from '../../src/schema/ids.js';
import { Changes } from '../../src/services/changes.js';
import { done, newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

const TOLD =
  'retryAt certainAt reasons { code message limit { scopeKind } retryAt } usage { limit { scopeKind } }';
const RESERVE = `mutation ($input: ReserveInput!) {
  reserve(input: $input) { decision { id outcome replayed ${TOLD} } userErrors { code } } }`;
const SET_LIMIT = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
const AGENCY_LIMIT_REACHED = {
  code: 'LIMIT_REACHED',
  message: 'A limit of the agency is reached.',
  limit: null,
};

let api: Api;
let agency: SeededAgency;
/** Of the one client account, with different rights. */
let clientKey: string;
let operatorKey: string;
/** Another client account of the agency, with its own plan and seat. */
let other: { readonly client: string; readonly seat: string; readonly plan: string; readonly id: string };

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed();
  const { clientAccounts, seats, plans } = servicesOn(api.dataSource);
  const plan = done(await plans.createPlan(agency.owner, { name: 'Other plan', seatAllowance: 5 }));
  const terms = { name: 'Other', planId: plan.id, timeZone: 'UTC' };
  const account = done(await clientAccounts.createClientAccount(agency.owner, terms));
  const seat = done(await seats.addSeat(agency.owner, newSeat(account.id, { holderName: 'Other holder' })));
  other = {
    client: toId('client', account.id),
    seat: toId('seat', seat.id),
    plan: toId('plan', plan.id),
    id: account.id,
  };
  clientKey = await api.keyOf(agency, 'CLIENT', agency.clientAccount.id);
  operatorKey = await api.keyOf(agency, 'OPERATOR', agency.clientAccount.id);
});

function mySeat(): string {
  return toId('seat', agency.seat.id);
}

async function limitAgency(action: string, max: number): Promise<void> {
  const limit = { actions: [action], windowKind: 'ROLLING', windowSeconds: 3_600, max };
  await api.data(agency.key, SET_LIMIT, { input: { scopeId: toId('agency', agency.agencyId), limit } });
}

async function reserve(key: string, seatId: string, action: string, more: object = {}): Promise<Json> {
  const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
  const input = { seatId, action, recipient, idempotencyKey: randomUUID(), ...more };
  return (await api.data(key, RESERVE, { input })).reserve;
}

async function roomFor(key: string, action: string): Promise<Json> {
  const query = `query ($id: ID!, $actions: [Action!]) { seat(id: $id) {
    room(actions: $actions) { remaining availableAt binding { code message retryAt limit { max } } } } }`;
  return (await api.data(key, query, { id: mySeat(), actions: [action] })).seat.room[0];
}

describe('a viewer of one client account', () => {
  it('sees its own plan, seats and history, and nobody else’s', async () => {
    await reserve(agency.key, mySeat(), 'FOLLOW');
    await reserve(agency.key, other.seat, 'FOLLOW');
    const query = `{ plans { totalCount nodes { name } } clientAccounts { totalCount nodes { name } }
      seats { totalCount nodes { holderName } } decisions { nodes { seat { holderName } } } reservations { nodes { seat { holderName } } } }`;
    expect(await api.data(clientKey, query)).toEqual({
      plans: { totalCount: 1, nodes: [{ name: 'Plan' }] },
      clientAccounts: { totalCount: 1, nodes: [{ name: 'Client' }] },
      seats: { totalCount: 1, nodes: [{ holderName: 'Holder' }] },
      decisions: { nodes: [{ seat: { holderName: 'Holder' } }] },
      reservations: { nodes: [{ seat: { holderName: 'Holder' } }] },
    });
  });

  it('finds no client account, seat or plan of another one, nor their limits', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { id } limits(scopeId: $id) { max } }';
    for (const id of [other.client, other.seat, other.plan]) {
      expect(await api.data(clientKey, query, { id })).toEqual({ node: null, limits: [] });
    }
  });

  it('can’t count the alerts of others: neither by a number, nor by where the stream stands', async () => {
    const stream = '{ alertCursor alerts { nodes { sequence } } }';
    const before = await api.data(clientKey, stream);
    const limit = { actions: ['FOLLOW'], windowKind: 'CALENDAR_DAY', max: 1 };
    await api.data(agency.key, SET_LIMIT, { input: { scopeId: other.seat, limit } });
    await reserve(agency.key, other.seat, 'FOLLOW');
    const all = await api.data(agency.key, '{ alerts { nodes { kind } } }');
    expect(all.alerts.nodes).toContainEqual({ kind: 'LIMIT_REACHED' });
    expect(await api.data(clientKey, stream)).toEqual(before);
    await api.data(agency.key, SET_LIMIT, { input: { scopeId: mySeat(), limit } });
    await reserve(agency.key, mySeat(), 'FOLLOW');
    const after = await api.data(clientKey, stream);
    expect(after.alertCursor).not.toBe(before.alertCursor);
    expect(new Set(after.alerts.nodes.map(({ sequence }: Json) => sequence))).toEqual(new Set([null]));
  });
});

describe('a limit of the agency', () => {
  it('does not let a viewer of one client account count what others send', async () => {
    await limitAgency('PROFILE_VIEW', 3);
    expect(await roomFor(agency.key, 'PROFILE_VIEW')).toMatchObject({ remaining: 3 });
    const { availableAt: _now, ...before } = await roomFor(clientKey, 'PROFILE_VIEW');
    expect(before.remaining).toBeGreaterThan(3);
    await reserve(agency.key, other.seat, 'PROFILE_VIEW');
    expect(await roomFor(clientKey, 'PROFILE_VIEW')).toMatchObject(before);
    const query = '{ viewer { agency { usage { used } } } }';
    expect(await api.data(clientKey, query)).toEqual({ viewer: { agency: { usage: [] } } });
  });

  it('nor by what a tool is to be set to, where several actions are counted together', async () => {
    const week = { windowKind: 'ROLLING', windowSeconds: 604_800, max: 6 };
    const limit = { actions: ['FOLLOW', 'PROFILE_VIEW'], ...week };
    await api.data(agency.key, SET_LIMIT, { input: { scopeId: toId('agency', agency.agencyId), limit } });
    const caps = async (key: string): Promise<Json> => {
      const query = `query ($id: ID!, $date: Date!) {
        capsForTool(seatId: $id, date: $date, actions: [FOLLOW, PROFILE_VIEW]) { action max binding { code message } } }`;
      const days = [2, 3, 4].map((day) => new Date(Date.now() + day * 86_400_000));
      const workday = days.find((day) => ![0, 6].includes(day.getUTCDay()))!;
      const date = workday.toISOString().slice(0, 10);
      return (await api.data(key, query, { id: mySeat(), date })).capsForTool;
    };
    const [whole, part] = [await caps(agency.key), await caps(operatorKey)];
    await reserve(agency.key, other.seat, 'PROFILE_VIEW');
    expect(await caps(agency.key)).not.toEqual(whole);
    expect(await caps(operatorKey)).toEqual(part);
  });

  it.each(['CLIENT', 'ANALYST'] as const)(
    'is told to a %s by its code alone: neither its numbers, nor when another’s send leaves its window',
    async (role) => {
      const key = await api.keyOf(agency, role, agency.clientAccount.id);
      await limitAgency('REACTION', 1);
      await reserve(agency.key, other.seat, 'REACTION', { holdSeconds: 600 });
      const { decision } = await reserve(agency.key, mySeat(), 'REACTION');
      expect(decision).toMatchObject({
        outcome: 'DENIED',
        retryAt: expect.any(String),
        certainAt: expect.any(String),
        reasons: [{ code: 'LIMIT_REACHED', limit: { scopeKind: 'AGENCY' }, retryAt: expect.any(String) }],
      });
      const query = `query ($id: ID!) { node(id: $id) { ... on Decision { ${TOLD} } } }`;
      const { node } = await api.data(key, query, { id: decision.id });
      expect(node).toMatchObject({ retryAt: null, certainAt: null });
      expect(node.reasons).toEqual([{ ...AGENCY_LIMIT_REACHED, retryAt: null }]);
      expect(node.usage.length).toBe(decision.usage.length - 1);
      expect(await roomFor(key, 'REACTION')).toEqual({
        ...{ remaining: 0, availableAt: null },
        binding: { ...AGENCY_LIMIT_REACHED, retryAt: null },
      });
    },
  );

  it('is told with its instant to whoever may ask for that client account: it would find out by asking', async () => {
    await limitAgency('REACTION', 1);
    await reserve(agency.key, other.seat, 'REACTION');
    const { decision } = await reserve(operatorKey, mySeat(), 'REACTION');
    expect(decision.reasons).toEqual([{ ...AGENCY_LIMIT_REACHED, retryAt: expect.any(String) }]);
    expect(decision.retryAt).toEqual(decision.reasons[0].retryAt);
  });
});

describe('whom others are in touch with', () => {
  const PREVIEW = `query ($input: DecisionInput!) { previewDecision(input: $input) { outcome retryAt certainAt
    reasons { code message retryAt } warnings { code } suggestions { action seat { id } } } }`;
  const INVITE = { action: 'CONNECTION_REQUEST' };

  it('is not told by a preview: an invitation of another client account’s seat changes nothing of the answer', async () => {
    const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
    const ask = () => api.data(operatorKey, PREVIEW, { input: { seatId: mySeat(), recipient, ...INVITE } });
    const before = await ask();
    expect(before.previewDecision.outcome).toBe('ALLOWED');
    const invited = await reserve(agency.key, other.seat, 'CONNECTION_REQUEST', { recipient });
    expect(invited.decision.outcome).toBe('ALLOWED');
    expect(await ask()).toEqual(before);
    const withdrawn = await reserve(agency.key, other.seat, 'INVITATION_WITHDRAWAL', { recipient });
    expect(withdrawn.decision.outcome).toBe('ALLOWED');
    expect(await ask()).toEqual(before);
  });

  it('is not told by whom another client account leaves alone: its mark binds its own seats', async () => {
    const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
    const ask = () => api.data(operatorKey, PREVIEW, { input: { seatId: mySeat(), recipient, ...INVITE } });
    const before = await ask();
    expect(before.previewDecision.outcome).toBe('ALLOWED');
    const query =
      'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed userErrors { code } } }';
    const input = { ...recipient, clientAccountId: other.client };
    const { addDoNotContact } = await api.data(agency.key, query, { input });
    expect(addDoNotContact).toEqual({ changed: 1, userErrors: [] });
    expect(await ask()).toEqual(before);
    const { decision } = await reserve(agency.key, other.seat, 'CONNECTION_REQUEST', { recipient });
    expect(decision).toMatchObject({ outcome: 'DENIED', reasons: [{ code: 'DO_NOT_CONTACT' }] });
  });

  it('binds exactly where it was this seat itself, whosever it was then', async () => {
    const recipient = { profileUrl: `linkedin.com/in/${randomUUID()}` };
    const idempotencyKey = randomUUID();
    const asked = { recipient, idempotencyKey };
    await reserve(agency.key, other.seat, 'CONNECTION_REQUEST', asked);
    await moveSeat(other.seat, agency.clientAccount.id);
    const input = { seatId: other.seat, recipient, ...INVITE };
    const { previewDecision } = await api.data(operatorKey, PREVIEW, { input });
    expect(previewDecision.reasons).toMatchObject([{ code: 'ALREADY_INVITED' }]);
    // What was answered there is told to nobody here, not even to the same key of an attempt.
    const again = await reserve(operatorKey, other.seat, 'CONNECTION_REQUEST', asked);
    expect(again).toEqual({ decision: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  });

  /** As a move leaves it, for what is decided afterwards. */
  async function moveSeat(seatId: string, clientAccountId: string): Promise<void> {
    const { agencyId } = agency;
    const id = fromId('seat', seatId) ?? '';
    await new Changes(api.dataSource).make(agency.owner, async (manager, at) => {
      await manager.update(SeatEntity, { agencyId, id }, { clientAccountId });
      await manager.query(
        'INSERT INTO seat_assignment (agency_id, seat_id, from_at, client_account_id) VALUES ($1, $2, $3, $4)',
        [agencyId, id, at, clientAccountId],
      );
    });
  }
});
