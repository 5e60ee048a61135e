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
