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
