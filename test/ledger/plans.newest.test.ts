import pg from 'pg';
import { readChargeEntries } from '../../src/ledger/reading/charge-entries.js';
import { counterFromKey } from '../../src/quota/counter.js';
import { DAY } from '../../src/quota/window.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase } from '../support/database.js';
import { ExplainingTransaction, indexesOf, rowsOf, type Planned } from './explain.js';

/** Of a seat with much behind it the end of a window is read alone; of one with a few hundred PostgreSQL may well sort all. */

const CHARGES = 24_000;
const SPAN = 150 * DAY;
const now = Date.now();
const [agencyId, seatId, clientAccountId] = [uuidRandom(), uuidRandom(), uuidRandom()];
let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await fill();
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  // As the tables of a server are, which autovacuum has seen.
  await owner.query('VACUUM ANALYZE charge');
  await owner.end();
});
afterAll(() => client.end());

async function fill(): Promise<void> {
  const at = Array.from({ length: CHARGES }, (_, index) => Math.floor(now - SPAN + (index * SPAN) / CHARGES));
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query(
    `INSERT INTO charge SELECT $1, at, id, $4, $5, NULL, 'DIRECT_MESSAGE', false, 1, 'RECORD', NULL, NULL, NULL, NULL, NULL, at,
       'system:test'
     FROM unnest($2::int8[], $3::uuid[]) AS n (at, id)`,
    [agencyId, at, at.map(uuidAt), seatId, clientAccountId],
  );
  await client.query('COMMIT');
}

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'of a window the last charges alone are read, with %s',
  async (planned) => {
    const all = await new ExplainingTransaction(client, planned).accessesFor(
      agencyId,
      async (transaction) => {
        await client.query('SELECT see_clock()');
        const counter = counterFromKey('*@12960000');
        const scope = { kind: 'SEAT', id: seatId } as const;
        await readChargeEntries(transaction, [
          { agencyId, scope, counter, after: now - SPAN, count: 3, newest: true },
        ]);
      },
    );
    expect([indexesOf(all, 'charge'), rowsOf(all, 'charge') < 20]).toEqual([['charge_of_seat'], true]);
  },
);
