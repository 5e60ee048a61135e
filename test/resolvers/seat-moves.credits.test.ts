import { audit } from '../../src/ledger/audit/audit.js';
import { newSeat } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { codesOf, someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let database: TestDatabase;
let desk: SeatDesk;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({}, database);
});
afterAll(async () => {
  await api.close();
  expect((await audit(database.appUrl)).drift).toEqual([]);
});

describe('credits that a client account’s seats share', () => {
  const CREDITS = `credits { available cap history { nodes { kind amount because seat { id } } } }`;
  const ask = async (seat: string): Promise<Json> =>
    (await desk.ask(`query ($seat: ID!) { seat(id: $seat) { ${CREDITS} } }`, { seat })).seat.credits;

  it('stay with the contract as far as its seats keep them; the seat brings the other one its keep', async () => {
    const tier = 'RECRUITER_CORPORATE';
    desk = await SeatDesk.open(api, { seat: { tier, openingCredits: 500 } });
    const { openingUse: _use, ...input } = newSeat(desk.client, { tier, openingCredits: 400 });
    const second = (await desk.change('addSeat', { ...input, seatId: undefined })).seat.id;
    const bob = someone();
    const sent = await desk.send('INMAIL', bob);
    expect(await ask(second)).toMatchObject({ available: 899, cap: 1_200 });
    await desk.move();
    // Of 899 the one seat that stays keeps 600.
    const old = await ask(second);
    expect(old).toMatchObject({ available: 600, cap: 600 });
    expect(old.history.nodes[0]).toEqual({
      kind: 'LOST',
      amount: 299,
      because: 'SEAT_MOVED',
      seat: { id: desk.seat },
    });
    expect(await ask(desk.seat)).toEqual({ available: 0, cap: 600, history: { nodes: [] } });
    expect(codesOf(await desk.reserve('INMAIL', someone()))).toEqual(['NO_CREDITS']);
    // A credit that comes back is the contract's that it was taken from.
    await desk.ask(
      `mutation ($input: SetCreditsInput!) { setCredits(input: $input) { userErrors { code } } }`,
      {
        input: { seatId: desk.seat, available: 5 },
      },
    );
    const reservationId = sent.reservation.id;
    expect(await desk.engage(desk.engagement('REPLIED', bob, { reservationId }))).toMatchObject({
      creditsReturned: 0,
      userErrors: [],
    });
    expect(await ask(desk.seat)).toMatchObject({ available: 5 });
  });

  it('come back to the contract that they were taken from, once the seat has gone', async () => {
    const tier = 'RECRUITER_CORPORATE';
    desk = await SeatDesk.open(api, { seat: { tier, openingCredits: 100 } });
    const { openingUse: _use, ...input } = newSeat(desk.client, { tier });
    const second = (await desk.change('addSeat', { ...input, seatId: undefined })).seat.id;
    const bob = someone();
    await desk.send('INMAIL', bob);
    await desk.move();
    expect(await ask(second)).toMatchObject({ available: 99 });
    expect(await desk.engage(desk.engagement('REPLIED', bob))).toMatchObject({ creditsReturned: 1 });
    expect(await ask(second)).toMatchObject({ available: 100 });
    expect(await ask(desk.seat)).toMatchObject({ available: 0 });
  });
});
