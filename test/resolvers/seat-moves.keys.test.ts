import { randomUUID } from 'node:crypto';
import { Api, type Json } from '../support/api.js';
import { someone } from '../support/outreach.js';
import { SeatDesk } from './seat-moves.support.js';

let api: Api;
let desk: SeatDesk;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
beforeEach(async () => {
  desk = await SeatDesk.open(api);
});

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

it('P14: a send of before a move is the same send where the new client account tells of it: once in the windows of the seat', async () => {
  const person = someone();
  await desk.send('FOLLOW', person);
  await desk.move();
  const operator = await api.keyOf(desk.agency, 'OPERATOR', desk.otherUuid);
  const record = `mutation ($inputs: [ActivityInput!]!) { recordActivities(inputs: $inputs) { recorded alreadyKnown } }`;
  const inputs = [
    {
      ...{ seatId: desk.seat, action: 'FOLLOW', recipient: { profileUrl: person.profileUrl } },
      ...{ occurredAt: new Date().toISOString(), idempotencyKey: randomUUID() },
    },
  ];
  expect((await desk.ask(record, { inputs }, operator)).recordActivities).toEqual({
    ...{ recorded: 0, alreadyKnown: 1 },
  });
  const told = await desk.ask(
    'query ($seat: ID!) { activities { nodes { id } } seat(id: $seat) { usage(actions: [FOLLOW]) { used } } }',
    {},
    operator,
  );
  expect(told.activities.nodes).toEqual([]);
  expect(new Set(told.seat.usage.map(({ used }: Json) => used))).toEqual(new Set([1]));
});
