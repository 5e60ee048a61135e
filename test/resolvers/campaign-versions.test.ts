import type { EntityManager } from 'typeorm';
import { uuidOf } from '../../src/resolvers/ids.js';
import { CampaignApprovals } from '../../src/services/campaigns/campaign.approval.js';
import { SegmentOrTags } from '../../src/services/campaigns/campaign.segment.js';
import { dropUnused, readVersions, VERSIONS_MAX } from '../../src/services/campaigns/campaign.versions.js';
import { CampaignEntity } from '../../src/entities/campaign.entity.js';
import { AuditLog } from '../../src/services/audit-log.js';
import { Changes } from '../../src/services/changes.js';
import { BUILT_IN_POLICIES } from '../../src/quota/policy/index.js';
import { inAgency } from '../../src/tenancy/door.js';
import { refused, TEST_FINGERPRINTS } from '../support/agency.js';
import { Api } from '../support/api.js';
import { CampaignStage, STEPS } from './campaign.support.js';

let api: Api;

beforeAll(async () => {
  api = await Api.start({ HEADROOM_SWEEP: 'off' });
});
afterAll(() => api.close());

const step = (delayMinutes: number): object[] => [{ ...STEPS[0], delayMinutes }, ...STEPS.slice(1)];

async function edit(stage: CampaignStage, delayMinutes: number): Promise<string[]> {
  return (await stage.change('setCampaignSteps', { steps: step(delayMinutes) })).errors;
}

async function kept(stage: CampaignStage): Promise<number[]> {
  const rows = await stage.rows('SELECT number FROM campaign_version WHERE agency_id = $1 ORDER BY number');
  return rows.map(({ number }) => number);
}

function entityOf(stage: CampaignStage, manager: EntityManager): Promise<CampaignEntity> {
  const { agencyId } = stage.agency;
  return manager.findOneByOrFail(CampaignEntity, { agencyId, id: uuidOf('campaign', stage.campaign) });
}

describe('the texts of a campaign', () => {
  it('are so many characters together at most, names and all', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(0);
    const message = (key: string, length: number) => ({
      ...{ key, kind: 'INMAIL', variants: [{ key: 'a', subject: 'Hi', body: 'x'.repeat(length) }] },
    });
    const steps = Array.from({ length: 11 }, (_, index) => message(`step-${index}`, 9_500));
    const { errors } = await stage.change('setCampaignSteps', { steps });
    expect(errors).toEqual([
      expect.stringMatching(
        /^INVALID All texts of a campaign together are 100000 characters at most; these are 1\d{5}\.$/,
      ),
    ]);
    const named = { ...STEPS[0], key: 'k'.repeat(100_001) };
    expect((await stage.change('setCampaignSteps', { steps: [named] })).errors).toHaveLength(1);
    expect(await kept(stage)).toEqual([1]);
    expect((await stage.change('setCampaignSteps', { steps: steps.slice(0, 10) })).errors).toEqual([]);
  });

  it('are read of the versions that are asked for and of no others', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(0);
    const other = await stage.api.data(
      stage.agency.key,
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id clientAccount { id } } } }',
      { input: { clientAccountId: await clientOf(stage), name: 'Other', seatIds: [] } },
    );
    const ids = [stage.campaign, other.createCampaign.campaign.id].map((id) => uuidOf('campaign', id));
    const { owner, agencyId } = stage.agency;
    const found = await inAgency(api.dataSource, owner, async (manager) => {
      await manager.query(
        `INSERT INTO campaign_version (agency_id, campaign_id, number, definition, created_at, created_by)
         SELECT $1, c, n, '{"v": 1, "stopOnReply": true, "steps": []}', 1, 'system:test'
         FROM unnest($2::uuid[]) AS c, generate_series(2, 3) AS n`,
        [agencyId, ids],
      );
      const names = ids.map((campaignId, index) => ({ campaignId, number: index + 2 }));
      return readVersions(manager, agencyId, names);
    });
    const named = found.map(({ campaignId, number }) => `${ids.indexOf(campaignId)} ${number}`);
    expect(named.toSorted()).toEqual(['0 2', '1 3']);
  });
});

async function clientOf(stage: CampaignStage): Promise<string> {
  return (await stage.read('clientAccount { id }')).clientAccount.id;
}

