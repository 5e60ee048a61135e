import pg from 'pg';
import { HELD_OF_MARKED, HELD_OR_MARKED } from '../../src/ledger/release-holds.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase } from '../support/database.js';
import { ExplainingTransaction, rowsOf, type Planned } from './explain.js';

/** How it is found whether something is under way to people whom a mark binds, at an agency that is larger than was last seen. */

const PEOPLE = 3_000;
const MARKS = 500;
const ASKED = 100;
const known = uuidRandom();
const grown = uuidRandom();
const people = Array.from({ length: PEOPLE }, () => uuidRandom());
let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await fill(
    known,
    people.map(() => uuidRandom()),
  );
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('ANALYZE recipient, recipient_key, recipient_employer, do_not_contact, hold');
  await owner.end();
  await fill(grown, people);
});
afterAll(() => client.end());

async function fill(agencyId: string, ids: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query(`INSERT INTO agency SELECT $1, 'Agency', 'UTC', 0`, [agencyId]);
  const OF_ALL = 'FROM unnest($2::uuid[]) AS n (id)';
  for (const rows of [
    `recipient (agency_id, id, created_at) SELECT $1, id, 0 ${OF_ALL}`,
    `recipient_key (agency_id, kind, key_version, fingerprint, recipient_id)
     SELECT $1, 'PROFILE', 1, sha256(id::text::bytea), id ${OF_ALL}`,
    `recipient_employer (agency_id, kind, key_version, fingerprint, recipient_id, scope_id)
     SELECT $1, 'COMPANY', 1, sha256('Acme'), id, $1 ${OF_ALL}`,
    `do_not_contact SELECT $1, id, 'AGENCY', $1, 'PERSON', 1, sha256(('other' || id)::bytea), 0, 'x' ${OF_ALL} LIMIT ${MARKS}`,
    `hold (agency_id, id, seat_id, client_account_id, action, recipient_id, noted, held_at, expires_at)
     SELECT $1, gen_random_uuid(), $1, $1, 'DIRECT_MESSAGE', id, false, 0, 1000 ${OF_ALL}`,
  ]) {
    await client.query(`INSERT INTO ${rows}`, [agencyId, ids]);
  }
  await client.query('COMMIT');
}

describe.each<Planned>(['force_custom_plan', 'force_generic_plan'])('with %s', (planned) => {
  it.each([
    ['whether anything is held or marked', HELD_OR_MARKED, 2_000],
    ['what is held of marked people', HELD_OF_MARKED, 0],
  ])('%s is looked up person by person', async (_, text, at) => {
    const transaction = new ExplainingTransaction(client, planned);
    const all = await transaction.accessesFor(grown, (explaining) =>
      explaining.query({ name: '', text }, [grown, people.slice(0, ASKED), at]),
    );
    for (const table of ['recipient_key', 'recipient_employer', 'do_not_contact', 'hold', 'recipient'])
      expect([table, rowsOf(all, table) <= 3 * ASKED]).toEqual([table, true]);
    expect(rowsOf(all, 'recipient_key')).toBeGreaterThan(0);
  });
});
