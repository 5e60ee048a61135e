import pg from 'pg';
import { inAgency } from '../../../src/tenancy/door.js';
import { done } from '../../support/agency.js';
import { superuserUrl, testDatabase } from '../../support/database.js';
import { type EnrollingStage, openEnrolling } from './enrolling.support.js';
import { DEFINITION } from './work-queue.support.js';

/** What was changed is answered with, though what comes behind it came to nothing. */
let stage: EnrollingStage;
let superuser: pg.Client;

beforeAll(async () => {
  stage = await openEnrolling(4);
  superuser = new pg.Client({ connectionString: await superuserUrl((await testDatabase()).appUrl) });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await stage.close();
});

/** Meanwhile no row is changed so. */
async function refusing<T>(change: string, work: () => Promise<T>): Promise<T> {
  await superuser.query(`CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'nothing is changed'; END $$;
    CREATE TRIGGER refuse_change BEFORE ${change} FOR EACH ROW EXECUTE FUNCTION refuse_change()`);
  try {
    return await work();
  } finally {
    await superuser.query('DROP FUNCTION refuse_change CASCADE');
  }
}

it('a launch that takes nobody in any more is one, and the next sweep takes them in', async () => {
  const { dataSource, services, drafted } = stage;
  const { agency, campaignId } = await drafted(1, 3);
  const { owner, agencyId } = agency;
  const { life } = services.campaignDesk;
  const launched = done(await refusing('INSERT ON enrolment', () => life.launchCampaign(owner, campaignId)));
  expect([launched.id, launched.status]).toEqual([campaignId, 'RUNNING']);
  const enrolled = () =>
    inAgency(dataSource, owner, (manager) =>
      manager.query<{ count: number }[]>(
        'SELECT count(*)::int4 AS count FROM enrolment WHERE agency_id = $1 AND campaign_id = $2',
        [agencyId, campaignId],
      ),
    );
  expect(await enrolled()).toEqual([{ count: 0 }]);
  await services.campaignEnrolling.goOn(agencyId);
  expect(await enrolled()).toEqual([{ count: 3 }]);
});

it('steps are set, though those of before can’t be dropped', async () => {
  const { services, drafted } = stage;
  const { agency, campaignId } = await drafted(1, 0);
  const { changes } = services.campaignDesk;
  const definition = { ...DEFINITION, stopOnReply: false };
  const set = done(
    await refusing('DELETE ON campaign_version', () =>
      changes.setCampaignSteps(agency.owner, { campaignId, definition }),
    ),
  );
  expect(set.draftVersion).toBe(2);
});
