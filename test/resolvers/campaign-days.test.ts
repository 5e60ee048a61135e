import { randomUUID } from 'node:crypto';
import { Api, type Json } from '../support/api.js';
import { ClockedServices } from '../support/clocked-services.js';
import { CampaignStage } from './campaign.support.js';

/** Monday, seven in the evening of the client, six in the morning of the seat. */
const MONDAY = Date.parse('2026-11-23T06:00:00Z');
/** A day of the client begins at eleven in the morning of the seat, when it works. */
const DAYS = { clientAccount: { timeZone: 'Pacific/Auckland' } };
const midnight = (day: string): number => Date.parse(`${day}T11:00:00Z`) - 86_400_000;
const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect.';
const INVITE = [{ key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: NOTE }] }];

let clocked: ClockedServices;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedServices.open(2);
  await clock(MONDAY);
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, clocked.database);
});
afterAll(async () => {
  await api.close();
  await clocked.close();
});
beforeEach(() => clock(MONDAY));

const clock = (at: number): Promise<void> => clocked.database.setClock(at);

async function launched(days: object, people = 3): Promise<CampaignStage> {
  const stage = await CampaignStage.open(api, 1, DAYS);
  await stage.prepare(people, days);
  await stage.change('setCampaignSteps', { steps: INVITE });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  return stage;
}

async function next(stage: CampaignStage): Promise<string[]> {
  const query = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { id } } } }';
  const { touches } = (await api.data(stage.agency.key, query, { seatId: stage.seats[0] })).nextTouches;
  return touches.map(({ touch }: Json) => touch.id);
}

/** What came of asking for a touch: the outcome, or why it was refused. */
async function claim(stage: CampaignStage, touchId: string): Promise<string> {
  const query = `mutation ($input: ClaimTouchInput!) { claimTouch(input: $input) {
    decision { outcome } userErrors { code message } } }`;
  const input = { touchId, idempotencyKey: randomUUID() };
  const { decision, userErrors } = (await api.data(stage.agency.key, query, { input })).claimTouch;
  return decision?.outcome ?? userErrors.map(({ code, message }: Json) => `${code} ${message}`).join();
}

async function sweep({ agency }: CampaignStage): Promise<void> {
  await clocked.services.campaignDesk.life.completeOver(agency.agencyId);
}

it('begins with the first moment of its first day, in the zone of the client', async () => {
  const stage = await launched({ startsOn: '2026-11-25' });
  await clock(midnight('2026-11-25') - 1);
  expect(await next(stage)).toEqual([]);
  await clock(midnight('2026-11-25'));
  const [first] = await next(stage);
  expect(await claim(stage, first!)).toBe('ALLOWED');
});

it('has nothing due before a first day that was put off, and everything from an earlier one on', async () => {
  const stage = await launched({ startsOn: '2026-11-25' });
  await stage.change('updateCampaign', { startsOn: '2026-11-24' });
  await clock(midnight('2026-11-24') - 1);
  expect(await next(stage)).toEqual([]);
  await clock(midnight('2026-11-24'));
  const [first] = await next(stage);
  await stage.change('updateCampaign', { startsOn: '2026-11-26' });
  await clock(midnight('2026-11-26') - 1);
  expect(await next(stage)).toEqual([]);
  expect(await claim(stage, first!)).toBe('WRONG_STATE The first day of the campaign has not begun.');
  await clock(midnight('2026-11-26'));
  expect(await next(stage)).toHaveLength(3);
  expect(await claim(stage, first!)).toBe('ALLOWED');
});

it('ends with the last moment of its last day, in the zone of the client', async () => {
  const stage = await launched({ endsOn: '2026-11-24' });
  await clock(midnight('2026-11-25') - 600_000);
  const touches = await next(stage);
  expect(touches).toHaveLength(3);
  await clock(midnight('2026-11-25') - 1);
  // What could go out only when the day is over is not told.
  expect(await next(stage)).toHaveLength(1);
  expect(await claim(stage, touches[0]!)).toBe('ALLOWED');
  await clock(midnight('2026-11-25'));
  expect(await next(stage)).toEqual([]);
  expect(await claim(stage, touches[1]!)).toBe('WRONG_STATE The last day of the campaign is over.');
});

it('is completed once its last day is over, dated when it was, with nobody left in it', async () => {
  const [stage, other] = [await launched({ endsOn: '2026-11-24' }), await launched({ endsOn: '2026-11-25' })];
  const over = midnight('2026-11-25');
  await clock(over - 1);
  await sweep(stage);
  expect((await stage.read()).status).toBe('RUNNING');
  await stage.change('pauseCampaign');
  await clock(over + 3_600_000);
  for (let times = 0; times < 2; times += 1) {
    await sweep(stage);
    await sweep(other);
  }
  const endedAt = new Date(over).toISOString();
  const through = { waiting: 0, stopped: 3 };
  expect(await stage.read('status endedAt people { waiting stopped }')).toEqual({
    ...{ status: 'COMPLETED', endedAt, people: through },
  });
  expect((await other.read()).status).toBe('RUNNING');
  const alerts = '{ alerts { nodes { kind raisedAt campaign { id } } } }';
  const told = (await api.data(stage.agency.key, alerts)).alerts.nodes;
  expect(told.filter(({ kind }: Json) => kind === 'CAMPAIGN_COMPLETED')).toEqual([
    { kind: 'CAMPAIGN_COMPLETED', raisedAt: endedAt, campaign: { id: stage.campaign } },
  ]);
});
