import { randomUUID } from 'node:crypto';
import { SeatDesk } from '../resolvers/seat-moves.support.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { someone } from '../support/outreach.js';
import { askAs, member, type Person } from '../support/members.js';

/** Whoever was given a single seat sees what it did for the client account that has it, and nothing of whom it wrote to for another. */
const NOW = Date.UTC(2026, 10, 24, 10);
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

let clocked: ClockedApi;
let api: Api;
let desk: SeatDesk;
let holder: Person;

beforeAll(async () => {
  clocked = await ClockedApi.start(NOW);
  ({ api } = clocked);
});
afterAll(() => clocked.close());

const HISTORY = `query ($seat: ID!) {
  decisions(seatId: $seat) { nodes { id recipientProfileUrl } }
  reservations(seatId: $seat) { nodes { id recipientProfileUrl } }
  activities(seatId: $seat) { nodes { id recipientProfileUrl } }
  alerts(seatId: $seat) { nodes { id } }
  engagementRates(by: SEAT, seatId: $seat) { nodes { reply { sent } } } }`;

/** Does one of each kind of thing from the seat. */
async function work(): Promise<void> {
  const at = new Date(NOW).toISOString();
  await desk.send('DIRECT_MESSAGE', someone({ degree: 'FIRST' }));
  const query = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const recipient = { profileUrl: someone().profileUrl };
  const input = { seatId: desk.seat, action: 'INMAIL', occurredAt: at, recipient };
  await api.data(desk.agency.key, query, { inputs: [{ ...input, idempotencyKey: randomUUID() }] });
  const limit = { actions: ['FOLLOW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 1 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  await api.data(desk.agency.key, set, { input: { scopeId: desk.seat, limit } });
  await desk.send('FOLLOW', someone());
}

async function history(): Promise<Json> {
  const { data, errors } = await askAs(api, holder, HISTORY, { seat: desk.seat });
  expect(errors).toBeUndefined();
  return data;
}

const counted = (told: Json): Record<string, number> =>
  Object.fromEntries(Object.entries(told).map(([name, { nodes }]: [string, Json]) => [name, nodes.length]));

it('of a seat that came from another client account nothing of before is there', async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
  await work();
  await clocked.setClock(NOW + 1_000);
  const whole = await desk.ask(HISTORY);
  expect(counted(whole)).toEqual({
    ...{ decisions: 2, reservations: 2, activities: 1, alerts: 1, engagementRates: 1 },
  });
  await clocked.setClock(NOW + MINUTE);
  await desk.move();
  holder = await member(api, desk.agency, `ada@${desk.agency.agencyId}.example`, 'OPERATOR', {
    seatIds: [desk.seat],
  });
  expect(counted(await history())).toEqual({
    ...{ decisions: 0, reservations: 0, activities: 0, alerts: 0, engagementRates: 0 },
  });
  const NODE = 'query ($id: ID!) { node(id: $id) { id } }';
  for (const list of ['decisions', 'reservations', 'activities', 'alerts']) {
    const [{ id }] = whole[list].nodes;
    expect((await askAs(api, holder, NODE, { id })).data.node).toBeNull();
  }
  const voiding =
    'mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { userErrors { code } } }';
  const input = { activityIds: [whole.activities.nodes[0].id], reason: 'mine' };
  const { data } = await askAs(api, holder, voiding, { input });
  expect(data.voidActivities.userErrors).toEqual([{ code: 'NOT_FOUND' }]);

  await clocked.setClock(NOW + 2 * MINUTE);
  const reserve = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { id outcome } } }`;
  const asks = { seatId: desk.seat, action: 'DIRECT_MESSAGE', recipient: someone({ degree: 'FIRST' }) };
  const done = await askAs(api, holder, reserve, { input: { ...asks, idempotencyKey: randomUUID() } });
  const { decision } = done.data.reserve;
  expect(decision.outcome).toBe('ALLOWED');
  const { decisions, reservations } = await history();
  expect(decisions.nodes.map(({ id }: Json) => id)).toEqual([decision.id]);
  expect(reservations.nodes).toHaveLength(1);
});

it('what it did before it came is told for the client account that has it: the limits of the other one are not filled up by it', async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
  const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 604_800, max: 40 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  for (const scopeId of [desk.client, desk.other]) {
    await api.data(desk.agency.key, set, { input: { scopeId, limit } });
  }
  await clocked.setClock(NOW + MINUTE);
  await desk.move();
  const record = 'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded } }';
  const tell = (key: string, count: number): Promise<Json> => {
    const input = { seatId: desk.seat, action: 'DIRECT_MESSAGE', count, idempotencyKey: randomUUID() };
    return api.data(key, record, { inputs: [{ ...input, occurredAt: new Date(NOW).toISOString() }] });
  };
  const used = async (): Promise<number[]> => {
    const query = `query ($client: ID!, $other: ID!) {
      client: clientAccount(id: $client) { usage { used } } other: clientAccount(id: $other) { usage { used } } }`;
    const { client, other } = await desk.ask(query);
    return [client.usage[0].used, other.usage[0].used];
  };
  const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  expect((await tell(key, 30)).recordActivities).toEqual({ recorded: 1 });
  expect(await used()).toEqual([0, 30]);
  // Whoever sees both tells of it for whom it was.
  await tell(desk.agency.key, 7);
  expect(await used()).toEqual([7, 30]);
  const seat =
    'query ($seat: ID!) { seat(id: $seat) { usage(actions: [DIRECT_MESSAGE]) { used limit { scopeKind } } } }';
  const { usage } = (await desk.ask(seat)).seat;
  expect(
    usage.filter(({ limit: { scopeKind } }: Json) => scopeKind === 'SEAT').map(({ used: one }: Json) => one),
  ).toContain(37);
  const list = '{ activities { nodes { count } } }';
  expect((await api.data(key, list)).activities.nodes).toEqual([{ count: 30 }]);
});

/** Tells as one key of something that the seat did at an instant: how much of it would have been refused. */
async function refusedOf(key: string, at: number, more: object): Promise<number> {
  const query = `mutation ($inputs: [ActivityInput!]!) {
    recordActivities(inputs: $inputs) { recorded wouldHaveBeenRefused userErrors { code } } }`;
  const occurredAt = new Date(at).toISOString();
  const input = { seatId: desk.seat, occurredAt, idempotencyKey: randomUUID(), ...more };
  const { wouldHaveBeenRefused, ...told } = (await api.data(key, query, { inputs: [input] }))
    .recordActivities;
  expect(told).toEqual({ recorded: 1, userErrors: [] });
  return wouldHaveBeenRefused;
}

it('whom the client account that it left wanted left alone is not to be found out by records of that time', async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
  const [theirs, everybodys] = [someone(), someone()];
  const mark = 'mutation ($input: DoNotContactInput!) { addDoNotContact(input: $input) { changed } }';
  const marks = [
    { profileUrl: theirs.profileUrl, clientAccountId: desk.client },
    { profileUrl: everybodys.profileUrl },
  ];
  for (const input of marks) await api.data(desk.agency.key, mark, { input });
  await clocked.setClock(NOW + MINUTE);
  await desk.move();
  await clocked.setClock(NOW + 20 * MINUTE);
  const tell = (by: string, at: number, { profileUrl }: Json, action = 'FOLLOW'): Promise<number> =>
    refusedOf(by, at, { action, recipient: { profileUrl } });
  const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  const [before, since] = [NOW + MINUTE / 2, NOW + 15 * MINUTE];
  expect([await tell(key, before, theirs), await tell(key, before, everybodys)]).toEqual([0, 0]);
  expect([await tell(key, since, theirs), await tell(key, since, everybodys)]).toEqual([0, 1]);
  expect(await tell(desk.agency.key, before, theirs, 'REACTION')).toBe(1);
});

it('how much it sent for the client account that it left is not to be counted by records of that time', async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
  const limit = { actions: ['PROFILE_VIEW'], windowKind: 'ROLLING', windowSeconds: 86_400, max: 20 };
  const set = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  await api.data(desk.agency.key, set, { input: { scopeId: desk.seat, limit } });
  const first = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
  const views = (key: string, at: number, count: number): Promise<number> =>
    refusedOf(key, at, { action: 'PROFILE_VIEW', count });
  const [longAgo, justBefore] = [NOW - 40 * DAY, NOW - HOUR];
  expect(await views(first, longAgo, 15)).toBe(0);
  expect(await views(first, justBefore, 15)).toBe(0);
  await desk.move();
  await clocked.setClock(NOW + HOUR);
  const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  expect([await views(key, longAgo + MINUTE, 8), await views(key, justBefore + MINUTE, 3)]).toEqual([0, 0]);
  // Whoever sees the whole agency is told, also that what another client account's key recorded counts.
  expect(await views(desk.agency.key, longAgo + 2 * MINUTE, 4)).toBe(4);
  // From the move on what the account did binds the one that has it.
  expect(await views(key, NOW + MINUTE, 5)).toBe(3);
});

it('whom it invited for the client account that it left is not to be found out by records of that time', async () => {
  await clocked.setClock(NOW);
  desk = await SeatDesk.open(api);
  const first = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
  const [invited, alsoInvited, nobody] = [someone(), someone(), someone()];
  const tell = (key: string, days: number, { profileUrl }: Json, action = 'CONNECTION_REQUEST') =>
    refusedOf(key, NOW - days * DAY, { action, recipient: { profileUrl } });
  for (const person of [invited, alsoInvited]) {
    await tell(first, 100, person);
    await tell(first, 60, person, 'INVITATION_WITHDRAWAL');
  }
  await desk.move();
  await clocked.setClock(NOW + MINUTE);
  const key = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  expect([await tell(key, 80, invited), await tell(key, 80, nobody)]).toEqual([0, 0]);
  expect(await tell(desk.agency.key, 80, alsoInvited)).toBe(1);
});
