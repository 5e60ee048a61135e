import { randomUUID } from 'node:crypto';
import { Desk } from '../../src/ledger/desk.js';
import { TURN_MS } from '../../src/ledger/long-work.js';
import { toId } from '../../src/schema/ids.js';
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

/** What is held to limits of its own each. */
const ACTIONS = ['DIRECT_MESSAGE', 'CONNECTION_REQUEST', 'PROFILE_VIEW', 'INMAIL'];

it('looks at the limits of what is recorded in turns with others, where each takes long', async () => {
  const { key, seat } = await api.seed();
  const plainly: Desk['open'] = Reflect.get(Desk.prototype, 'open');
  /** How often limits were looked at between two turns of others, and how many in one look at most. */
  const looked = async (actions: readonly string[]): Promise<{ most: number; limits: number }> => {
    const inputs = actions.map((action) => ({
      ...{ seatId: toId('seat', seat.id), action, idempotencyKey: randomUUID() },
      occurredAt: new Date(Date.now() - 60_000).toISOString(),
    }));
    let limits = 0;
    const most = await mostBetweenTurns(async (took) => {
      jest.spyOn(Desk.prototype, 'open').mockImplementation(function (this: Desk, some) {
        took();
        limits = Math.max(limits, some.length);
        busy(TURN_MS);
        plainly.call(this, some);
      });
      const { recordActivities } = await api.data(key, RECORD, { inputs });
      expect(recordActivities).toEqual({ recorded: actions.length, userErrors: [] });
      jest.restoreAllMocks();
    });
    return { most, limits };
  };
  let alone = 0;
  for (const action of ACTIONS) alone = Math.max(alone, (await looked([action])).limits);
  const { most, limits } = await looked(ACTIONS);
  expect(limits).toBeLessThanOrEqual(alone);
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
