import { SeatRules } from './seat-rules.support.js';

const MONDAY_TEN = '2026-11-23T10:00:00.000Z';

let rules: SeatRules;
beforeAll(async () => {
  rules = await SeatRules.open(MONDAY_TEN);
});
afterAll(() => rules.close());

describe('ACTION_NOT_IN_TIER', () => {
  it('refuses InMail at BASIC until the tier is another', async () => {
    const seatId = await rules.addSeat({ tier: 'BASIC' });
    const refused = await rules.reserve(seatId, 'INMAIL');
    expect(refused).toMatchObject({
      outcome: 'DENIED',
      retryAt: null,
      certainAt: null,
      reasons: [
        {
          code: 'ACTION_NOT_IN_TIER',
          message: 'The tier BASIC has no such action.',
          remedy: 'Choose another action, or tell the seat’s tier if it has changed.',
          retryAt: null,
          limit: null,
        },
      ],
    });
    const { room } = await rules.seat(
      seatId,
      'room(actions: [INMAIL]) { remaining availableAt binding { code } }',
    );
    expect(room).toEqual([{ remaining: 0, availableAt: null, binding: { code: 'ACTION_NOT_IN_TIER' } }]);
    await rules.change('updateSeat', { seatId, tier: 'PREMIUM_CAREER' });
    const { reasons } = await rules.preview(seatId, 'INMAIL');
    expect(reasons.map(({ code }: { code: string }) => code)).not.toContain('ACTION_NOT_IN_TIER');
  });
});

describe('OUTSIDE_WORKING_HOURS', () => {
  const workingHours = { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' };

  it('refuses outside of the seat’s own hours and on its days off, until the next opening', async () => {
    const seatId = await rules.addSeat({ timeZone: 'America/New_York', workingHours });
    const set = { seatId, days: ['2026-11-26', '2026-11-27', '2026-11-26'] };
    const { seat, userErrors } = await rules.change('setDaysOff', set, 'daysOff');
    expect([seat, userErrors]).toEqual([{ daysOff: ['2026-11-26', '2026-11-27'] }, []]);
    await rules.setClock('2026-11-25T23:00:00.000Z');
    const retryAt = '2026-11-30T14:00:00.000Z';
    const refused = await rules.reserve(seatId, 'PROFILE_VIEW');
    expect(refused).toMatchObject({ outcome: 'DENIED', retryAt, certainAt: retryAt });
    expect(refused.reasons).toEqual([
      {
        code: 'OUTSIDE_WORKING_HOURS',
        message: 'It is outside of the seat’s working hours.',
        remedy: 'Send within the working hours of the seat’s time zone, or change them.',
        retryAt,
        limit: null,
      },
    ]);
    expect((await rules.preview(seatId, 'PROFILE_VIEW', { isReply: true })).outcome).toBe('ALLOWED');
    expect((await rules.expectExact(seatId, 'PROFILE_VIEW', retryAt)).outcome).toBe('ALLOWED');
  });

  it('warns outside of the usual hours where the seat has none of its own', async () => {
    const seatId = await rules.addSeat();
    await rules.setClock('2026-12-01T18:00:00.000Z');
    const { outcome, warnings } = await rules.preview(seatId, 'PROFILE_VIEW');
    expect([outcome, warnings[0].code]).toEqual(['ALLOWED', 'OUTSIDE_WORKING_HOURS']);
  });
});

describe('TOO_SOON', () => {
  it('warns of what follows a hold or a send within the recommended gap', async () => {
    const seatId = await rules.addSeat();
    const began = Date.parse('2026-12-02T10:00:00.000Z');
    await rules.setClock(began);
    const { warnings, reservation } = await rules.reserve(seatId, 'FOLLOW');
    expect(warnings).toEqual([]);
    const codesAt = async (ms: number): Promise<string[]> => {
      await rules.setClock(began + ms);
      const preview = await rules.preview(seatId, 'FOLLOW');
      return preview.warnings.map(({ code }: { code: string }) => code);
    };
    expect(await codesAt(10_000)).toEqual(['TOO_SOON']);
    const commit = `mutation ($input: CommitReservationInput!) { commitReservation(input: $input) { userErrors { code } } }`;
    const input = { reservationId: reservation.id };
    await rules.api.data(rules.agency.key, commit, { input });
    expect(await codesAt(99_999)).toEqual(['TOO_SOON']);
    expect(await codesAt(100_000)).toEqual([]);
  });
});

describe('a warm-up', () => {
  it('holds a seat to less, a little more every day, by the exact midnight', async () => {
    await rules.setClock('2026-12-03T10:00:00.000Z');
    const seatId = await rules.addSeat({ timeZone: 'America/New_York', warmUpStartedOn: '2026-12-03' });
    // ⌈12 × 20 / 100⌉ comments on the first day.
    for (let sent = 0; sent < 3; sent += 1) {
      expect((await rules.reserve(seatId, 'COMMENT', { holdSeconds: 86_400 })).outcome).toBe('ALLOWED');
    }
    const refused = await rules.reserve(seatId, 'COMMENT');
    const retryAt = '2026-12-04T10:00:00.000Z';
    // The second day has room for three as well; what is held lapses before the third begins.
    expect(refused).toMatchObject({ outcome: 'DENIED', retryAt });
    expect(refused.reasons).toMatchObject([
      {
        code: 'LIMIT_REACHED',
        remedy: 'Wait: the account is warming up, and its limits grow every day.',
        limit: { origin: 'WARM_UP', max: 3 },
      },
    ]);
    const { usage } = await rules.seat(seatId, 'usage(actions: [FOLLOW]) { limit { max origin } }');
    expect(usage).toContainEqual({ limit: { max: 8, origin: 'WARM_UP' } });
    const more = await rules.seat(seatId, 'room(actions: [FOLLOW]) { remaining }');
    expect(more.room).toEqual([{ remaining: 8 }]);
    expect((await rules.expectExact(seatId, 'COMMENT', retryAt)).outcome).toBe('ALLOWED');
    // Asked of the same standing a day later, nothing of yesterday's ramp is left.
    await rules.setClock('2026-12-05T05:00:00.000Z');
    const grown = await rules.seat(seatId, 'usage(actions: [FOLLOW]) { limit { max origin } }');
    expect(grown.usage).toContainEqual({ limit: { max: 11, origin: 'WARM_UP' } });
  });

  it('can’t begin on a day that is still to come where the seat is', async () => {
    await rules.setClock('2026-12-06T03:00:00.000Z');
    const seatId = await rules.addSeat({ timeZone: 'America/New_York' });
    const start = (warmUpStartedOn: string) => rules.change('updateSeat', { seatId, warmUpStartedOn });
    expect((await start('2026-12-06')).userErrors).toEqual([
      { code: 'INVALID', field: ['input', 'warmUpStartedOn'] },
    ]);
    expect((await start('2026-12-05')).userErrors).toEqual([]);
  });
});
