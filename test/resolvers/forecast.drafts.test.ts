import { LedgerReader } from '../../src/ledger/told/reader.js';
import { fromId } from '../../src/schema/ids.js';
import { BusyWork } from '../../src/services/busy-work.js';
import { CampaignForecasts } from '../../src/services/campaigns/campaign.forecast.js';
import { SegmentOrTags } from '../../src/services/campaigns/campaign.segment.js';
import { Api, type Json } from '../support/api.js';
import { testDatabase } from '../support/database.js';
import { CampaignStage } from './campaign.support.js';

/** Steps that nobody has checked yet lead anywhere: a draft that could not be launched has no forecast, and no failure. */
let api: Api;

beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const CODES = 'forecast { remaining } problems { code severity }';

it.each<[string, string, readonly object[]]>([
  [
    'wait for themselves',
    'ENDLESS',
    [
      { key: 'a', kind: 'ENGAGE' },
      { key: 'b', kind: 'WAIT', next: 'b' },
    ],
  ],
  [
    'lead round by a branch',
    'ENDLESS',
    [
      { key: 'a', kind: 'BRANCH', condition: 'ACCEPTED', next: 'b', otherwise: 'b' },
      { key: 'b', kind: 'WAIT', next: 'a' },
    ],
  ],
  ['lead nowhere', 'NEXT_UNKNOWN', [{ key: 'a', kind: 'ENGAGE', next: 'nowhere' }]],
  ['took place before', 'DELAY_OUT_OF_RANGE', [{ key: 'a', kind: 'ENGAGE', delayMinutes: -2_147_483_648 }]],
  ['never come', 'DELAY_OUT_OF_RANGE', [{ key: 'a', kind: 'ENGAGE', delayMinutes: 2_147_483_647 }]],
])('steps that %s', async (_, code, steps) => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2);
  expect((await stage.read(CODES)).forecast).toEqual({ remaining: 2 });
  expect((await stage.change('setCampaignSteps', { steps })).errors).toEqual([]);
  const { forecast, problems } = await stage.read(CODES);
  expect(problems.map((problem: Json) => problem.code)).toContain(code);
  expect(forecast).toBeNull();
});

it('of seats that keep the process for too long the end is not known', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2);
  expect((await stage.read('forecast { endsAtP50 }')).forecast.endsAtP50).not.toBeNull();
  const { appUrl } = await testDatabase();
  const parts = {
    reader: new LedgerReader(appUrl),
    audience: new SegmentOrTags(),
    busy: new BusyWork(),
  };
  // Each look at the clock is six seconds after the one before.
  let now = 0;
  const late = new CampaignForecasts(api.dataSource, parts, () => (now += 6_000));
  try {
    const campaignId = fromId('campaign', stage.campaign) ?? '';
    expect(await late.forecast(stage.agency.owner, campaignId)).toMatchObject({
      ...{ remaining: 2, endsAtP50: null, endsAtP90: null, perDay: [] },
    });
  } finally {
    await parts.reader.close();
  }
});
