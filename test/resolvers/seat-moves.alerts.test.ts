import { randomUUID } from 'node:crypto';
import { audit } from '../../src/ledger/audit/audit.js';
import { clockedDatabase, type ClockedDatabase } from '../ledger/fake-clock.js';
import { Api, type Json } from '../support/api.js';
import { someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

/** What a seat that went to another client account tells each of the two: what is its own, and how the seat stands the one that has it. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;

let api: Api;
let database: ClockedDatabase;
let desk: SeatDesk;
let oldKey: string;
let newKey: string;

beforeAll(async () => {
  database = await clockedDatabase();
  await database.setClock(MORNING);
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
});
afterAll(async () => {
  await api.close();
  expect((await audit(database.appUrl)).drift).toEqual([]);
  await database.close();
});
beforeEach(async () => {
  await database.setClock(MORNING);
  desk = await SeatDesk.open(api);
  oldKey = await desk.clientKey(desk.agency.clientAccount.id);
  newKey = await desk.clientKey(desk.otherUuid);
});

const OF_A_DAY = { windowKind: 'ROLLING', windowSeconds: 86_400 };

/** Of follows. */
async function limitTo(max: number, scopeId = desk.seat, window: object = OF_A_DAY): Promise<void> {
  const query = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
  const limit = { actions: ['FOLLOW'], ...window, max };
  const input = { scopeId, limit };
  expect((await desk.ask(query, { input })).setLimit.userErrors).toEqual([]);
}

async function send(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) await desk.send('FOLLOW', someone());
}

/** Profile views that nobody tells the end of. */
async function hold(count: number, more: object = {}): Promise<void> {
  const decisions = await Promise.all(
    Array.from({ length: count }, () => desk.reserve('PROFILE_VIEW', someone(), more)),
  );
  expect(decisions.map(({ outcome }) => outcome)).toEqual(decisions.map(() => 'ALLOWED'));
}

async function record(key: string, inputs: readonly object[]): Promise<Json> {
  const query = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) {
    recorded usage { used } userErrors { code } } }`;
  const told = inputs.map((input) => {
    return { seatId: desk.seat, action: 'FOLLOW', idempotencyKey: randomUUID(), ...input };
  });
  return (await desk.ask(query, { inputs: told }, key)).recordActivities;
}

async function alertsOf(key: string): Promise<[kind: string, used: number, max: number][]> {
  const query = 'query { alerts { nodes { kind usage { used limit { max } } } } }';
  const { nodes } = (await desk.ask(query, {}, key)).alerts;
  return nodes.map(({ kind, usage }: Json) => [kind, usage.used, usage.limit.max]);
}

async function messagesOf(key: string): Promise<string[]> {
  const { nodes } = (await desk.ask('query { alerts { nodes { kind message } } }', {}, key)).alerts;
  return nodes.map(({ kind, message }: Json) => `${kind} ${message.split(/[.:]/u, 1)[0]}`);
}

describe('P10: a limit of a seat that went to another client account', () => {
  it('rings for the one that has it when the one that it left tells of what was under way', async () => {
    await limitTo(10);
    const held = await desk.reserve('FOLLOW', someone());
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    await send(8);
    const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
    const occurredAt = new Date(MORNING).toISOString();
    const told = await record(operator, [{ occurredAt, reservationId: held.reservation.id }]);
    expect(told).toEqual({ recorded: 1, usage: [], userErrors: [] });
    expect(await alertsOf(oldKey)).toEqual([]);
    expect(await alertsOf(newKey)).toEqual([['LIMIT_WARNING', 9, 10]]);
    await send(1);
    expect((await alertsOf(newKey)).map(([kind]) => kind)).toEqual(['LIMIT_REACHED', 'LIMIT_WARNING']);
    expect(await alertsOf(oldKey)).toEqual([]);
  });

  it('rings for it as well when sends of the time before are told', async () => {
    await limitTo(10);
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    await send(8);
    const before = { occurredAt: new Date(MORNING).toISOString() };
    for (const inputs of [[before], [before], [before]]) {
      expect(await record(desk.agency.key, inputs)).toMatchObject({ recorded: 1, userErrors: [] });
    }
    expect(await alertsOf(newKey)).toEqual([
      ['LIMIT_BREACHED', 11, 10],
      ['LIMIT_REACHED', 10, 10],
      ['LIMIT_WARNING', 9, 10],
    ]);
    expect(await alertsOf(oldKey)).toEqual([]);
  });
});

describe('P10: a limit of the client account that a seat left', () => {
  const before = { occurredAt: new Date(MORNING).toISOString() };

  /** Two follows at another seat of the client account, after the seat was given away. */
  async function moveAndGoOn(seatId: string, more: object = {}): Promise<void> {
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    for (const recipient of [someone(), someone()]) await desk.send('FOLLOW', recipient, { seatId, ...more });
  }

  it('is told to it by what was under way', async () => {
    await limitTo(3, desk.client);
    await limitTo(1, desk.other);
    const held = [await desk.reserve('FOLLOW', someone()), await desk.reserve('FOLLOW', someone())];
    await moveAndGoOn(await desk.addSeat());
    expect(await alertsOf(oldKey)).toEqual([]);
    const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
    for (const { reservation } of held)
      await record(operator, [{ ...before, reservationId: reservation.id }]);
    expect(await alertsOf(oldKey)).toEqual([
      ['LIMIT_BREACHED', 4, 3],
      ['LIMIT_REACHED', 3, 3],
    ]);
    expect(await alertsOf(newKey)).toEqual([]);
  });

  it('is told to it by sends of its time, of each of its windows, where whoever tells of them sees it', async () => {
    await limitTo(3, desk.client);
    await limitTo(2, desk.client, { windowKind: 'CALENDAR_DAY' });
    await desk.send('FOLLOW', someone());
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
    await record(operator, [before, before]);
    expect(await alertsOf(oldKey)).toEqual([]);
    await record(desk.agency.key, [before, before]);
    expect((await alertsOf(oldKey)).toSorted()).toEqual([
      ['LIMIT_BREACHED', 3, 2],
      ['LIMIT_REACHED', 2, 2],
      ['LIMIT_REACHED', 3, 3],
    ]);
    expect(await alertsOf(newKey)).toEqual([]);
  });

  it('is told to it where it is one of the campaign that it was sent for', async () => {
    const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }`;
    const seatId = await desk.addSeat();
    const input = { clientAccountId: desk.client, name: 'Spring', seatIds: [desk.seat, seatId] };
    const campaignId = (await desk.ask(create, { input })).createCampaign.campaign.id;
    await limitTo(3, campaignId);
    const decisions = [
      await desk.reserve('FOLLOW', someone(), { campaignId }),
      await desk.reserve('FOLLOW', someone(), { campaignId }),
    ];
    await moveAndGoOn(seatId, { campaignId });
    for (const { reservation } of decisions) {
      await record(desk.agency.key, [{ ...before, reservationId: reservation.id }]);
    }
    expect(await alertsOf(oldKey)).toEqual([
      ['LIMIT_BREACHED', 4, 3],
      ['LIMIT_REACHED', 3, 3],
    ]);
    expect(await alertsOf(newKey)).toEqual([]);
  });
});

