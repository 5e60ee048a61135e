import pg from 'pg';
import type { LedgerTransaction } from '../../src/ledger/books/connection.js';
import { readPendingEntries, readPendingSums } from '../../src/ledger/invitations/pending-entries.js';
import { pendingCounter } from '../../src/quota/counter.js';
import { DAY, SECOND } from '../../src/quota/window.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase } from '../support/database.js';
import { ExplainingTransaction, indexesOf, rowsOf, type Access, type Planned } from './explain.js';

/** How the gauge of a seat is read that has very many invitations pending. */

const INVITATIONS = 2_000;
const LIFE = 180 * DAY;
const now = Date.now();
const [agencyId, seatId, clientAccountId] = [uuidRandom(), uuidRandom(), uuidRandom()];
const counter = pendingCounter(LIFE / SECOND);

let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  const at = Array.from({ length: INVITATIONS }, (_, index) => now - DAY - index * (LIFE / INVITATIONS / 2));
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query(
    `INSERT INTO charge SELECT $1, at, id, $2, $3, NULL, 'CONNECTION_REQUEST', false, 1, 'RECORD', NULL, recipient_id, NULL,
       NULL, NULL, at, 'system:test'
     FROM unnest($4::int8[], $5::uuid[], $6::uuid[]) AS n (at, id, recipient_id)`,
    [agencyId, seatId, clientAccountId, at, at.map(uuidAt), at.map(() => uuidRandom())],
  );
  await client.query('COMMIT');
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE charge');
  await owner.end();
}, 120_000);
afterAll(() => client.end());

function accesses(
  planned: Planned,
  ask: (transaction: LedgerTransaction) => Promise<unknown>,
): Promise<readonly Access[]> {
  return new ExplainingTransaction(client, planned).accessesFor(agencyId, ask);
}

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('with %s', (planned) => {
  const asked = { agencyId, scope: { kind: 'SEAT', id: seatId }, counter, after: now - LIFE } as const;

  it.each<[string, (transaction: LedgerTransaction) => Promise<unknown>]>([
    ['all of it', (on) => readPendingSums(on, [{ ...asked, until: now, firstAfter: now - LIFE }])],
    ['what leaves next', (on) => readPendingEntries(on, [{ ...asked, count: INVITATIONS - 100 }])],
  ])('%s is read in one pass over what the seat sent, and nobody is looked up', async (_, ask) => {
    const all = await accesses(planned, ask);
    // The seat's are all that there are here, so that the whole table may be read as well.
    expect(indexesOf(all, 'charge').filter((index) => index !== null && index !== 'charge_of_seat')).toEqual(
      [],
    );
    // Once for those to people, once for those to nobody in particular.
    expect(rowsOf(all, 'charge')).toBeLessThanOrEqual(2 * INVITATIONS);
  });
});
