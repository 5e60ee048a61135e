import { toId } from '../../src/schema/ids.js';
import type { Api, Json } from '../support/api.js';
import { ClockedApi } from '../support/clocked-api.js';
import { Outreach } from '../support/outreach.js';
import { Operators } from './work-queue.support.js';

/** LinkedIn's notice of a limit is told of whatever became of the hold: what an operator saw is so. */
const MORNING = Date.UTC(2026, 10, 23, 9);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const STEPS = [{ key: 'look', kind: 'ENGAGE', action: 'COMMENT' }];
const BECAUSE = 'LINKEDIN_LIMIT_NOTICE';

let clocked: ClockedApi;
let api: Api;
let queue: Operators;
let seatId: string;
let touchId: string;
let reservationId: string;

beforeAll(async () => {
  clocked = await ClockedApi.start(MORNING);
  ({ api } = clocked);
});
afterAll(() => clocked.close());
beforeEach(async () => {
  await clocked.setClock(MORNING);
  queue = await Operators.of(clocked, 1, STEPS);
  seatId = toId('seat', queue.stage.agency.seat.id);
  touchId = (await queue.next()).touches[0].touch.id;
  reservationId = (await queue.claim(touchId)).decision.reservation.id;
  await clocked.setClock(MORNING + MINUTE);
});

async function mutate(verb: string, type: string, input: object, key = queue.keys[0]!): Promise<Json> {
  const query = `mutation ($input: ${type}!) { result: ${verb}(input: $input) { userErrors { code field message } } }`;
  return (await api.data(key, query, { input })).result.userErrors;
}

const fail = (who = 0, because = BECAUSE): Promise<Json> => queue.end('failTouch', { touchId, because }, who);
const release = (because: string): Promise<Json> =>
  mutate('releaseReservation', 'ReleaseReservationInput', { reservationId, because });
const ofSeat = (verb: string): Promise<Json> => mutate(verb, 'SeatInput', { seatId }, queue.stage.agency.key);

async function pauseAndGoOn(): Promise<void> {
  expect(await ofSeat('pauseSeat')).toEqual([]);
  expect(await ofSeat('resumeSeat')).toEqual([]);
}

/** What is restricted of the seat, and how often that was told. */
async function restricted(): Promise<Json> {
  const query = `query ($id: ID!) { seat(id: $id) { restrictions { kind actions } }
    alerts(kinds: [SEAT_RESTRICTED], clientAccountId: "${toId('client', queue.stage.agency.clientAccount.id)}") { nodes { seat { id } } } }`;
  const { seat, alerts } = await api.data(queue.stage.agency.key, query, { id: seatId });
  return { restrictions: seat.restrictions, alerts: alerts.nodes.length };
}

const ONCE = { restrictions: [{ kind: 'TEMPORARY', actions: ['COMMENT'] }], alerts: 1 };
const NEVER = { restrictions: [], alerts: 0 };

describe('failTouch with LinkedIn’s notice restricts the seat, once', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['is held', () => Promise.resolve()],
    ['lapsed, and nobody looked', () => clocked.setClock(MORNING + 901 * SECOND)],
    [
      'lapsed, and somebody looked',
      async () => {
        await clocked.setClock(MORNING + 901 * SECOND);
        expect((await queue.next()).touches[0].touch).toMatchObject({ id: touchId, state: 'DUE' });
      },
    ],
    ['was released by a pause', pauseAndGoOn],
    ['was given back', () => release('NOT_SENT')],
  ])('where the hold %s', async (_, happens) => {
    await happens();
    for (const _time of [1, 2]) {
      expect(await fail()).toMatchObject({ touch: { state: 'DUE' }, userErrors: [] });
      expect(await restricted()).toEqual(ONCE);
      await clocked.setClock(clocked.now() + SECOND);
    }
    expect(await queue.next()).toMatchObject({
      touches: [],
      waiting: 1,
      binding: { code: 'SEAT_RESTRICTED' },
    });
  });

  it('where the hold was committed: it was sent, and the notice came with it', async () => {
    expect(await mutate('commitReservation', 'CommitReservationInput', { reservationId })).toEqual([]);
    expect(await fail()).toMatchObject({ touch: { state: 'DONE' }, userErrors: [] });
    expect(await restricted()).toEqual(ONCE);
  });

  it('and not again where it was lifted since it was told', async () => {
    await fail();
    const query = 'query ($id: ID!) { seat(id: $id) { restrictions { id } } }';
    const { seat } = await api.data(queue.stage.agency.key, query, { id: seatId });
    const input = { restrictionId: seat.restrictions[0].id };
    expect(await mutate('liftRestriction', 'LiftRestrictionInput', input, queue.stage.agency.key)).toEqual(
      [],
    );
    expect(await fail()).toMatchObject({ touch: { state: 'DUE' }, userErrors: [] });
    expect((await restricted()).alerts).toBe(1);
  });
});

describe('failTouch with LinkedIn’s notice is refused', () => {
  const BY_HAND = 'report the restriction with reportRestriction.';

  it('by whoever has not claimed the touch last, whether or not it came due again', async () => {
    for (const at of [clocked.now(), MORNING + 901 * SECOND]) {
      await clocked.setClock(at);
      await queue.next();
      const { touch, userErrors } = await fail(1);
      expect([touch, userErrors[0].code]).toEqual([null, 'WRONG_STATE']);
      expect(userErrors[0].message).toContain(BY_HAND);
    }
    expect(await restricted()).toEqual(NEVER);
  });

  it('where the touch has ended otherwise', async () => {
    expect((await fail(0, 'OTHER')).touch.state).toBe('FAILED');
    const { touch, userErrors } = await fail();
    expect([touch, userErrors[0].code]).toEqual([null, 'WRONG_STATE']);
    expect(userErrors[0].message).toContain(BY_HAND);
    expect(await restricted()).toEqual(NEVER);
  });
});

describe('releaseReservation with LinkedIn’s notice', () => {
  it('restricts the seat, once, where we have released the hold', async () => {
    await pauseAndGoOn();
    for (const _time of [1, 2]) {
      expect(await release(BECAUSE)).toEqual([]);
      expect(await restricted()).toEqual(ONCE);
    }
  });

  it('restricts nothing of a seat that went to another client account', async () => {
    const key = await api.keyOf(queue.stage.agency, 'OPERATOR', queue.stage.agency.clientAccount.id);
    const other = await new Outreach(api, queue.stage.agency).addClientAccount();
    const moved = { seatId, clientAccountId: toId('client', other) };
    expect(await mutate('moveSeat', 'MoveSeatInput', moved, queue.stage.agency.key)).toEqual([]);
    const told = { reservationId, because: BECAUSE };
    expect(await mutate('releaseReservation', 'ReleaseReservationInput', told, key)).toMatchObject([
      { code: 'RESERVATION_RESOLVED' },
    ]);
    expect(await restricted()).toEqual(NEVER);
    // Nor does it tell whether LinkedIn restricts the seat since.
    const since = { seatId, kind: 'TEMPORARY', actions: ['COMMENT'] };
    expect(
      await mutate('reportRestriction', 'ReportRestrictionInput', since, queue.stage.agency.key),
    ).toEqual([]);
    expect(await mutate('releaseReservation', 'ReleaseReservationInput', told, key)).toMatchObject([
      { code: 'RESERVATION_RESOLVED' },
    ]);
  });
});
