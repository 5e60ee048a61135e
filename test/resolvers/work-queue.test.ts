import { toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

let clocked: ClockedApi;
let api: Api;

const open = (people: number, steps?: readonly object[]) => Operators.of(clocked, people, steps);

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());

describe('the work queue', () => {
  it('gives what is due at the recommended pace, and each touch to one operator, with its text and a hold', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(3);
    const { touches, waiting, binding } = await queue.next();
    expect(waiting).toBe(3);
    expect(binding).toBeNull();
    // Five invitations in ten minutes at most: one every two.
    expect(touches.map(({ at }: Json) => Date.parse(at) - MORNING)).toEqual([0, 2 * MINUTE, 4 * MINUTE]);
    const [first] = touches;
    expect(first).toMatchObject({ kind: 'CONNECT', action: 'CONNECTION_REQUEST', touch: { state: 'DUE' } });

    const [one, other] = await Promise.all([queue.claim(first.touch.id, 0), queue.claim(first.touch.id, 1)]);
    const [claimed, refused] = one.decision ? [one, other] : [other, one];
    expect(refused).toMatchObject({ touch: null, userErrors: [{ code: 'WRONG_STATE' }] });
    expect(claimed.decision).toMatchObject({ outcome: 'ALLOWED', reservation: { status: 'HELD' } });
    expect(claimed.body).toMatch(/^Hi First\d, I came across your profile/);
    expect(claimed.touch).toMatchObject({ state: 'CLAIMED' });
    expect((await queue.next()).touches).toHaveLength(2);

    const who = one.decision ? 0 : 1;
    const { touch } = await queue.end('completeTouch', { touchId: first.touch.id }, who);
    expect(touch).toMatchObject({ state: 'DONE', reservation: { status: 'COMMITTED' } });
    expect((await queue.end('completeTouch', { touchId: first.touch.id }, who)).touch.state).toBe('DONE');
  });

  it('is never ahead of the recommended gap: why not, and exactly when', async () => {
    await clocked.setClock(MORNING + DAY);
    const queue = await open(2);
    const [first, second] = (await queue.next()).touches;
    await queue.claim(first.touch.id);
    await queue.end('completeTouch', { touchId: first.touch.id });
    const denied = await queue.claim(second.touch.id);
    expect(denied.decision).toMatchObject({ outcome: 'DENIED', reasons: [{ code: 'TOO_SOON' }] });
    expect(denied).toMatchObject({ body: null, touch: { state: 'DUE' } });
    const retryAt = Date.parse(denied.decision.retryAt);
    expect(retryAt - clocked.now()).toBe(90 * SECOND);
    await clocked.setClock(retryAt - 1);
    expect((await queue.claim(second.touch.id)).decision.outcome).toBe('DENIED');
    await clocked.setClock(retryAt);
    expect((await queue.claim(second.touch.id)).decision.outcome).toBe('ALLOWED');
  });

  it('takes a claim back when it lapses, and not a moment before', async () => {
    await clocked.setClock(MORNING + 2 * DAY);
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    await queue.claim(touch.id);
    await clocked.pass(900 * SECOND - 1);
    expect(await queue.next()).toMatchObject({ touches: [], waiting: 0 });
    expect((await queue.claim(touch.id, 1)).userErrors[0].code).toBe('WRONG_STATE');
    await clocked.pass(1);
    expect((await queue.next()).touches[0].touch).toMatchObject({ id: touch.id, state: 'DUE' });
    expect((await queue.claim(touch.id, 1)).decision.outcome).toBe('ALLOWED');
    // Whoever had it before has it no more.
    expect((await queue.end('completeTouch', { touchId: touch.id }, 0)).userErrors[0].code).toBe(
      'WRONG_STATE',
    );
  });

  it('records what was sent after the hold had lapsed, with its reservation', async () => {
    await clocked.setClock(MORNING + 2 * DAY);
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    await queue.claim(touch.id);
    await clocked.pass(1_000 * SECOND);
    const { touch: done } = await queue.end('completeTouch', { touchId: touch.id });
    expect(done).toMatchObject({ state: 'DONE', reservation: { status: 'EXPIRED' } });
    const charged = await queue.stage.rows('SELECT origin FROM charge WHERE agency_id = $1');
    expect(charged).toEqual([{ origin: 'RECORD' }]);
  });

  it('goes on with whoever accepts, waits for the delay, and stops for whoever answers', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(2);
    const reached: string[] = [];
    for (const { touch } of (await queue.next()).touches) {
      const { profileUrl } = await queue.claim(touch.id);
      await queue.end('completeTouch', { touchId: touch.id });
      reached.push(profileUrl);
      await clocked.pass(2 * MINUTE);
    }
    expect((await queue.next()).touches).toEqual([]);
    for (const profileUrl of reached) await queue.engage(profileUrl, 'INVITATION_ACCEPTED');
    await clocked.pass(60 * MINUTE - 1);
    expect((await queue.next()).touches).toEqual([]);
    await clocked.pass(1);
    const { touches } = await queue.next();
    expect(touches.map(({ kind, touch }: Json) => `${kind} ${touch.step}`)).toEqual([
      'MESSAGE thank',
      'MESSAGE thank',
    ]);
    await queue.engage(reached[0]!, 'REPLIED');
    const left = (await queue.next()).touches;
    expect(left).toHaveLength(1);
    // The other answers between the look and the claim.
    await queue.engage(reached[1]!, 'REPLIED');
    const claimed = await queue.claim(left[0].touch.id);
    expect(claimed).toMatchObject({ decision: null, body: null });
    expect(claimed.touch).toMatchObject({ state: 'CANCELLED', endedBecause: 'REPLIED' });
  });

  it('passes over, gives up, and lets a restricted seat’s touches wait', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(3);
    const [first, second, third] = (await queue.next()).touches;
    const claimed = await queue.claim(first.touch.id);
    const { touch: skipped } = await queue.end('skipTouch', { touchId: first.touch.id });
    expect(skipped).toMatchObject({ state: 'SKIPPED', reservation: { status: 'RELEASED' } });
    expect(claimed.decision.reservation.id).toBe(skipped.reservation.id);
    const failed = await queue.end('failTouch', { touchId: second.touch.id, because: 'PERSON_GONE' });
    expect(failed.touch).toMatchObject({ state: 'FAILED', endedBecause: 'PERSON_GONE' });
    await clocked.pass(2 * MINUTE);
    await queue.claim(third.touch.id);
    const notice = { touchId: third.touch.id, because: 'LINKEDIN_LIMIT_NOTICE' };
    expect((await queue.end('failTouch', notice)).touch).toMatchObject({ state: 'DUE' });
    expect(await queue.next()).toMatchObject({
      touches: [],
      waiting: 1,
      binding: { code: 'SEAT_RESTRICTED' },
    });
  });

  it('forecasts by the same rules: what planSends would plan, day by day', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(40, [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }]);
    const { forecast } = await queue.stage.read(
      'forecast { remaining endsAtP50 endsAtP90 perDay { date firstTouches followUps } bottleneck { code } }',
    );
    const query = `query ($input: PlanSendsInput!) { planSends(input: $input) { slots } }`;
    const seatId = toId('seat', queue.stage.agency.seat.id);
    const input = {
      seatId,
      action: 'COMMENT',
      count: 40,
      until: new Date(clocked.now() + 30 * DAY).toISOString(),
    };
    const { slots } = (await api.data(queue.keys[0]!, query, { input })).planSends;
    expect(forecast).toMatchObject({ remaining: 40, endsAtP50: slots.at(-1), endsAtP90: slots.at(-1) });
    const days = new Map<string, number>();
    for (const slot of slots) days.set(slot.slice(0, 10), (days.get(slot.slice(0, 10)) ?? 0) + 1);
    expect(forecast.perDay).toEqual(
      [...days].map(([date, firstTouches]) => ({ date, firstTouches, followUps: 0 })),
    );
    expect(forecast.bottleneck).toEqual({ code: 'LIMIT_REACHED' });
  });

  it('forecasts what follows as well, and tells no end where nothing may go out', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(20);
    const fields =
      'forecast { remaining endsAtP50 endsAtP90 perDay { date firstTouches followUps } bottleneck { code } }';
    const { forecast } = await queue.stage.read(fields);
    const sum = (name: string) => forecast.perDay.reduce((all: number, day: Json) => all + day[name], 0);
    expect(sum('firstTouches')).toBe(20);
    // Three in ten are taken to accept.
    expect(sum('followUps')).toBeGreaterThan(3);
    expect(sum('followUps')).toBeLessThan(10);
    expect(Date.parse(forecast.endsAtP90)).toBeGreaterThan(Date.parse(forecast.endsAtP50));
    expect(Math.max(...forecast.perDay.map((day: Json) => day.firstTouches))).toBeLessThanOrEqual(16);
    await queue.stage.change('pauseCampaign');
    const paused = (await queue.stage.read(fields)).forecast;
    expect(paused).toMatchObject({ remaining: 20, endsAtP50: null, endsAtP90: null, perDay: [] });
    expect(paused.bottleneck).toEqual({ code: 'CAMPAIGN_PAUSED' });
  });

  it('shares what is left of a seat between campaigns by their weights', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(30, [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }]);
    const seatId = toId('seat', queue.stage.agency.seat.id);
    await queue.stage.change('setCampaignSeats', { seats: [{ seatId, weight: 1 }] });
    const input = {
      clientAccountId: toId('client', queue.stage.agency.clientAccount.id),
      name: 'Autumn',
      seatIds: [seatId],
    };
    const create =
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }';
    const { id } = (await api.data(queue.stage.agency.key, create, { input })).createCampaign.campaign;
    const other = { campaignId: id };
    await queue.stage.change('setCampaignSeats', { ...other, seats: [{ seatId, weight: 3 }] });
    await queue.stage.change('updateCampaign', { ...other, audienceTags: ['spring'] });
    await queue.stage.change('setCampaignSteps', {
      ...other,
      steps: [{ key: 'heed', kind: 'ENGAGE', action: 'COMMENT' }],
    });
    await queue.stage.change('launchCampaign', other);
    const { touches, waiting } = await queue.next(100);
    expect(waiting).toBe(60);
    const steps = touches.map(({ touch }: Json) => touch.step);
    // Twelve comments a day are recommended.
    expect(steps.filter((step: string) => step === 'heed')).toHaveLength(9);
    expect(steps.filter((step: string) => step === 'look')).toHaveLength(3);
  });

  it('is for those who may reserve, and for whoever sees the seat', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    const analyst = await api.keyOf(queue.stage.agency, 'ANALYST');
    const query = 'query ($seatId: ID!) { nextTouches(seatId: $seatId) { waiting } }';
    const seatId = toId('seat', queue.stage.agency.seat.id);
    expect(await api.code(analyst, query, { seatId })).toBe('FORBIDDEN');
    const stranger = await api.seed();
    expect(await api.code(stranger.key, query, { seatId })).toBe('NOT_FOUND');
    const claim = `mutation ($id: ID!) { claimTouch(input: { touchId: $id, idempotencyKey: "k" }) { userErrors { code } } }`;
    const code = async (key: string) =>
      (await api.data(key, claim, { id: touch.id })).claimTouch.userErrors[0].code;
    expect(await code(analyst)).toBe('FORBIDDEN_FOR_ROLE');
    expect(await code(stranger.key)).toBe('NOT_FOUND');
  });

  it('answers a claim again to whoever asks with its key', async () => {
    await clocked.setClock(MORNING);
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    const first = await queue.claim(touch.id, 0, 'mine');
    const again = await queue.claim(touch.id, 0, 'mine');
    expect(again).toEqual(first);
    const [another] = (await queue.claim(touch.id, 0, 'another')).userErrors;
    expect(another).toMatchObject({
      code: 'WRONG_STATE',
      message: expect.stringMatching(/^You have it until .+, by another idempotencyKey/),
    });
  });
});