it('Seat.holdsExpiredToday counts the holds that the viewer sees', async () => {
  const lapse = async (count: number): Promise<void> => {
    for (let held = 0; held < count; held += 1) await desk.reserve('FOLLOW', someone(), { holdSeconds: 30 });
  };
  const told = async (key?: string): Promise<number> =>
    (await desk.ask('query ($seat: ID!) { seat(id: $seat) { holdsExpiredToday } }', {}, key)).seat
      .holdsExpiredToday;
  await lapse(3);
  await database.setClock(MORNING + MINUTE);
  expect([await told(oldKey), await told()]).toEqual([3, 3]);
  await desk.move();
  expect([await told(newKey), await told()]).toEqual([0, 3]);
  await lapse(1);
  await database.setClock(MORNING + 2 * MINUTE);
  expect([await told(newKey), await told()]).toEqual([1, 4]);
  await desk.move(desk.client);
  expect(await told(oldKey)).toBe(3);
});

describe('P10: the day of a seat that went to another client account', () => {
  const LAPSING = { holdSeconds: 30 };

  it('tells of the holds of the one that has it', async () => {
    await hold(44);
    await hold(5, LAPSING);
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    await hold(1);
    await database.setClock(MORNING + 2 * MINUTE);
    await hold(1);
    expect([await messagesOf(newKey), await messagesOf(oldKey)]).toEqual([[], []]);
    await hold(46);
    await hold(2, LAPSING);
    await database.setClock(MORNING + 3 * MINUTE);
    await hold(1);
    expect(await messagesOf(newKey)).toEqual([
      'HOLDS_EXPIRED 2 of 50 holds of the day lapsed without word of what came of them',
    ]);
    expect(await messagesOf(oldKey)).toEqual([]);
  });

  it('tells each of them of its own holds', async () => {
    await hold(48);
    await hold(2, LAPSING);
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    await hold(48);
    await hold(3, LAPSING);
    await database.setClock(MORNING + 2 * MINUTE);
    await hold(1);
    const lapsed = 'holds of the day lapsed without word of what came of them';
    expect(await messagesOf(oldKey)).toEqual([`HOLDS_EXPIRED 2 of 50 ${lapsed}`]);
    expect(await messagesOf(newKey)).toEqual([`HOLDS_EXPIRED 3 of 51 ${lapsed}`]);
  });

  it('tells of the tools of the one that has it', async () => {
    const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.agency.clientAccount.id);
    const occurredAt = new Date(MORNING).toISOString();
    await record(operator, [{ occurredAt, source: 'Tool one' }]);
    const held = await desk.reserve('FOLLOW', someone());
    await database.setClock(MORNING + MINUTE);
    await desk.move();
    const tell = (minutes: number, source: string): Promise<Json> =>
      record(desk.agency.key, [{ occurredAt: new Date(MORNING + minutes * MINUTE).toISOString(), source }]);
    await tell(1, 'Tool two');
    await record(operator, [{ occurredAt, source: 'Tool three', reservationId: held.reservation.id }]);
    expect([await messagesOf(newKey), await messagesOf(oldKey)]).toEqual([[], []]);
    await tell(1, 'Tool four');
    await tell(1, 'Tool two');
    expect(await messagesOf(newKey)).toEqual(['SEVERAL_TOOLS Records of the last 7 days name 2 tools']);
    expect(await messagesOf(oldKey)).toEqual([]);
  });
});
