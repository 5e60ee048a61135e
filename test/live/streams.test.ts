import { toId } from '../../src/schema/ids.js';
import type { SeededAgency } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { Outreach, someone } from '../support/outreach.js';
import { RawSocket } from '../support/raw-socket.js';

let api: Api;
let agency: SeededAgency;
let socket: RawSocket;

beforeAll(async () => {
  api = await Api.start();
});
beforeEach(async () => {
  agency = await api.seed();
  socket = await RawSocket.begin(api.url, agency.key);
});
afterEach(() => socket.end());
afterAll(() => api.close());

/** What came of a subscription, once so much of it is there. */
async function told(id: string, count: number): Promise<Json[]> {
  await socket.until(() => socket.of(id).length >= count);
  return socket.of(id).map(({ payload }: Json) => payload.data);
}

it('usageChanged, over a socket of the server: how a seat stands, then what a decision makes of it', async () => {
  const outreach = new Outreach(api, agency);
  const query = `subscription ($seatId: ID) { usageChanged(seatId: $seatId) {
    scopeKind scopeId seat { id } clientAccount { id } campaign { id } changedAt
    usage { limit { actions window { seconds } scopeId } used held asOf } } }`;
  socket.subscribe('usage', query, { seatId: outreach.seat });
  await told('usage', 1);
  await outreach.reserve('FOLLOW', someone());
  const [first, second] = (await told('usage', 2)).map(({ usageChanged }) => usageChanged);
  expect(first).toMatchObject({
    scopeKind: 'SEAT',
    scopeId: outreach.seat,
    seat: { id: outreach.seat },
    clientAccount: { id: outreach.client },
    campaign: null,
  });
  const follows = ({ usage }: Json) => usage.find((one: Json) => one.limit.actions.join() === 'FOLLOW');
  expect([follows(first).held, follows(second).held]).toEqual([0, 1]);
  expect(Date.parse(second.changedAt)).toBeGreaterThanOrEqual(Date.parse(first.changedAt));
});

it('reservationChanged, over a socket of the server: a hold that a pause releases, and a cursor to come again with', async () => {
  const outreach = new Outreach(api, agency);
  const query = `subscription ($since: String) { reservationChanged(since: $since) {
    ... on ReservationsHeld { cursor isLast reservations { id } }
    ... on ReservationChanged { cursor changedAt reservation { id status releasedBecause seat { id } } } } }`;
  socket.subscribe('reservations', query, {});
  await told('reservations', 1);
  const { reservation } = await outreach.reserve('FOLLOW', someone());
  const [held, change] = (await told('reservations', 2)).map((data) => data.reservationChanged);
  expect(held).toMatchObject({ isLast: true, reservations: [] });
  expect(change.reservation).toEqual({
    ...{ id: reservation.id, status: 'HELD', releasedBecause: null, seat: { id: outreach.seat } },
  });
  const pause = 'mutation ($seatId: ID!) { pauseSeat(input: { seatId: $seatId }) { userErrors { code } } }';
  await api.data(agency.key, pause, { seatId: toId('seat', agency.seat.id) });
  socket.subscribe('again', query, { since: change.cursor });
  for (const id of ['reservations', 'again']) {
    await socket.until(() =>
      socket
        .of(id)
        .some(
          ({ payload }: Json) =>
            payload.data.reservationChanged.reservation?.releasedBecause === 'SEAT_PAUSED',
        ),
    );
  }
});
