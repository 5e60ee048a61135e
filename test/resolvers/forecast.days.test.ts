import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { CampaignStage } from './campaign.support.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const FIELDS =
  'forecast { remaining endsAtP50 endsAtP90 perDay { date firstTouches followUps } bottleneck { code } }';
/** Twelve a day are recommended. */
const COMMENT = { kind: 'ENGAGE', action: 'COMMENT' };

let clocked: ClockedApi;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());

const forecastOf = async (stage: CampaignStage): Promise<Json> => (await stage.read(FIELDS)).forecast;

describe('a forecast goes by the days of its campaign', () => {
  it('nothing goes out behind its last day, and it ends with that day', async () => {
    const { stage } = await Operators.of(clocked, 40, [{ key: 'look', ...COMMENT }]);
    expect((await forecastOf(stage)).perDay).toHaveLength(4);
    await stage.change('updateCampaign', { endsOn: '2026-11-24' });
    expect(await forecastOf(stage)).toEqual({
      remaining: 40,
      ...{ endsAtP50: '2026-11-25T00:00:00.000Z', endsAtP90: '2026-11-25T00:00:00.000Z' },
      perDay: [
        { date: '2026-11-23', firstTouches: 12, followUps: 0 },
        { date: '2026-11-24', firstTouches: 12, followUps: 0 },
      ],
      bottleneck: { code: 'LIMIT_REACHED' },
    });
  });

  it('one that is through before has the end that it has without', async () => {
    const { stage } = await Operators.of(clocked, 20, [{ key: 'look', ...COMMENT }]);
    const before = await forecastOf(stage);
    await stage.change('updateCampaign', { endsOn: '2026-11-24' });
    expect(await forecastOf(stage)).toEqual(before);
    expect(before.endsAtP50).toMatch(/^2026-11-24T09/);
  });

  it('what would follow only behind the last day does not come', async () => {
    const steps = [
      { key: 'look', ...COMMENT },
      { key: 'again', ...COMMENT, delayMinutes: 2 * 1_440 },
    ];
    const { stage } = await Operators.of(clocked, 3, steps);
    await stage.change('updateCampaign', { endsOn: '2026-11-24' });
    const { endsAtP50, perDay, bottleneck } = await forecastOf(stage);
    expect(perDay).toEqual([{ date: '2026-11-23', firstTouches: 3, followUps: 0 }]);
    expect(endsAtP50).toBe('2026-11-25T00:00:00.000Z');
    expect(bottleneck).toBeNull();
  });

  it('a draft begins on its first day', async () => {
    const stage = await CampaignStage.open(api);
    await stage.prepare(3, { startsOn: '2026-12-02' });
    await stage.change('setCampaignSteps', { steps: [{ key: 'look', ...COMMENT }] });
    expect((await forecastOf(stage)).perDay).toEqual([{ date: '2026-12-02', firstTouches: 3, followUps: 0 }]);
  });
});

it('a draft counts those alone whom it would take in', async () => {
  const stage = await CampaignStage.open(api);
  await stage.prepare(3);
  const mark = 'mutation { addDoNotContact(input: { company: "Company 1" }) { userErrors { message } } }';
  await api.data(stage.agency.key, mark);
  expect((await forecastOf(stage)).remaining).toBe(2);
  await stage.change('launchCampaign');
  expect((await forecastOf(stage)).remaining).toBe(2);
});
