import { randomUUID } from 'node:crypto';
import { Api, type Json } from '../support/api.js';
import { ClockedServices } from '../support/clocked-services.js';
import { CampaignStage } from './campaign.support.js';

/** Thursday noon in UTC: it is Friday in Auckland already. */
const THURSDAY = Date.parse('2026-11-26T12:00:00Z');
const at = (day: string, time = '12:00:00Z'): number => Date.parse(`${day}T${time}`);
const NOTE =
  'Hi {{ first_name }}, I came across your profile while reading about {{ company }} and would be glad to connect.';
const INVITE = [{ key: 'invite', kind: 'CONNECT', variants: [{ key: 'a', body: NOTE }] }];
const DAYS = '3 working days, though there is something to do';

let clocked: ClockedServices;
let api: Api;

beforeAll(async () => {
  clocked = await ClockedServices.open(2);
  await clock(THURSDAY);
  api = await Api.start({ HEADROOM_WEBHOOKS: 'off', HEADROOM_SWEEP: 'off' }, clocked.database);
});
afterAll(async () => {
  await api.close();
  await clocked.close();
});
beforeEach(() => clock(THURSDAY));

const clock = (at: number): Promise<void> => clocked.database.setClock(at);

async function launched(more: object = {}, seats = 1, steps: object[] = INVITE): Promise<CampaignStage> {
  const stage = await CampaignStage.open(api, seats);
  await stage.prepare(4, more);
  await stage.change('setCampaignSteps', { steps });
  expect((await stage.change('launchCampaign')).errors).toEqual([]);
  return stage;
}

async function sweep({ agency }: CampaignStage): Promise<void> {
  await clocked.services.campaignStalls.look(agency.agencyId);
}

/** What was told of the campaign's standing still, oldest first. */
async function told({ agency }: CampaignStage): Promise<string[]> {
  const query =
    '{ alerts(first: 100, kinds: [CAMPAIGN_STALLED]) { nodes { severity message raisedAt campaign { id } } } }';
  const { alerts } = await api.data(agency.key, query);
  return alerts.nodes.map(({ message, raisedAt }: Json) => `${raisedAt} ${message}`).toReversed();
}

async function next(stage: CampaignStage, seat = 0): Promise<string[]> {
  const query = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { touches { touch { id } } } }';
  const { touches } = (await api.data(stage.agency.key, query, { seatId: stage.seats[seat] })).nextTouches;
  return touches.map(({ touch }: Json) => touch.id);
}

async function claim(stage: CampaignStage, touchId: string): Promise<string> {
  const query = `mutation ($input: ClaimTouchInput!) { claimTouch(input: $input) {
    decision { outcome reasons { code } } userErrors { code message } } }`;
  const input = { touchId, idempotencyKey: randomUUID() };
  const { decision, userErrors } = (await api.data(stage.agency.key, query, { input })).claimTouch;
  return decision
    ? [decision.outcome, ...decision.reasons.map(({ code }: Json) => code)].join(' ')
    : userErrors[0].message;
}

async function send(stage: CampaignStage, touchId: string): Promise<void> {
  expect(await claim(stage, touchId)).toBe('ALLOWED');
  const query =
    'mutation ($input: CompleteTouchInput!) { completeTouch(input: $input) { userErrors { message } } }';
  const { completeTouch } = await api.data(stage.agency.key, query, { input: { touchId } });
  expect(completeTouch.userErrors).toEqual([]);
}

const pauseSeat = (stage: CampaignStage, seat: number): Promise<Json> =>
  api.data(
    stage.agency.key,
    'mutation ($input: SeatInput!) { pauseSeat(input: $input) { userErrors { code } } }',
    {
      input: { seatId: stage.seats[seat] },
    },
  );

it('P10: is told once when nobody works the queue for three whole working days, dated when they were over', async () => {
  const stage = await launched();
  // Friday, Monday and Tuesday.
  await clock(at('2026-12-02', '00:00:00Z') - 1);
  await sweep(stage);
  expect(await told(stage)).toEqual([]);
  await clock(at('2026-12-02', '09:30:00Z'));
  await sweep(stage);
  await sweep(stage);
  const first = `2026-12-02T00:00:00.000Z Nothing of the campaign has gone out for ${DAYS}: its seats could send, and nobody works their queues.`;
  expect(await told(stage)).toEqual([first]);
  await clock(at('2026-12-20'));
  await sweep(stage);
  expect(await told(stage)).toEqual([first]);
});

