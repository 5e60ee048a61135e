import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
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

const RESERVATION =
  'id status action heldAt expiresAt sentAt resolvedAt releasedBecause recipientProfileUrl seat { id }';
const NOBODYS = toId('reservation', '00000000-0000-4000-8000-000000000000');

async function hold(): Promise<Json> {
  const input = {
    seatId: toId('seat', agency.seat.id),
    action: 'REACTION',
    recipient: { profileUrl: `linkedin.com/in/${randomUUID()}` },
    idempotencyKey: randomUUID(),
  };
  const query = `mutation ($input: ReserveInput!) { reserve(input: $input) { decision { reservation { ${RESERVATION} } } } }`;
  return (await api.data(agency.key, query, { input })).reserve.decision.reservation;
}

async function resolve(name: string, inputType: string, input: object): Promise<Json> {
  const query = `mutation ($input: ${inputType}!) { ${name}(input: $input) { reservation { ${RESERVATION} } userErrors { code field } } }`;
  return (await api.data(agency.key, query, { input }))[name];
}

const commit = (reservationId: string, more: object = {}) =>
  resolve('commitReservation', 'CommitReservationInput', { reservationId, ...more });
const release = (reservationId: string, more: object = {}) =>
  resolve('releaseReservation', 'ReleaseReservationInput', { reservationId, ...more });

async function read(id: string): Promise<Json> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Reservation { ${RESERVATION} } } }`;
  return (await api.data(agency.key, query, { id })).node;
}

describe('commitReservation', () => {
  it('says when it was sent; repeated, the first resolution stands', async () => {
    const held = await hold();
    const first = await commit(held.id, { sentAt: held.heldAt });
    expect(first).toEqual({
      reservation: { ...held, status: 'COMMITTED', sentAt: held.heldAt, resolvedAt: expect.any(String) },
      userErrors: [],
    });
    expect(await commit(held.id)).toEqual(first);
    expect(await release(held.id)).toMatchObject({
      reservation: null,
      userErrors: [{ code: 'RESERVATION_RESOLVED', field: ['input', 'reservationId'] }],
    });
  });

  it('refuses an instant far from now, and what nobody has', async () => {
    const { id } = await hold();
    expect(await commit(id, { sentAt: '2020-01-01T00:00:00Z' })).toEqual({
      reservation: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'sentAt'] }],
    });
    for (const nobodys of [NOBODYS, 'reservation_x', id.replace('reservation_', 'decision_')]) {
      expect(await commit(nobodys)).toEqual({
        reservation: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['input', 'reservationId'] }],
      });
    }
  });
});

describe('releaseReservation', () => {
  it('gives the room back; UNCERTAIN commits', async () => {
    const [notSent, uncertain] = [await hold(), await hold()];
    expect((await release(notSent.id)).reservation).toMatchObject({ status: 'RELEASED', sentAt: null });
    expect((await release(uncertain.id, { because: 'UNCERTAIN' })).reservation).toMatchObject({
      status: 'COMMITTED',
      sentAt: expect.any(String),
    });
  });
});

describe('commitReservations and releaseReservations', () => {
  it.each(['commit', 'release'])('%sReservations answers each in order and by itself', async (verb) => {
    const [first, second] = [await hold(), await hold()];
    const inputType = verb === 'commit' ? 'CommitReservationInput' : 'ReleaseReservationInput';
    const query = `mutation ($inputs: [${inputType}!]!) { answers: ${verb}Reservations(inputs: $inputs) {
      reservation { id status } userErrors { code field } } }`;
    const inputs = [first.id, NOBODYS, second.id].map((reservationId) => ({ reservationId }));
    const status = verb === 'commit' ? 'COMMITTED' : 'RELEASED';
    expect((await api.data(agency.key, query, { inputs })).answers).toEqual([
      { reservation: { id: first.id, status }, userErrors: [] },
      { reservation: null, userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '1', 'reservationId'] }] },
      { reservation: { id: second.id, status }, userErrors: [] },
    ]);
    const tooMany = Array.from({ length: 101 }, () => ({ reservationId: first.id }));
    expect(await api.code(agency.key, query, { inputs: tooMany })).toBe('BAD_USER_INPUT');
  });
});

describe('reservations', () => {
  it('are listed newest first, in pages, by status', async () => {
    const holds = [await hold(), await hold(), await hold()];
    await commit(holds[0].id);
    await release(holds[1].id);
    const query = `query ($first: Int, $after: String, $statuses: [ReservationStatus!], $seatId: ID) {
      reservations(first: $first, after: $after, statuses: $statuses, seatId: $seatId) {
        nodes { id status recipientProfileUrl seat { id } } pageInfo { hasNextPage endCursor } } }`;
    const list = async (variables: object = {}): Promise<Json> =>
      (await api.data(agency.key, query, variables)).reservations;
    const whole = await list();
    expect(whole.nodes.map(({ id, status }: Json) => [id, status])).toEqual([
      [holds[2].id, 'HELD'],
      [holds[1].id, 'RELEASED'],
      [holds[0].id, 'COMMITTED'],
    ]);
    expect(whole.nodes[0]).toMatchObject({
      recipientProfileUrl: holds[2].recipientProfileUrl,
      seat: { id: toId('seat', agency.seat.id) },
    });
    const first = await list({ first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect((await list({ first: 2, after: first.pageInfo.endCursor })).nodes).toEqual([whole.nodes[2]]);
    expect((await list({ statuses: ['HELD', 'COMMITTED'] })).nodes).toEqual([whole.nodes[0], whole.nodes[2]]);
    expect((await list({ seatId: 'seat_x' })).nodes).toEqual([]);
  });

  it('of a paused seat say why they were released', async () => {
    const held = await hold();
    const seatId = toId('seat', agency.seat.id);
    await api.data(agency.key, 'mutation ($id: ID!) { pauseSeat(input: { seatId: $id }) { seat { id } } }', {
      id: seatId,
    });
    expect(await read(held.id)).toMatchObject({ status: 'RELEASED', releasedBecause: 'SEAT_PAUSED' });
  });

  it.each(['PAUSED', 'ARCHIVED'])(
    'of a client account that is %s say so, and can’t be sent',
    async (status) => {
      const held = await hold();
      const update =
        'mutation ($input: UpdateClientAccountInput!) { updateClientAccount(input: $input) { userErrors { code } } }';
      const clientAccountId = toId('client', agency.clientAccount.id);
      await api.data(agency.key, update, { input: { clientAccountId, name: 'Renamed' } });
      expect(await read(held.id)).toMatchObject({ status: 'HELD' });
      await api.data(agency.key, update, { input: { clientAccountId, status } });
      expect(await read(held.id)).toMatchObject({
        status: 'RELEASED',
        releasedBecause: 'CLIENT_ACCOUNT_PAUSED',
      });
      expect((await commit(held.id)).userErrors).toMatchObject([{ code: 'RESERVATION_RESOLVED' }]);
    },
  );
});
