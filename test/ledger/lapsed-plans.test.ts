import pg from 'pg';
import { readLapsedHolds } from '../../src/ledger/told/history.js';
import { DAY, HOUR, SECOND } from '../../src/quota/window.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { systemViewer, type Reach } from '../../src/tenancy/viewer.js';
import { ownDatabase } from '../support/database.js';
import { ExplainingTransaction, indexesOf, rowsOf, type Planned } from './explain.js';

/** How the holds of a page of seats that lapsed today are counted, beside those of all days that their client accounts have. */

const HOLDS = 20_000;
const SPAN = 10 * DAY;
const now = Date.now();
const agencyId = uuidRandom();
const seatIds = Array.from({ length: 50 }, () => uuidRandom());
const clientAccountIds = Array.from({ length: 5 }, () => uuidRandom());
const [clientAccountId] = clientAccountIds as [string];
/** Those of one client account. */
const page = seatIds.filter((_, index) => index % clientAccountIds.length === 0);

let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  const at = Array.from({ length: HOLDS }, (_, index) => Math.floor(now - (index * SPAN) / HOLDS));
  const of = (ids: readonly string[]) => at.map((_, index) => ids[index % ids.length]);
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query(
    `INSERT INTO hold SELECT $1, id, seat_id, client_account_id, NULL, id, 'FOLLOW', false, at - $6::int8, at
     FROM unnest($2::int8[], $3::uuid[], $4::uuid[], $5::uuid[]) AS n (at, id, seat_id, client_account_id)`,
    [agencyId, at, at.map(uuidAt), of(seatIds), of(clientAccountIds), 30 * SECOND],
  );
  await client.query('COMMIT');
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE hold');
  await owner.end();
}, 120_000);
afterAll(() => client.end());

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('with %s', (planned) => {
  it.each<[string, Reach | null]>([
    ['the agency', null],
    ['a client account', { clientAccountIds: [clientAccountId], seatIds: [], seatAccountIds: [] }],
    ['a seat', { clientAccountIds: [], seatIds: page.slice(0, 1), seatAccountIds: [clientAccountId] }],
  ])('whoever sees %s has those of the seats of today read', async (_, reach) => {
    const viewer = { ...systemViewer(agencyId, 'test'), reach };
    const seats = page.map((seatId) => ({ seatId, since: now - 12 * HOUR }));
    const all = await new ExplainingTransaction(client, planned).accessesFor(agencyId, (transaction) =>
      readLapsedHolds(transaction, viewer, seats, now),
    );
    expect(indexesOf(all, 'hold')).toEqual(['hold_of_seat']);
    // Half a day of ten, and ten seats of fifty.
    expect(rowsOf(all, 'hold')).toBeLessThanOrEqual(HOLDS / 20 / 5 + page.length);
  });
});
