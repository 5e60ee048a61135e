import { toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Operators } from './work-queue.support.js';

/** A Monday, at nine in the morning in UTC. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;
const LOOK = [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }];
const MAIL = {
  ...{ key: 'mail', kind: 'INMAIL' },
  variants: [{ key: 'a', subject: '{{ company }}', body: 'Hi {{ first_name }}, I saw {{ company }}.' }],
};

let clocked: ClockedApi;
let api: Api;

async function open(people: number, steps: readonly object[] = LOOK): Promise<Operators> {
  await clocked.setClock(MORNING);
  return Operators.of(clocked, people, steps);
}

function seatOf({ stage }: Operators): string {
  return toId('seat', stage.agency.seat.id);
}

async function change(queue: Operators, verb: string, more = ''): Promise<void> {
  const query = `mutation { ${verb}(input: { seatId: "${seatOf(queue)}"${more} }) { userErrors { message } } }`;
  expect((await api.data(queue.stage.agency.key, query))[verb].userErrors).toEqual([]);
}

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());

describe('a claim whose hold we released', () => {
  async function released(): Promise<{ queue: Operators; id: string }> {
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    await queue.claim(touch.id, 0, 'mine');
    await clocked.pass(MINUTE);
    await change(queue, 'pauseSeat');
    return { queue, id: touch.id };
  }

  it('is none any more: the touch waits, and is anybody’s as soon as the seat goes on', async () => {
    const { queue, id } = await released();
    expect(await queue.next()).toMatchObject({ touches: [], waiting: 1, binding: { code: 'SEAT_PAUSED' } });
    await clocked.pass(MINUTE);
    await change(queue, 'resumeSeat');
    expect((await queue.next()).touches.map(({ touch }: Json) => touch.id)).toEqual([id]);
    const claimed = await queue.claim(id, 1);
    expect(claimed.decision).toMatchObject({ outcome: 'ALLOWED', reservation: { status: 'HELD' } });
    // Whoever had it says so late.
    expect((await queue.end('completeTouch', { touchId: id }, 0)).userErrors[0].code).toBe('WRONG_STATE');
    expect((await queue.end('completeTouch', { touchId: id }, 1)).touch.state).toBe('DONE');
  });

  it('is never answered again as if it were held', async () => {
    const { queue, id } = await released();
    const paused = await queue.claim(id, 0, 'mine');
    expect(paused).toMatchObject({ body: null, decision: { outcome: 'DENIED', reservation: null } });
    await change(queue, 'resumeSeat');
    const again = await queue.claim(id, 0, 'mine');
    expect(again.decision).toMatchObject({ outcome: 'ALLOWED', reservation: { status: 'HELD' } });
  });

  it('is recorded where it was sent all the same, and asked of nobody else', async () => {
    const { queue, id } = await released();
    const { touch } = await queue.end('completeTouch', { touchId: id });
    expect(touch).toMatchObject({ state: 'DONE', reservation: { status: 'RELEASED' } });
    expect(await queue.stage.rows('SELECT origin FROM charge WHERE agency_id = $1')).toEqual([
      { origin: 'RECORD' },
    ]);
    await change(queue, 'resumeSeat');
    expect(await queue.next()).toMatchObject({ touches: [], waiting: 0 });
  });
});

describe('a claim whose hold its operator gives back', () => {
  const RELEASE = `mutation ($input: ReleaseReservationInput!) { releaseReservation(input: $input) { userErrors { code } } }`;
  const RELEASE_MANY = `mutation ($inputs: [ReleaseReservationInput!]!) { releaseReservations(inputs: $inputs) { userErrors { code } } }`;

  async function givenBack(because: string | null = 'NOT_SENT', afterMs = MINUTE) {
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    const { decision } = await queue.claim(touch.id, 0, 'mine');
    await clocked.pass(afterMs);
    const input = { reservationId: decision.reservation.id, because };
    const key = queue.keys[0]!;
    if (because === null) {
      const { reservationId } = input;
      await api.data(key, RELEASE_MANY, { inputs: [{ reservationId }] });
    } else {
      const { releaseReservation } = await api.data(key, RELEASE, { input });
      expect(releaseReservation.userErrors).toEqual([]);
    }
    return { queue, id: touch.id };
  }

  it.each(['NOT_SENT', null])('is over: the touch is due at once, and anybody’s (%s)', async (because) => {
    const { queue, id } = await givenBack(because);
    expect((await queue.next()).touches).toMatchObject([{ touch: { id, state: 'DUE' } }]);
    const claimed = await queue.claim(id, 1);
    expect(claimed.decision).toMatchObject({ outcome: 'ALLOWED', reservation: { status: 'HELD' } });
    expect((await queue.claim(id, 0, 'mine')).userErrors[0].message).toMatch(/^Somebody has it until/);
  });

  it('is over before anybody looks, also in the very moment of the claim, and is never answered as if it were held', async () => {
    const { queue, id } = await givenBack('NOT_SENT', 0);
    const again = await queue.claim(id, 0, 'mine');
    expect(again.decision).toMatchObject({ outcome: 'ALLOWED', reservation: { status: 'HELD' } });
  });

  it('is over by LinkedIn’s notice as well: the touch waits for the seat', async () => {
    const { queue } = await givenBack('LINKEDIN_LIMIT_NOTICE');
    expect(await queue.next()).toMatchObject({ waiting: 1, binding: { code: 'SEAT_RESTRICTED' } });
    expect(await queue.stage.rows('SELECT state FROM touch WHERE agency_id = $1')).toEqual([
      { state: 'DUE' },
    ]);
  });

  it('is anybody’s to pass over, and is done where it was sent all the same', async () => {
    const { queue, id } = await givenBack();
    expect((await queue.next()).touches).toHaveLength(1);
    expect((await queue.end('skipTouch', { touchId: id }, 1)).touch.state).toBe('SKIPPED');
    const sent = await givenBack('NOT_SENT', 0);
    expect((await sent.queue.end('completeTouch', { touchId: sent.id })).touch.state).toBe('DONE');
    expect(await sent.queue.next()).toMatchObject({ touches: [], waiting: 0 });
  });

  it('is looked at next where we released it, too', async () => {
    const queue = await open(1);
    const [{ touch }] = (await queue.next()).touches;
    await queue.claim(touch.id);
    await change(queue, 'pauseSeat');
    await change(queue, 'resumeSeat');
    expect((await queue.next()).touches).toMatchObject([{ touch: { state: 'DUE' } }]);
  });
});

describe('an InMail of a seat that has none', () => {
  it('is passed over, whether it was due already or not', async () => {
    const queue = await open(2, [MAIL, ...LOOK]);
    await queue.next();
    await change(queue, 'updateSeat', ', tier: BASIC');
    const { touches, waiting, binding } = await queue.next();
    expect(touches.map(({ touch }: Json) => touch.step)).toEqual(['look', 'look']);
    expect([waiting, binding]).toEqual([2, null]);
    const { forecast } = await queue.stage.read('forecast { remaining endsAtP50 bottleneck { code } }');
    expect(forecast.endsAtP50).not.toBeNull();
  });
});

describe('two campaigns of a seat', () => {
  it('have their shares of its day by their weights, where each touch is asked for by itself', async () => {
    const queue = await open(20);
    const seats = (weight: number) => [{ seatId: seatOf(queue), weight }];
    await queue.stage.change('setCampaignSeats', { seats: seats(3) });
    const clientAccountId = toId('client', queue.stage.agency.clientAccount.id);
    const create =
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } } }';
    const input = { clientAccountId, name: 'Other', seatIds: [seatOf(queue)] };
    const made = await api.data(queue.stage.agency.key, create, { input });
    const other = { campaignId: made.createCampaign.campaign.id };
    await queue.stage.change('updateCampaign', { ...other, audienceTags: ['spring'] });
    await queue.stage.change('setCampaignSteps', { ...other, steps: [{ ...LOOK[0], key: 'heed' }] });
    await queue.stage.change('launchCampaign', other);
    const done: string[] = [];
    for (let next = await queue.next(1); next.touches.length > 0; next = await queue.next(1)) {
      const [{ at, touch }] = next.touches;
      await clocked.setClock(Date.parse(at));
      await queue.claim(touch.id);
      await queue.end('completeTouch', { touchId: touch.id });
      done.push(touch.step);
    }
    // Twelve comments a day are recommended.
    expect(done.filter((step) => step === 'look')).toHaveLength(9);
    expect(done.filter((step) => step === 'heed')).toHaveLength(3);
  });
});

describe('somebody who was passed over', () => {
  it('has started, and goes on under the steps that they started under', async () => {
    const queue = await open(1, [...LOOK, { key: 'heed', kind: 'ENGAGE', action: 'REACTION' }]);
    const [{ touch }] = (await queue.next()).touches;
    await queue.end('skipTouch', { touchId: touch.id });
    await queue.stage.change('setCampaignSteps', { steps: LOOK });
    await queue.stage.change('launchCampaign');
    expect((await queue.next()).touches.map((next: Json) => next.touch.step)).toEqual(['heed']);
    expect((await queue.stage.read()).people).toMatchObject({ waiting: 0, underWay: 1 });
  });
});
