import pg from 'pg';
import { readPooledContacts } from '../../src/ledger/people/pooled-contacts.js';
import { SEE_AGENCIES } from '../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../src/tenancy/uuid.js';
import { ownDatabase, superuserUrl } from '../support/database.js';
import { ExplainingTransaction, type Planned } from './explain.js';

/** Which way leads to those who are in campaigns, on tables of three agencies with three client accounts each. */

const PEOPLE = 600;
const now = Date.now();
const ids = (count: number): string[] => Array.from({ length: count }, () => uuidRandom());
const agencyIds = ids(3);
const recipientIds = ids(PEOPLE);
const clientAccountIds = ids(3);
let client: pg.Client;

beforeAll(async () => {
  const { appUrl } = await ownDatabase();
  // Without all that rows refer to: what is read of them is in these three tables.
  const filler = new pg.Client({ connectionString: await superuserUrl(appUrl) });
  await filler.connect();
  await filler.query('SET session_replication_role = replica');
  for (const agencyId of agencyIds) await fill(filler, agencyId);
  await filler.query('ANALYZE enrolment, campaign, client_account');
  await filler.end();
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
}, 60_000);
afterAll(() => client.end());

async function fill(filler: pg.Client, agencyId: string): Promise<void> {
  await filler.query(
    `INSERT INTO client_account (agency_id, id, plan_id, name, time_zone, status, limit_mode, created_at, pools_contacts)
     SELECT $1, id, id, 'Client', 'UTC', 'ACTIVE', 'CEILING', 0, true FROM unnest($2::uuid[]) AS n (id)`,
    [agencyId, clientAccountIds],
  );
  // Each person is in five campaigns of the agency.
  for (const index of [0, 1, 2, 3, 4]) {
    const campaignId = uuidRandom();
    await filler.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at) VALUES ($1, $2, $3, 'Spring', 'RUNNING', 0)`,
      [agencyId, campaignId, clientAccountIds[index % clientAccountIds.length]],
    );
    await filler.query(
      `INSERT INTO enrolment (agency_id, id, campaign_id, recipient_id, seat_id, version, state, step, step_since, degree,
         open_profile, enrolled_at)
       SELECT $1, id, $2, recipient_id, $2, 1, 'ACTIVE', 'invite', $3, 'UNKNOWN', false, $3
       FROM unnest($4::uuid[], $5::uuid[]) AS n (id, recipient_id)`,
      [agencyId, campaignId, now - index, recipientIds.map(() => uuidAt(now)), recipientIds],
    );
  }
}

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'in whose campaigns people are is found by the person, with %s',
  async (planned) => {
    const asked = recipientIds.slice(0, 10);
    const agencyId = agencyIds[0]!;
    await client.query('BEGIN');
    await client.query(SEE_AGENCIES, [[agencyId]]);
    await client.query('SELECT see_clock()');
    const transaction = new ExplainingTransaction(client, planned);
    const questions = asked.map((recipientId) => ({ agencyId, recipientId }));
    await readPooledContacts(
      transaction,
      questions.map((question) => ({ ...question, clientAccountId: clientAccountIds[0]! })),
    );
    await client.query('ROLLBACK');
    const read = transaction.accesses.filter(({ table }) => table === 'enrolment');
    expect([...new Set(read.map(({ index }) => index))]).toEqual(['enrolment_of_recipient']);
    expect(read.reduce((sum, { rows }) => sum + rows, 0)).toBe(asked.length * 5);
  },
);
