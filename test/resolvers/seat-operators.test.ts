import { toId } from '../../src/schema/ids.js';
import { inAgency } from '../../src/tenancy/door.js';
import { Api, type Json } from '../support/api.js';
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

const ASSIGN = `mutation ($input: AssignOperatorsInput!) { assignOperators(input: $input) {
  seat { operators { id name role } } userErrors { code field } } }`;
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret } }`;

async function createKey(name: string, role: string, clientAccountId?: string): Promise<Json> {
  const made = (await desk.ask(CREATE, { input: { name, role, clientAccountId } })).createApiKey;
  return { id: made.apiKey.id, secret: made.secret };
}

async function assign(apiKeyIds: string[], key?: string): Promise<Json> {
  return (await desk.ask(ASSIGN, { input: { seatId: desk.seat, apiKeyIds } }, key)).assignOperators;
}

const OPERATORS = 'query ($seat: ID!) { seat(id: $seat) { operators { name } } }';

describe('assignOperators', () => {
  it('says who works with a seat, in the place of those before, and puts it down', async () => {
    const [ben, ada] = [await createKey('Ben', 'OPERATOR'), await createKey('Ada', 'MANAGER')];
    expect((await assign([ben.id, ada.id, ben.id])).seat.operators).toEqual([
      { id: ada.id, name: 'Ada', role: 'MANAGER' },
      { id: ben.id, name: 'Ben', role: 'OPERATOR' },
    ]);
    expect((await assign([ben.id])).seat.operators).toHaveLength(1);
    const entries = await inAgency(api.dataSource, desk.agency.owner, (manager) =>
      manager.query<Json[]>(`SELECT changes FROM audit_entry WHERE verb = 'assignOperators' ORDER BY id`),
    );
    expect(entries.map(({ changes }) => changes.apiKeyIds.new.length)).toEqual([2, 1]);
    expect((await assign([])).seat.operators).toEqual([]);
  });

  it('takes keys that can work with it alone, and is not told to the client', async () => {
    const [reader, elsewhere, revoked] = [
      await createKey('Reader', 'ANALYST'),
      await createKey('Elsewhere', 'OPERATOR', desk.other),
      await createKey('Revoked', 'OPERATOR'),
    ];
    const revoke =
      'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { code } } }';
    const good = await createKey('Good', 'OPERATOR', desk.client);
    await assign([good.id, revoked.id]);
    await desk.ask(revoke, { input: { apiKeyId: revoked.id } });
    // Whose key is revoked works with nothing any more.
    expect((await desk.ask(OPERATORS)).seat.operators).toEqual([{ name: 'Good' }]);
    for (const { id } of [reader, elsewhere, revoked]) {
      expect((await assign([id])).userErrors).toEqual([
        { code: 'WRONG_STATE', field: ['input', 'apiKeyIds'] },
      ]);
    }
    expect((await assign([toId('key', desk.agency.plan.id)])).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await assign([], good.secret)).userErrors).toMatchObject([{ code: 'FORBIDDEN_FOR_ROLE' }]);
    const client = await desk.clientKey(desk.agency.clientAccount.id);
    expect((await desk.ask(OPERATORS, {}, client)).seat.operators).toEqual([]);
  });

  it('ends at a move for those who see the old client account alone', async () => {
    const [ofOld, ofAll] = [
      await createKey('Of the old one', 'OPERATOR', desk.client),
      await createKey('Of all', 'OPERATOR'),
    ];
    await assign([ofOld.id, ofAll.id]);
    await desk.move();
    expect((await desk.ask(OPERATORS)).seat.operators).toEqual([{ name: 'Of all' }]);
  });
});
