import { Desk } from '../../src/ledger/desk.js';
import { TURN_MS } from '../../src/ledger/long-work.js';
import { toId } from '../../src/schema/ids.js';
import { Api } from '../support/api.js';
import { busy } from '../support/busy.js';
import { mostBetweenTurns } from '../support/turns.js';

const CREATE = `mutation ($input: CreateClientAccountInput!) {
  createClientAccount(input: $input) { userErrors { message } } }`;
const MANY = 8;

let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());
afterEach(() => jest.restoreAllMocks());

it('tells the usage of a page of client accounts in turns with others, where that of each takes long', async () => {
  const { key, plan } = await api.seed();
  for (let index = 1; index < MANY; index += 1) {
    const input = { name: `C${index}`, planId: toId('plan', plan.id), timeZone: 'UTC' };
    expect(await api.data(key, CREATE, { input })).toEqual({ createClientAccount: { userErrors: [] } });
  }
  const plainly: Desk['open'] = Reflect.get(Desk.prototype, 'open');
  let opened = 0;
  const most = await mostBetweenTurns(async (took) => {
    jest.spyOn(Desk.prototype, 'open').mockImplementation(function (this: Desk, limits) {
      took();
      opened += 1;
      busy(TURN_MS);
      plainly.call(this, limits);
    });
    const { clientAccounts } = await api.data(key, '{ clientAccounts { nodes { usage { used } } } }');
    expect(clientAccounts.nodes).toHaveLength(MANY);
  });
  expect(opened).toBeGreaterThanOrEqual(MANY);
  expect(most).toBeLessThanOrEqual(2);
});
