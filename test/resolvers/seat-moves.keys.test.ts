import { Api, type Json } from '../support/api.js';
import { someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let desk: SeatDesk;

beforeAll(async () => {
  api = await Api.start();
  desk = await SeatDesk.open(api);
});
afterAll(() => api.close());

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) {
  decision { id replayed } userErrors { code field } } }`;

it('P4: a key is answered again after a move, but not to those who see the new client account alone', async () => {
  const input = { seatId: desk.seat, action: 'FOLLOW', recipient: someone(), idempotencyKey: 'one' };
  const ask = async (key: string): Promise<Json> => (await desk.ask(RESERVE, { input }, key)).reserve;
  const first = await ask(desk.agency.key);
  await desk.move();
  expect(await ask(desk.agency.key)).toEqual({
    decision: { id: first.decision.id, replayed: true },
    userErrors: [],
  });
  const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  expect(await ask(operator)).toEqual({
    decision: null,
    userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
  });
});
