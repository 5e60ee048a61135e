import pg from 'pg';
import { LedgerTransaction, type Statement } from '../../../src/ledger/books/connection.js';
import { listDecisions, type DecisionFilter } from '../../../src/ledger/told/history.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { systemViewer } from '../../../src/tenancy/viewer.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { testDatabase } from '../../support/database.js';

const viewer = systemViewer(uuidRandom(), 'test');
const FILTERS = {
  ...{
    seatId: uuidRandom(),
    clientAccountId: uuidRandom(),
    campaignId: uuidRandom(),
    recipientIds: [uuidRandom()],
  },
  ...{ from: Date.now() - 1_000, until: Date.now(), afterId: uuidRandom() },
  ...{ action: 'FOLLOW', outcome: 'REFUSED', reason: 'SEAT_PAUSED' },
} as const;
const NAMES = Object.keys(FILTERS);

/** Every filter, or none, of each: as many as there are combinations. */
const combinations = Array.from({ length: 2 ** NAMES.length }, (_, bits): DecisionFilter => {
  const asked = Object.entries(FILTERS).map(([name, value], place) => [
    name,
    bits & (1 << place) ? value : null,
  ]);
  return { ...(Object.fromEntries(asked) as Omit<DecisionFilter, 'rows'>), rows: 10 };
});

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: (await testDatabase()).appUrl });
  await client.connect();
});
afterAll(() => client.end());

/** Notes what is asked. */
class Noting extends LedgerTransaction {
  readonly asked = new Map<string, string>();

  override query<Row extends pg.QueryResultRow>(statement: Statement): Promise<Row[]> {
    const { name, text } = statement;
    expect(this.asked.get(name) ?? text).toBe(text);
    this.asked.set(name, text);
    return Promise.resolve([]);
  }
}

it('each combination of filters has a statement whose name is its own as PostgreSQL keeps it', async () => {
  const noting = new Noting(client);
  for (const filter of combinations) await listDecisions(noting, viewer, filter);
  expect(noting.asked.size).toBe(1_024);
  expect([...noting.asked.keys()].filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
});

it('those that are longest are asked one after the other over one connection', async () => {
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[viewer.agencyId]]);
  for (const filter of combinations.slice(-64).toReversed()) {
    expect(await listDecisions(new LedgerTransaction(client), viewer, filter)).toEqual([]);
  }
  await client.query('ROLLBACK');
});

it('a statement with a name that is too long is not sent', () => {
  const statement = { name: 'x'.repeat(64), text: 'SELECT 1' };
  expect(() => new LedgerTransaction(client).query(statement, [])).toThrow('The name is too long');
});
