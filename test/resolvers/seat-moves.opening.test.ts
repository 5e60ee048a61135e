import { audit } from '../../src/ledger/audit/audit.js';
import { Api } from '../support/api.js';
import { ownDatabase, type TestDatabase } from '../support/database.js';
import { SeatDesk } from './seat-moves.support.js';

/** What a seat sent before it was added, told once it has moved. */
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
beforeEach(async () => {
  desk = await SeatDesk.open(api, { seat: { history: 'UNKNOWN' } });
  const limit = { actions: ['DIRECT_MESSAGE'], windowKind: 'ROLLING', windowSeconds: 864_000, max: 90 };
  for (const scopeId of [desk.client, desk.other]) {
    const query = 'mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { code } } }';
    expect((await desk.ask(query, { input: { scopeId, limit } })).setLimit.userErrors).toEqual([]);
  }
});

/** What the seat's first client account and the other one have used. */
async function used(): Promise<number[]> {
  const limits = 'usage { used limit { max } }';
  const told = await desk.ask(
    `query ($client: ID!, $other: ID!) { one: clientAccount(id: $client) { ${limits} } other: clientAccount(id: $other) { ${limits} } }`,
  );
  return ['one', 'other'].map(
    (name) => told[name].usage.find((usage: { limit: { max: number } }) => usage.limit.max === 90).used,
  );
}

const opening = { history: 'DECLARED', openingUse: [{ action: 'DIRECT_MESSAGE', days: 5, count: 70 }] };

it('opening use is of the client account that the seat was added to', async () => {
  expect(await used()).toEqual([0, 0]);
  await desk.move();
  expect((await desk.change('updateSeat', opening)).userErrors).toEqual([]);
  expect(await used()).toEqual([70, 0]);
});

it('whoever doesn’t see that one tells of it for the one that they see', async () => {
  await desk.move();
  const key = await api.keyOf(desk.agency, 'MANAGER', desk.otherUuid);
  expect((await desk.change('updateSeat', opening, key)).userErrors).toEqual([]);
  expect(await used()).toEqual([0, 70]);
});
