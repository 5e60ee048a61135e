import pg from 'pg';
import { fromId } from '../../src/schema/ids.js';
import { Ledger, LEDGER_DEFAULTS } from '../../src/ledger/ledger.js';
import { LedgerReader } from '../../src/ledger/told/reader.js';
import { wireServices } from '../../src/services/wired.js';
import { inAgency } from '../../src/tenancy/door.js';
import { TEST_FINGERPRINTS } from '../support/agency.js';
import { Api } from '../support/api.js';
import { ownDatabase, superuserUrl, type TestDatabase } from '../support/database.js';
import { CampaignStage } from './campaign.support.js';

let database: TestDatabase;
let api: Api;
let ledger: Ledger;
let reader: LedgerReader;

beforeAll(async () => {
  database = await ownDatabase();
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, database);
  ledger = new Ledger(database.appUrl, { ...LEDGER_DEFAULTS, lanes: 1 });
  reader = new LedgerReader(database.appUrl);
});
afterAll(async () => {
  await ledger.close();
  await reader.close();
  await api.close();
});

it('campaigns whose last day is over are completed each by itself, so many in a sweep, and one that fails keeps none behind it', async () => {
  const stage = await CampaignStage.open(api, 1);
  await stage.prepare(1, {});
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  const { agencyId, owner } = stage.agency;
  await inAgency(api.dataSource, owner, async (manager) => {
    await manager.query(
      `INSERT INTO campaign (agency_id, id, client_account_id, name, status, created_at, version, draft_version, launched_at, ends_on)
       SELECT agency_id, gen_random_uuid(), client_account_id, 'Over', 'DRAFT', created_at, NULL, NULL, NULL, '2020-01-01'
       FROM campaign, generate_series(1, 59) WHERE agency_id = $1`,
      [agencyId],
    );
    await manager.query(
      `INSERT INTO campaign_version (agency_id, campaign_id, number, definition, created_at, created_by)
       SELECT c.agency_id, c.id, v.number, v.definition, v.created_at, v.created_by FROM campaign c
       JOIN campaign_version v ON v.agency_id = c.agency_id AND v.campaign_id = $2 WHERE c.agency_id = $1 AND c.status = 'DRAFT'`,
      [agencyId, fromId('campaign', stage.campaign)],
    );
    await manager.query(
      `UPDATE campaign SET status = 'RUNNING', version = 1, draft_version = 1, launched_at = created_at, ends_on = '2020-01-01'
       WHERE agency_id = $1`,
      [agencyId],
    );
  });
  const superuser = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await superuser.connect();
  const { rows } = await superuser.query('SELECT id FROM campaign WHERE agency_id = $1 ORDER BY id', [
    agencyId,
  ]);
  await superuser.query(
    `CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'This one never.'; END $$;
     CREATE TRIGGER never BEFORE UPDATE ON campaign FOR EACH ROW WHEN (OLD.id = '${rows[0].id}') EXECUTE FUNCTION never()`,
  );
  const parts = {
    dataSource: api.dataSource,
    ledger,
    reader,
    fingerprints: TEST_FINGERPRINTS,
    previewCap: null,
  };
  const { life } = wireServices(parts).campaignDesk;
  const count = async (): Promise<[completed: number, transactions: number]> => {
    const found = await superuser.query(
      `SELECT count(*)::int4 AS completed, count(DISTINCT xmin::text)::int4 AS transactions FROM campaign
       WHERE agency_id = $1 AND status = 'COMPLETED'`,
      [agencyId],
    );
    return [found.rows[0].completed, found.rows[0].transactions];
  };
  await expect(life.completeOver(agencyId)).rejects.toThrow('This one never.');
  expect(await count()).toEqual([49, 49]);
  await expect(life.completeOver(agencyId)).rejects.toThrow('This one never.');
  expect(await count()).toEqual([59, 59]);
  await superuser.end();
});
