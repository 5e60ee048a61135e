import pg from 'pg';
import type { CampaignEntity } from '../../../src/entities/campaign.entity.js';
import { approvedOf } from '../../../src/services/campaigns/campaign.audience.js';
import { withoutThoseKnown } from '../../../src/services/campaigns/campaign.newcomers.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { uuidRandom } from '../../../src/tenancy/uuid.js';
import { ExplainingTransaction, indexesOf, type Planned, rowsOf } from '../../ledger/explain.js';
import { ownDatabase, query } from '../../support/database.js';

/** How a long list is looked through where all that PostgreSQL last saw were short. */

const PEOPLE = 2_000;
const OTHER_AGENCIES = 300;
const [agencyId, clientAccountId, campaignId] = [uuidRandom(), uuidRandom(), uuidRandom()];
const approvalId = uuidRandom();
const people = Array.from({ length: PEOPLE }, () => uuidRandom());
let client: pg.Client;

beforeAll(async () => {
  const { appUrl, ownerUrl } = await ownDatabase();
  for (const table of ['prospect', 'recipient', 'enrolment', 'campaign_approval_person']) {
    await query(ownerUrl, `ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  }
  // Of an approval it is whom it is for that is looked up, and nothing else of it.
  await query(
    ownerUrl,
    'ALTER TABLE campaign_approval_person DROP CONSTRAINT campaign_approval_person_agency_id_approval_id_fkey',
  );
  client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  for (let other = 0; other < OTHER_AGENCIES; other += 1)
    await list(uuidRandom(), uuidRandom(), uuidRandom(), [uuidRandom()]);
  await query(ownerUrl, 'ANALYZE prospect, recipient, enrolment, campaign_approval_person');
  await list(agencyId, clientAccountId, approvalId, people);
});
afterAll(() => client.end());

/** Makes an agency with a client account that lists `some`, and has approved that they are written to. */
async function list(
  agency: string,
  account: string,
  approval: string,
  some: readonly string[],
): Promise<void> {
  const plan = uuidRandom();
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agency]]);
  await client.query(`INSERT INTO agency SELECT $1, 'Agency', 'UTC', 0`, [agency]);
  await client.query(`INSERT INTO plan SELECT $1, $2, 'Plan', 9, 0`, [agency, plan]);
  await client.query(
    `INSERT INTO client_account SELECT $1, $2, $3, 'Client', NULL, 'UTC', 'ACTIVE', 'CEILING', 0`,
    [agency, account, plan],
  );
  await client.query('INSERT INTO recipient (agency_id, id, created_at) SELECT $1, unnest($2::uuid[]), 0', [
    ...[agency, some],
  ]);
  await client.query(
    `INSERT INTO prospect SELECT $1, gen_random_uuid(), $2, person, 'in/' || person, NULL, NULL, 'name', NULL, NULL, NULL, NULL, NULL,
       NULL, '{}', '{"v": 1, "fields": {}}', '{}', 'name', 0 FROM unnest($3::uuid[]) AS n (person)`,
    [agency, account, some],
  );
  await client.query('INSERT INTO campaign_approval_person SELECT $1, $2, unnest($3::uuid[])', [
    ...[agency, approval, some],
  ]);
  await client.query('COMMIT');
}

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'it is read once for all of them, with %s',
  async (planned) => {
    const campaign = { agencyId, id: campaignId, clientAccountId } as CampaignEntity;
    const asked = people.slice(0, 1_000);
    const all = await new ExplainingTransaction(client, planned).accessesFor(agencyId, (transaction) =>
      withoutThoseKnown(transaction, campaign, asked),
    );
    expect(indexesOf(all, 'prospect')).not.toContain(null);
    expect(rowsOf(all, 'prospect')).toBeLessThanOrEqual(PEOPLE);
  },
);

it.each<Planned>(['force_custom_plan', 'force_generic_plan'])(
  'an approval of theirs is read once for all of them, with %s',
  async (planned) => {
    const asked = people.slice(0, 1_000);
    const all = await new ExplainingTransaction(client, planned).accessesFor(agencyId, (transaction) =>
      approvedOf(transaction, agencyId, approvalId, asked),
    );
    expect(indexesOf(all, 'campaign_approval_person')).not.toContain(null);
    expect(rowsOf(all, 'campaign_approval_person')).toBeLessThanOrEqual(PEOPLE);
  },
);
