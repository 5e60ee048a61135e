import { toId } from '../../src/schema/ids.js';
import { Outreach } from '../support/outreach.js';
import { SeatRules } from './seat-rules.support.js';

/** However many restrictions are reported of a seat, by whoever works with it. */
const DAY_MS = 86_400_000;
const BEGAN = Date.parse('2026-11-23T10:00:00.000Z');
const iso = (at: number): string => new Date(at).toISOString();

let rules: SeatRules;
beforeEach(async () => {
  rules = await SeatRules.open(iso(BEGAN));
});
afterEach(() => rules.close());

describe('a restriction among a hundred others that last longer', () => {
  const FOREVER = iso(BEGAN + 3_000 * DAY_MS);
  const SENDING = { recipient: { profileUrl: 'linkedin.com/in/somebody-else', degree: 'SECOND' } };

  /** A seat with an invitation limit for a time, then what others reported. */
  async function seatAmong(others: (index: number) => object): Promise<string> {
    const seatId = await rules.addSeat();
    const until = iso(BEGAN + DAY_MS);
    await rules.change('reportRestriction', { seatId, kind: 'INVITATION_LIMIT', until });
    for (let index = 0; index < 101; index += 1) {
      const other = {
        seatId,
        kind: 'TEMPORARY',
        actions: ['PROFILE_VIEW'],
        until: FOREVER,
        ...others(index),
      };
      expect((await rules.change('reportRestriction', other)).userErrors).toEqual([]);
    }
    return seatId;
  }

  it.each<[string, (index: number) => object]>([
    ['the same', () => ({})],
    ['of other actions each', (index) => ({ actions: someActions(index) })],
  ])('still stops what it stops, is told, and halves the caps after it: %s', async (_what, others) => {
    const seatId = await seatAmong(others);
    expect(await rules.reserve(seatId, 'CONNECTION_REQUEST', SENDING)).toMatchObject({
      outcome: 'DENIED',
      retryAt: iso(BEGAN + DAY_MS),
      reasons: [{ code: 'SEAT_RESTRICTED', message: 'LinkedIn restricted the account: INVITATION_LIMIT.' }],
    });
    const { restrictions } = await rules.seat(seatId, 'restrictions { kind until }');
    expect(restrictions).toHaveLength(100);
    const shown = expect.objectContaining({ kind: 'INVITATION_LIMIT', until: iso(BEGAN + DAY_MS) });
    expect(restrictions).toContainEqual(shown);
    await rules.setClock(BEGAN + DAY_MS);
    const { usage } = await rules.seat(seatId, 'usage(actions: [CONNECTION_REQUEST]) { limit { origin } }');
    expect(usage).toContainEqual({ limit: { origin: 'RESTRICTION' } });
  });
});

it('a seat has two hundred reported a day, and what a hold meets is reported all the same', async () => {
  const [seatId, other] = [await rules.addSeat(), await rules.addSeat()];
  const held = await rules.reserve(seatId, 'PROFILE_VIEW');
  const report = (of: string) =>
    rules.change('reportRestriction', { seatId: of, kind: 'TEMPORARY', actions: ['FOLLOW'] });
  for (let index = 0; index < 200; index += 1) expect((await report(seatId)).userErrors).toEqual([]);
  expect((await report(seatId)).userErrors).toEqual([{ code: 'WRONG_STATE', field: ['input', 'seatId'] }]);
  expect((await report(other)).userErrors).toEqual([]);
  const release = `mutation ($input: ReleaseReservationInput!) { releaseReservation(input: $input) { userErrors { code } } }`;
  const input = { reservationId: held.reservation.id, because: 'LINKEDIN_LIMIT_NOTICE' };
  await rules.api.data(rules.agency.key, release, { input });
  expect((await rules.reserve(seatId, 'PROFILE_VIEW')).reasons).toMatchObject([{ code: 'SEAT_RESTRICTED' }]);
  await rules.setClock(BEGAN + 2 * DAY_MS);
  expect((await report(seatId)).userErrors).toEqual([]);
});

/** Some of seven actions, none of which is a connection request: others for each index up to 126. */
function someActions(index: number): string[] {
  const actions = [
    'PROFILE_VIEW',
    'FOLLOW',
    'REACTION',
    'COMMENT',
    'DIRECT_MESSAGE',
    'INMAIL',
    'GROUP_MESSAGE',
  ];
  return actions.filter((_, bit) => (((index + 1) >> bit) & 1) === 1);
}

it('whoever had the seat before leaves as many reports to whoever has it', async () => {
  const seatId = await rules.addSeat();
  const report = async () =>
    (await rules.change('reportRestriction', { seatId, kind: 'TEMPORARY', actions: ['FOLLOW'] })).userErrors;
  for (let index = 0; index < 200; index += 1) expect(await report()).toEqual([]);
  expect(await report()).toMatchObject([{ code: 'WRONG_STATE' }]);
  const clientAccountId = toId('client', await new Outreach(rules.api, rules.agency).addClientAccount());
  expect((await rules.change('moveSeat', { seatId, clientAccountId })).userErrors).toEqual([]);
  expect(await report()).toEqual([]);
});
