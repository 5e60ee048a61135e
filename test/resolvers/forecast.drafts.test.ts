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

it('of seats that keep the process for too long the end is not known', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2);
  const asked = 'forecast { remaining endsAtP50 endsAtP90 perDay { firstTouches } }';
  expect((await stage.read(asked)).forecast.endsAtP50).not.toBeNull();
  const now = performance.now.bind(performance);
  let late = 0;
  // Each look at the clock is six seconds after the one before.
  performance.now = () => now() + (late += 6_000);
  try {
    expect((await stage.read(asked)).forecast).toEqual({
      ...{ remaining: 2, endsAtP50: null, endsAtP90: null, perDay: [] },
    });
  } finally {
    performance.now = now;
  }
});
