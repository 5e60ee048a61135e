import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import { newSeat, type SeededAgency, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';

let api: Api;
let agency: SeededAgency;
let seatId: string;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  agency = await api.seed({ timeZone: 'Europe/Madrid' });
  seatId = toId('seat', agency.seat.id);
});

const SEAT = `{ id holderName holderKind holderAgreedOn profileUrl tier timeZone externalRef limitMode status history
  warmUpStartedOn workingHours { days from to } clientAccount { id } holdsExpiredToday }`;

async function mutate(name: string, inputType: string, input: object): Promise<Json> {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { seat ${SEAT} userErrors { code field } } }`;
  return (await api.data(agency.key, query, { input }))[name];
}

describe('addSeat', () => {
  it('adds one with all that is told of it', async () => {
    const { seat, userErrors } = await mutate('addSeat', 'AddSeatInput', {
      clientAccountId: toId('client', agency.clientAccount.id),
      holderName: 'Ada',
      profileUrl: 'linkedin.com/in/Ada-Example/',
      tier: 'BASIC',
      timeZone: 'Asia/Kolkata',
      workingHours: { days: [1, 2], from: '09:00', to: '24:00' },
      externalRef: 'ada',
      history: 'DECLARED',
      openingUse: [{ action: 'DIRECT_MESSAGE', days: 1, count: 10 }],
    });
    expect(userErrors).toEqual([]);
    expect(seat).toEqual({
      id: expect.stringMatching(/^seat_/),
      holderName: 'Ada',
      holderKind: 'AGENCY_STAFF',
      holderAgreedOn: null,
      profileUrl: 'https://www.linkedin.com/in/ada-example',
      tier: 'BASIC',
      timeZone: 'Asia/Kolkata',
      externalRef: 'ada',
      limitMode: 'CEILING',
      status: 'ACTIVE',
      history: 'DECLARED',
      warmUpStartedOn: null,
      workingHours: { days: [1, 2], from: '09:00', to: '24:00' },
      clientAccount: { id: toId('client', agency.clientAccount.id) },
      holdsExpiredToday: 0,
    });
    const query = `query ($ref: String) { seat(externalRef: $ref) { id usage(actions: [DIRECT_MESSAGE]) { used } } }`;
    const found = (await api.data(agency.key, query, { ref: 'ada' })).seat;
    expect(found.id).toBe(seat.id);
    expect(found.usage.map(({ used }: Json) => used)).toContain(10);
  });

  it('refuses the account of another seat, and says where', async () => {
    const { seat, userErrors } = await mutate('addSeat', 'AddSeatInput', {
      ...newSeat(toId('client', agency.clientAccount.id)),
      profileUrl: agency.seat.profileUrl,
    });
    expect(seat).toBeNull();
    expect(userErrors).toEqual([{ code: 'TAKEN', field: ['input', 'profileUrl'] }]);
  });
});

describe('updateSeat, pauseSeat and resumeSeat', () => {
  it('change a seat, and every mutation of an operation sees what the one before it did', async () => {
    expect(await mutate('updateSeat', 'UpdateSeatInput', { seatId, holderName: 'Bob' })).toMatchObject({
      seat: { holderName: 'Bob', tier: 'SALES_NAVIGATOR' },
      userErrors: [],
    });
    const query = `mutation ($input: SeatInput!) {
      pauseSeat(input: $input) { seat { status room(actions: [REACTION]) { remaining binding { code limit { id } } } } }
      resumeSeat(input: $input) { seat { status room(actions: [REACTION]) { remaining } } } }`;
    expect(await api.data(agency.key, query, { input: { seatId } })).toEqual({
      pauseSeat: {
        seat: { status: 'PAUSED', room: [{ remaining: 0, binding: { code: 'SEAT_PAUSED', limit: null } }] },
      },
      resumeSeat: { seat: { status: 'ACTIVE', room: [{ remaining: 30 }] } },
    });
  });

  it.each(['updateSeat', 'pauseSeat', 'resumeSeat'])(
    '%s answers NOT_FOUND for an id that nobody has',
    async (name) => {
      const inputType = name === 'updateSeat' ? 'UpdateSeatInput' : 'SeatInput';
      expect(await mutate(name, inputType, { seatId: 'seat_nobody' })).toEqual({
        seat: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'seatId'] }],
      });
    },
  );
});

describe('Seat.usage and Seat.room', () => {
  const QUERY = `query ($actions: [Action!]) { seats { nodes {
    usage(actions: $actions) { used held unknown remaining level nextRoomAt asOf
      limit { id scopeKind scopeId actions onlyWithNote max origin window { kind seconds timeZone } } }
    room(actions: $actions) { action remaining availableAt binding { code message remedy limit { max window { timeZone } } } } } } }`;
  const ask = async (actions?: string[]): Promise<Json> =>
    (await api.data(agency.key, QUERY, { actions })).seats.nodes[0];

  it('keep what counts one of the actions that are asked for', async () => {
    const { usage, room } = await ask(['GROUP_MESSAGE']);
    expect(room.map(({ action }: Json) => action)).toEqual(['GROUP_MESSAGE']);
    expect(usage.every(({ limit }: Json) => limit.actions.includes('GROUP_MESSAGE'))).toBe(true);
    const all = await ask();
    expect(all.usage.length).toBeGreaterThan(usage.length);
    expect(all.room).toHaveLength(10);
    expect(await ask([])).toEqual({ usage: [], room: [] });
  });

  it('tell the zone of a calendar window, and of no other', async () => {
    const { usage, room } = await ask(['GROUP_MESSAGE']);
    const zones = usage.map(({ limit: { window } }: Json) => [window.kind, window.timeZone]);
    expect(zones).toContainEqual(['CALENDAR_MONTH', 'Europe/Madrid']);
    expect(zones).toContainEqual(['ROLLING', null]);
    expect(room[0].binding).toMatchObject({
      code: 'LIMIT_REACHED',
      limit: { max: 15, window: { timeZone: 'Europe/Madrid' } },
    });
  });

  it('give a limit that nobody set the same id every time', async () => {
    const idsOf = ({ usage }: Json): string[] => usage.map(({ limit }: Json) => limit.id);
    const ids = idsOf(await ask());
    expect(idsOf(await ask())).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('seats', () => {
  const LIST = `query ($first: Int, $after: String, $statuses: [SeatStatus!], $search: String, $clientAccountId: ID, $minLevel: UsageLevel) {
    seats(first: $first, after: $after, statuses: $statuses, search: $search, clientAccountId: $clientAccountId, minLevel: $minLevel) {
      totalCount nodes { id holderName } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  const list = async (variables: object): Promise<Json> =>
    (await api.data(agency.key, LIST, variables)).seats;
  const namesOf = ({ nodes }: Json): string[] => nodes.map(({ holderName }: Json) => holderName);
  let ids: Record<string, string>;

  beforeEach(async () => {
    const { seats } = servicesOn(api.dataSource);
    ids = {};
    for (const holderName of ['Eve', 'Ada', 'Cleo', 'Bea']) {
      const seat = await seats.addSeat(agency.owner, newSeat(agency.clientAccount.id, { holderName }));
      if ('id' in seat) ids[holderName] = toId('seat', seat.id);
    }
  });

  it('pages in order of the holder’s name, under filters', async () => {
    const first = await list({ first: 3 });
    expect(namesOf(first)).toEqual(['Ada', 'Bea', 'Cleo']);
    expect(first.totalCount).toBe(5);
    expect(namesOf(await list({ first: 3, after: first.pageInfo.endCursor }))).toEqual(['Eve', 'Holder']);
    await mutate('pauseSeat', 'SeatInput', { seatId: ids['Bea'] });
    expect(namesOf(await list({ statuses: ['PAUSED'] }))).toEqual(['Bea']);
    expect(namesOf(await list({ search: 'le' }))).toEqual(['Cleo']);
    expect(namesOf(await list({ clientAccountId: 'client_nobody' }))).toEqual([]);
  });

  it('with minLevel are those with a counter of their own at that level or a worse one', async () => {
    const record = (name: string, count: number) => ({
      seatId: ids[name],
      action: 'PROFILE_VIEW',
      count,
      occurredAt: new Date().toISOString(),
      idempotencyKey: randomUUID(),
    });
    await api.data(
      agency.key,
      'mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded userErrors { code } } }',
      { inputs: [record('Ada', 80), record('Cleo', 65), record('Eve', 81)] },
    );
    expect(namesOf(await list({ minLevel: 'WARNING' }))).toEqual(['Ada', 'Cleo', 'Eve']);
    const first = await list({ minLevel: 'REACHED', first: 1 });
    expect(namesOf(first)).toEqual(['Ada']);
    expect(first).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await list({ minLevel: 'REACHED', first: 1, after: first.pageInfo.endCursor });
    expect(namesOf(second)).toEqual(['Eve']);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(namesOf(await list({ minLevel: 'OK' }))).toHaveLength(5);
  });
});