describe('the versions of a campaign', () => {
  it('that nobody goes by are dropped with the next one, and those that people started under stay', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(2);
    for (const delay of [1, 2, 3]) expect(await edit(stage, delay)).toEqual([]);
    expect(await kept(stage)).toEqual([4]);
    expect((await stage.change('launchCampaign')).errors).toEqual([]);
    await stage.rows(`UPDATE enrolment SET started_at = 1 WHERE agency_id = $1
      AND id = (SELECT id FROM enrolment WHERE agency_id = $1 ORDER BY id LIMIT 1) RETURNING id`);
    await edit(stage, 5);
    await edit(stage, 6);
    expect(await kept(stage)).toEqual([4, 6]);
    await stage.change('launchCampaign');
    await edit(stage, 7);
    await edit(stage, 8);
    expect(await kept(stage)).toEqual([4, 6, 8]);
    const told = await stage.read(
      'old: steps(version: 4) { version } gone: steps(version: 5) { version } steps { version }',
    );
    expect(told).toEqual({ old: { version: 4 }, gone: null, steps: { version: 8 } });
  });

  it('that the client was shown stay', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    const path = await stage.askForApproval();
    for (const delay of [1, 2, 3]) await edit(stage, delay);
    expect(await kept(stage)).toEqual([1, 4]);
    expect((await stage.visit(path)).status).toBe(200);
    expect((await stage.read()).approval.state).toBe('CHANGED');
  });

  it('are so many at most: then it is told, and nothing is written', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    await stage.rows(`WITH made AS (INSERT INTO campaign_version (agency_id, campaign_id, number, definition, created_at, created_by)
      SELECT v.agency_id, v.campaign_id, n, v.definition, 1, 'system:test' FROM campaign_version v, generate_series(2, ${VERSIONS_MAX}) AS n
      WHERE v.agency_id = $1 RETURNING number) SELECT count(*) FROM made`);
    await stage.rows(`WITH asked AS (INSERT INTO campaign_approval (agency_id, id, campaign_id, version, content, content_sha256, people, asked_at, asked_by)
      SELECT agency_id, gen_random_uuid(), campaign_id, number, '{"v": 1}', decode(repeat('00', 32), 'hex'), 0, 1, 'system:test'
      FROM campaign_version WHERE agency_id = $1 RETURNING id) SELECT count(*) FROM asked`);
    await stage.rows(
      `WITH now AS (UPDATE campaign SET draft_version = ${VERSIONS_MAX} WHERE agency_id = $1 RETURNING id) SELECT * FROM now`,
    );
    expect(await edit(stage, 9)).toEqual([
      'WRONG_STATE Of a campaign 100 versions are kept that people started under or its client was shown: go on in another one.',
    ]);
    expect((await kept(stage)).length).toBe(VERSIONS_MAX);
  });

  it('one that the client is being asked about right now is not dropped, and no book waits for it', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    const { owner, agencyId } = stage.agency;
    const asked = { ask: () => undefined as void, end: () => undefined as void };
    const hasAsked = new Promise<void>((resolve) => (asked.ask = resolve));
    const mayEnd = new Promise<void>((resolve) => (asked.end = resolve));
    const asking = inAgency(api.dataSource, owner, async (manager) => {
      await manager.query(
        `INSERT INTO campaign_approval (agency_id, id, campaign_id, version, content, content_sha256, people, asked_at, asked_by)
         SELECT agency_id, gen_random_uuid(), campaign_id, number, '{"v": 1}', decode(repeat('00', 32), 'hex'), 0, 1, 'system:test'
         FROM campaign_version WHERE agency_id = $1`,
        [agencyId],
      );
      asked.ask();
      await mayEnd;
    });
    await hasAsked;
    const editing = edit(stage, 3);
    // Under the book it is through: only what is dropped waits.
    while ((await kept(stage)).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    asked.end();
    await asking;
    expect(await editing).toEqual([]);
    expect(await kept(stage)).toEqual([1, 2]);
  });

  it('one that is dropped while the client is asked about it is told to whoever asks', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(1);
    const { owner } = stage.agency;
    const audience = new SegmentOrTags();
    const count = audience.count.bind(audience);
    audience.count = async (...args) => {
      expect(await edit(stage, 30)).toEqual([]);
      return count(...args);
    };
    const approvals = new CampaignApprovals(api.dataSource, {
      ...{ changes: new Changes(api.dataSource), audit: new AuditLog(TEST_FINGERPRINTS), audience },
      policies: { policyAt: () => Promise.resolve(BUILT_IN_POLICIES[0]!) },
      fingerprints: TEST_FINGERPRINTS,
      letters: null,
    });
    const answer = await approvals.askForApproval(owner, uuidOf('campaign', stage.campaign));
    expect(refused(answer)).toBe('WRONG_STATE input.campaignId');
    const campaign = await inAgency(api.dataSource, owner, (manager) => entityOf(stage, manager));
    await dropUnused(api.dataSource, owner, campaign);
    expect(await kept(stage)).toEqual([2]);
    expect((await stage.rows('SELECT id FROM campaign_approval WHERE agency_id = $1')).length).toBe(0);
  });
});

it('keeps each degree of a branch once, however often it is said', async () => {
  const stage = await CampaignStage.open(api);
  const degrees = ['SECOND', ...Array<string>(4_998).fill('FIRST'), 'SECOND'];
  const steps = [{ key: 'a', kind: 'BRANCH', condition: 'DEGREE', degrees, next: 'END' }];
  expect((await stage.change('setCampaignSteps', { steps })).errors).toEqual([]);
  expect((await stage.read('steps { steps { degrees } }')).steps.steps).toEqual([
    { degrees: ['SECOND', 'FIRST'] },
  ]);
  const kept = await stage.rows(
    "SELECT definition->'steps'->0->'condition'->'degrees' AS degrees FROM campaign_version WHERE agency_id = $1",
  );
  expect(kept).toEqual([{ degrees: ['SECOND', 'FIRST'] }]);
});
