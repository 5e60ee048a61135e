import { randomUUID } from 'node:crypto';
import { Desk } from '../../src/ledger/desk.js';
import { TURN_MS } from '../../src/ledger/long-work.js';
import { toId } from '../../src/schema/ids.js';
import { done, newSeat, servicesOn } from '../support/agency.js';
import { Api, type Json } from '../support/api.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const RECORD = `mutation ($inputs: [ActivityInput!]!) {
  recordActivities(inputs: $inputs) { recorded userErrors { message } } }`;
const VOID = `mutation ($input: VoidActivitiesInput!) {
  voidActivities(input: $input) { voided userErrors { message } } }`;
const MANY = 8;

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
afterEach(() => jest.restoreAllMocks());

it('looks at the limits of the seats of what is recorded in turns with others, where each takes long', async () => {
  const { key, owner, clientAccount, seat } = await api.seed();
  const { seats } = servicesOn(api.dataSource);
  const others = Array.from({ length: 3 }, async () =>
    done(await seats.addSeat(owner, newSeat(clientAccount.id))),
  );
  const inputs = [seat, ...(await Promise.all(others))].map(({ id }) => ({
    ...{ seatId: toId('seat', id), action: 'DIRECT_MESSAGE', idempotencyKey: randomUUID() },
    occurredAt: new Date(Date.now() - 60_000).toISOString(),
  }));
  const plainly: Desk['open'] = Reflect.get(Desk.prototype, 'open');
  let seatsInOneLook = 0;
  const most = await mostBetweenTurns(async (took) => {
    jest.spyOn(Desk.prototype, 'open').mockImplementation(function (this: Desk, limits) {
      took();
      const ofSeats = limits.filter(({ scope }) => scope.kind === 'SEAT').map(({ scope }) => scope.id);
      seatsInOneLook = Math.max(seatsInOneLook, new Set(ofSeats).size);
      busy(TURN_MS);
      plainly.call(this, limits);
    });
    const { recordActivities } = await api.data(key, RECORD, { inputs });
    expect(recordActivities).toEqual({ recorded: inputs.length, userErrors: [] });
  });
  expect(seatsInOneLook).toBe(1);
  expect(most).toBeLessThanOrEqual(2);
});

it('records and voids in turns with others, where each takes long', async () => {
  const { key, seat } = await api.seed();
  const plainly: Desk['charge'] = Reflect.get(Desk.prototype, 'charge');
  const mostAtOnce = (query: string, variables: object) =>
    mostBetweenTurns(async (took) => {
      jest.spyOn(Desk.prototype, 'charge').mockImplementation(function (this: Desk, row) {
        took();
        busy(TURN_MS);
        plainly.call(this, row);
      });
      const [told] = Object.values<Json>(await api.data(key, query, variables));
      expect(told).toEqual({ [query === VOID ? 'voided' : 'recorded']: MANY, userErrors: [] });
      jest.restoreAllMocks();
    });
  const inputs = Array.from({ length: MANY }, (_, index) => ({
    seatId: toId('seat', seat.id),
    action: 'DIRECT_MESSAGE',
    occurredAt: new Date(Date.now() - (index + 1) * 60_000).toISOString(),
    idempotencyKey: randomUUID(),
  }));
  expect(await mostAtOnce(RECORD, { inputs })).toBeLessThanOrEqual(2);
  const { activities } = await api.data(key, '{ activities { nodes { id } } }');
  const activityIds = activities.nodes.map(({ id }: Json) => id);
  expect(await mostAtOnce(VOID, { input: { activityIds, reason: 'wrong' } })).toBeLessThanOrEqual(2);
});
