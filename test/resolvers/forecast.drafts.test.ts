import { Api, type Json } from '../support/api.js';
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
