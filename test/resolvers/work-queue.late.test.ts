import { randomUUID } from 'node:crypto';
import { toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Outreach } from '../support/outreach.js';
import { Operators } from './work-queue.support.js';

/** What came of a claim that has lapsed, as its operator tells it late. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LAPSE = 901 * SECOND;
const SENT_AT = MORNING + MINUTE;
const STEPS = [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }];
const BY_HAND = 'If it was sent, record it with recordActivities and its reservationId.';

let clocked: ClockedApi;
let api: Api;
let queue: Operators;
let touchId: string;
let reservationId: string;

const iso = (at: number): string => new Date(at).toISOString();

async function change(verb: string): Promise<void> {
  const query = `mutation ($input: SeatInput!) { ${verb}(input: $input) { userErrors { message } } }`;
  const input = { seatId: toId('seat', queue.stage.agency.seat.id) };
  expect((await api.data(queue.stage.agency.key, query, { input }))[verb].userErrors).toEqual([]);
}

const complete = (more: object = {}, who = 0): Promise<Json> =>
  queue.end('completeTouch', { touchId, sentAt: iso(SENT_AT), ...more }, who);
const record = (more: object = {}): Promise<Json> =>
  new Outreach(api, queue.stage.agency).record({ action: 'COMMENT', occurredAt: iso(SENT_AT), ...more });
const charges = async (): Promise<number[]> =>
  (await queue.stage.rows('SELECT effective_at AS at FROM charge WHERE agency_id = $1 ORDER BY 1')).map(
    ({ at }) => Number(at),
  );

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.closeAudited());
beforeEach(async () => {
  await clocked.setClock(MORNING);
  queue = await Operators.of(clocked, 1, STEPS);
  touchId = (await queue.next()).touches[0].touch.id;
  reservationId = (await queue.claim(touchId)).decision.reservation.id;
  await clocked.setClock(MORNING + LAPSE);
});

describe('a claim of another one that comes to nothing', () => {
  it('is refused for its holdSeconds before anything is kept', async () => {
    const { touch, userErrors } = await queue.claim(touchId, 1, 'short', { holdSeconds: 5 });
    expect([touch, userErrors]).toMatchObject([null, [{ code: 'INVALID', field: ['input', 'holdSeconds'] }]]);
    expect(await complete({ reservationId })).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
  });

  it.each([
    ['before anybody looked', false],
    ['after it came due again', true],
  ])('denied %s, takes the late completion from nobody', async (_, hasComeDue) => {
    if (hasComeDue) expect((await queue.next()).touches).toHaveLength(1);
    await change('pauseSeat');
    for (const _time of [1, 2]) {
      expect(await queue.claim(touchId, 1)).toMatchObject({ decision: { outcome: 'DENIED' } });
    }
    expect(await complete({ reservationId })).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
    expect(await charges()).toEqual([SENT_AT]);
  });

  it('refused, as the seat has left the campaign, is told of the touch, and takes it from nobody', async () => {
    await queue.stage.change('setCampaignSeats', { seats: [] });
    const { touch, userErrors } = await queue.claim(touchId, 1);
    expect([touch, userErrors]).toMatchObject([null, [{ code: 'INVALID', field: ['input', 'touchId'] }]]);
    expect(await complete()).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
  });

  it('leaves the notice of a limit to whoever held it last', async () => {
    await change('pauseSeat');
    await queue.claim(touchId, 1);
    const told = { touchId, because: 'LINKEDIN_LIMIT_NOTICE' };
    expect(await queue.end('failTouch', told)).toMatchObject({ touch: { state: 'DUE' }, userErrors: [] });
  });
});

it('whoever completes what another one has claimed since is told what to do', async () => {
  await queue.claim(touchId, 1);
  expect((await complete()).userErrors[0].message).toBe(`Somebody else has claimed it. ${BY_HAND}`);
  expect((await complete({ reservationId })).userErrors[0].message).toBe(
    `It has been claimed again since. ${BY_HAND}`,
  );
  await queue.end('skipTouch', { touchId }, 1);
  expect((await complete({ reservationId })).userErrors[0].message).toBe(`The touch is skipped. ${BY_HAND}`);
});

it.each([false, true])(
  'what was recorded of it and taken out again did not send it (known before: %s)',
  async (isKnown) => {
    const VOID = `mutation ($input: VoidActivitiesInput!) { voidActivities(input: $input) { voided userErrors { message } } }`;
    const [person] = await queue.stage.rows('SELECT profile_url FROM prospect WHERE agency_id = $1');
    const recipient = { profileUrl: person!.profile_url };
    if (isKnown) await record({ recipient });
    await record({ reservationId, recipient });
    const { nodes } = (await api.data(queue.stage.agency.key, '{ activities { nodes { id } } }')).activities;
    expect(nodes).toHaveLength(1);
    const input = { activityIds: [nodes[0].id], reason: 'By mistake' };
    expect((await api.data(queue.stage.agency.key, VOID, { input })).voidActivities.voided).toBe(1);
    expect((await queue.next()).touches).toMatchObject([{ touch: { id: touchId, state: 'DUE' } }]);
  },
);

describe('a touch that is done by the claim before', () => {
  let second: string;

  beforeEach(async () => {
    second = (await queue.claim(touchId, 1)).decision.reservation.id;
    expect(await record({ reservationId })).toMatchObject({ recorded: 1, userErrors: [] });
  });

  it.each([false, true])('commits what another one sent whose hold is live (named: %s)', async (isNamed) => {
    await clocked.pass(MINUTE);
    expect((await queue.next()).touches).toEqual([]);
    const told = { sentAt: iso(clocked.now()), ...(isNamed && { reservationId: second }) };
    for (const _time of [1, 2]) {
      expect(await complete(told, 1)).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
    }
    expect(await charges()).toEqual([SENT_AT, clocked.now()]);
  });

  it('is not what another one sent whose hold has lapsed: they are told what to do, and it counts', async () => {
    await clocked.pass(LAPSE);
    expect((await queue.next()).touches).toEqual([]);
    const sentAt = iso(clocked.now());
    for (const more of [{ sentAt }, { sentAt, reservationId: second }]) {
      const { touch, userErrors } = await complete(more, 1);
      expect([touch, userErrors[0].message]).toEqual([null, `It was done by another claim. ${BY_HAND}`]);
    }
    // By whoever's claim it is done, and by whoever speaks of none, it is told again.
    for (const more of [{}, { reservationId }]) expect((await complete(more)).touch.state).toBe('DONE');
    expect(await charges()).toEqual([SENT_AT]);
    expect(await record({ reservationId: second, occurredAt: sentAt })).toMatchObject({ recorded: 1 });
    expect((await complete({ reservationId: second }, 1)).touch.state).toBe('DONE');
    expect(await charges()).toHaveLength(2);
  });
});

describe('a touch that two have sent, each by a claim that lapsed', () => {
  const sentAgain = MORNING + LAPSE + MINUTE;

  beforeEach(async () => {
    await queue.claim(touchId, 1);
    await clocked.pass(LAPSE);
  });
  const completeSecond = () => complete({ sentAt: iso(sentAgain) }, 1);

  it('is not completed for the one who claimed it last by the other, who speaks of no claim', async () => {
    expect(await complete()).toMatchObject({
      touch: null,
      userErrors: [{ code: 'WRONG_STATE', message: `Somebody else has claimed it since. ${BY_HAND}` }],
    });
    expect((await completeSecond()).touch.state).toBe('DONE');
    expect(await charges()).toEqual([sentAgain]);
  });

  it('is told by the other to be done once their own is in the books too', async () => {
    expect((await completeSecond()).touch.state).toBe('DONE');
    expect((await complete()).userErrors[0].message).toBe(`It was done by another claim. ${BY_HAND}`);
    expect(await record({ reservationId })).toMatchObject({ recorded: 1 });
    expect((await complete()).touch.state).toBe('DONE');
    expect(await charges()).toEqual([SENT_AT, sentAgain]);
  });

  it('is told to be done to whoever never claimed it', async () => {
    expect((await completeSecond()).touch.state).toBe('DONE');
    const input = { touchId, sentAt: iso(SENT_AT) };
    const query = `mutation ($input: CompleteTouchInput!) { completeTouch(input: $input) { touch { state } } }`;
    const { completeTouch } = await api.data(queue.stage.agency.key, query, { input });
    expect(completeTouch.touch.state).toBe('DONE');
  });

  it('is done by no reservation that is none of its own, whatever became of that', async () => {
    expect((await completeSecond()).touch.state).toBe('DONE');
    const profileUrl = `https://www.linkedin.com/in/${randomUUID()}`;
    const foreign = await new Outreach(api, queue.stage.agency).send('COMMENT', { profileUrl });
    for (const named of [foreign.reservation.id, toId('reservation', randomUUID())]) {
      const { touch, userErrors } = await complete({ reservationId: named });
      expect([touch, userErrors[0].message]).toEqual([null, `It was done by another claim. ${BY_HAND}`]);
    }
  });
});

it.each([2, 5])(
  'a send is known to its touch by its reservation, though it was claimed %s times since',
  async (times) => {
    for (let claimed = 0; claimed < times; claimed += 1) {
      expect((await queue.claim(touchId, 1)).decision.outcome).toBe('ALLOWED');
      await clocked.pass(LAPSE);
    }
    expect((await complete({ reservationId })).userErrors[0].message).toBe(
      `It has been claimed again since. ${BY_HAND}`,
    );
    expect(await record({ reservationId })).toMatchObject({ recorded: 1, userErrors: [] });
    expect((await queue.next()).touches).toEqual([]);
    expect((await queue.claim(touchId, 1)).userErrors[0].message).toBe('The touch is done.');
    expect(await charges()).toEqual([SENT_AT]);
  },
);

it.each(['skipTouch', 'failTouch'] as const)(
  '%s of what was sent by an earlier claim, and recorded, is done',
  async (verb) => {
    await queue.claim(touchId, 1);
    await clocked.pass(MINUTE);
    expect(await record({ reservationId })).toMatchObject({ recorded: 1, userErrors: [] });
    const told = { touchId, ...(verb === 'failTouch' && { because: 'OTHER' }) };
    expect(await queue.end(verb, told, 1)).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
  },
);

it.each([
  ['completes', false],
  ['records and completes', true],
])('what two sent within minutes, by claims that lapsed, counts twice: one %s it', async (_, byHand) => {
  const [firstAt, secondAt] = [MORNING + LAPSE + SECOND, MORNING + LAPSE + MINUTE];
  const short = { holdSeconds: 30 };
  const first = (await queue.claim(touchId, 0, 'first', short)).decision.reservation.id;
  await clocked.setClock(secondAt);
  const second = (await queue.claim(touchId, 1, 'second', short)).decision.reservation.id;
  await clocked.setClock(secondAt + MINUTE);
  expect(await record({ reservationId: first, occurredAt: iso(firstAt) })).toMatchObject({ recorded: 1 });
  const told = { reservationId: second, occurredAt: iso(secondAt) };
  if (byHand) expect(await record(told)).toMatchObject({ recorded: 1, userErrors: [] });
  const { touch } = await complete({ reservationId: second, sentAt: iso(secondAt) }, 1);
  expect(touch.state).toBe('DONE');
  expect(await charges()).toEqual([firstAt, secondAt]);
});

it.each([
  ['more than five minutes before the hold', MORNING - 5 * MINUTE - 1],
  ['years before', 0],
  ['in the future', MORNING + LAPSE + 5 * MINUTE + 1],
])('what was sent %s is no completion', async (_, sentAt) => {
  expect(await complete({ sentAt: iso(sentAt) })).toMatchObject({
    touch: null,
    userErrors: [{ code: 'INVALID', message: expect.stringMatching(/^sentAt is more than five minutes/) }],
  });
  expect(await charges()).toEqual([]);
  // Nor does it keep the touch from anybody.
  expect((await queue.next()).touches).toMatchObject([{ touch: { id: touchId, state: 'DUE' } }]);
  expect((await queue.claim(touchId, 1)).decision.outcome).toBe('ALLOWED');
});

it.each<['skipTouch' | 'failTouch', string]>([
  ['skipTouch', 'SKIPPED'],
  ['failTouch', 'FAILED'],
])('%s is anybody’s before anybody looked, and nobody else’s while it is claimed', async (verb, state) => {
  const told = { touchId, ...(verb === 'failTouch' && { because: 'OTHER' }) };
  await clocked.setClock(MORNING + LAPSE - 2 * SECOND);
  expect((await queue.end(verb, told, 1)).userErrors[0].message).toBe('Somebody else has claimed it.');
  await clocked.setClock(MORNING + LAPSE);
  expect(await queue.end(verb, told, 1)).toMatchObject({ touch: { state }, userErrors: [] });
});