it('ends when a touch is completed, and is told again when that was long ago', async () => {
  const stage = await launched();
  await clock(at('2026-12-02'));
  await sweep(stage);
  await send(stage, (await next(stage))[0]!);
  // Thursday, Friday and Monday.
  await clock(at('2026-12-08', '00:00:00Z') - 1);
  await sweep(stage);
  expect(await told(stage)).toHaveLength(1);
  await clock(at('2026-12-08', '00:00:00Z'));
  await sweep(stage);
  expect((await told(stage))[1]).toMatch(/^2026-12-08T00:00:00/);
});

it('tells what stops all of its seats, and nothing of a seat while another one could send', async () => {
  const [one, both] = [await launched({}, 2), await launched({}, 2)];
  await pauseSeat(one, 0);
  await pauseSeat(both, 0);
  await pauseSeat(both, 1);
  await clock(at('2026-12-02'));
  await sweep(one);
  await sweep(both);
  expect(await told(one)).toEqual([expect.stringContaining('nobody works their queues')]);
  expect(await told(both)).toEqual([expect.stringContaining('what stops it most often is SEAT_PAUSED.')]);
});

it('tells what was refused most often, where operators asked', async () => {
  const stage = await launched();
  const cap = async (max: number): Promise<void> => {
    const query = `mutation ($input: SetLimitInput!) { setLimit(input: $input) { userErrors { message } } }`;
    const limit = { actions: ['CONNECTION_REQUEST'], windowKind: 'CALENDAR_MONTH', max };
    const { setLimit } = await api.data(stage.agency.key, query, {
      input: { scopeId: stage.campaign, limit },
    });
    expect(setLimit.userErrors).toEqual([]);
  };
  const touches = await next(stage);
  await cap(0);
  for (const touchId of touches.slice(0, 2)) expect(await claim(stage, touchId)).toBe('DENIED LIMIT_REACHED');
  // By now its seat could send: whoever asked was told otherwise.
  await cap(1_000);
  await clock(at('2026-12-02'));
  await sweep(stage);
  expect(await told(stage)).toEqual([expect.stringContaining('what stops it most often is LIMIT_REACHED.')]);
});

it('tells that its people wait for seats that it has no more', async () => {
  const stage = await launched();
  await next(stage);
  await stage.change('setCampaignSeats', { seats: [] });
  await clock(at('2026-12-02'));
  await sweep(stage);
  expect(await told(stage)).toEqual([expect.stringContaining('wait for seats that it has no more')]);
});

it('has not stalled while there is nothing to do, it is paused, ahead or over', async () => {
  const wait = [{ key: 'wait', kind: 'WAIT', delayMinutes: 20 * 1_440 }, ...INVITE];
  const waits = await launched({}, 1, wait);
  const ahead = await launched({ startsOn: '2026-12-01' });
  const over = await launched({ endsOn: '2026-11-30' });
  const paused = await launched();
  await paused.change('pauseCampaign');
  const all = [waits, ahead, over, paused];
  await clock(at('2026-12-03'));
  for (const stage of all) await sweep(stage);
  expect(await Promise.all(all.map(told))).toEqual([[], [], [], []]);
  // From when it may go on, and not from when it was launched.
  await paused.change('resumeCampaign');
  await clock(at('2026-12-04', '00:00:00Z'));
  for (const stage of all) await sweep(stage);
  expect(await Promise.all(all.map(told))).toEqual([[], [expect.stringMatching(/^2026-12-04/)], [], []]);
  await clock(at('2026-12-09', '00:00:00Z'));
  await sweep(paused);
  expect(await told(paused)).toEqual([expect.stringMatching(/^2026-12-09/)]);
});

it('is not told of a campaign of which something went out while it was asked why', async () => {
  const stage = await launched();
  await clock(at('2026-12-02'));
  const { reader } = clocked;
  const read = reader.read.bind(reader);
  const [touchId] = await next(stage);
  reader.read = async (...args) => {
    reader.read = read;
    const answer = await read(...args);
    await send(stage, touchId!);
    return answer;
  };
  await sweep(stage);
  reader.read = read;
  expect(await told(stage)).toEqual([]);
});
