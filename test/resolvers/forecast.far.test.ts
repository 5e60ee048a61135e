import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { CampaignStage } from './campaign.support.js';

/** A Monday, at nine in the morning in UTC: all that goes out on a day has its hours ahead. */
const MORNING = Date.UTC(2026, 10, 23, 9);

let clocked: ClockedApi;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());

const FORECAST = 'forecast { remaining endsAtP50 endsAtP90 perDay { date firstTouches followUps } }';
const DAY_MINUTES = 1_440;
const looks = (days: number): object[] => [
  { key: 'look', kind: 'ENGAGE' },
  { key: 'again', kind: 'ENGAGE', delayMinutes: days * DAY_MINUTES },
];

async function forecastOf(steps: object[], days: object = {}): Promise<Json> {
  const stage = await CampaignStage.open(api);
  await stage.prepare(2, days);
  await stage.change('setCampaignSteps', { steps });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  return (await stage.read(FORECAST)).forecast;
}

describe('a forecast looks 400 days ahead', () => {
  it('and tells the days and the end of what is nearer', async () => {
    const { perDay, endsAtP50, endsAtP90 } = await forecastOf(looks(380));
    expect([perDay.length, perDay[1].followUps]).toEqual([2, 2]);
    expect([endsAtP50, endsAtP90]).not.toContain(null);
  });

  it('and tells no end of what lies behind, but the days before', async () => {
    const { perDay, endsAtP50, endsAtP90 } = await forecastOf([
      ...looks(300),
      { key: 'third', kind: 'ENGAGE', delayMinutes: 300 * DAY_MINUTES },
    ]);
    expect(perDay.map(({ followUps }: Json) => followUps)).toEqual([0, 2]);
    expect([endsAtP50, endsAtP90]).toEqual([null, null]);
  });

  it('and no day of a campaign that begins in another age', async () => {
    const far = await forecastOf(looks(3), { startsOn: '9999-12-31' });
    expect(far).toEqual({ remaining: 2, endsAtP50: null, endsAtP90: null, perDay: [] });
  });
});
