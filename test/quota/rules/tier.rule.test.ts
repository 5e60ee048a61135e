import { BUILT_IN_COURSE } from '../../../src/quota/policy/index.js';
import { actionsLackingIn } from '../../../src/quota/rules/tier.rule.js';
import { LINKEDIN_TIERS } from '../../../src/quota/words.js';
import { roomOf } from '../../../src/quota/decide.js';
import { counterOf } from '../../../src/quota/counter.js';
import { rolling } from '../../../src/quota/window.js';
import { askOf, at, bookAt, CLEAR, limitOf, Seat } from '../make.js';

const NOW = at('2026-11-24T10:00:00Z');
const LIMIT = limitOf(3, rolling(60), { counter: counterOf(['INMAIL'], false, rolling(60)) });
const BASIC = { tier: 'BASIC', actionsLacking: ['INMAIL'] } as const;
const REFUSED = { code: 'ACTION_NOT_IN_TIER', facts: { tier: 'BASIC' }, limit: null, retryAt: null };

describe('an action that a tier has not', () => {
  it('is refused by that alone, and no instant will allow it', () => {
    const verdict = new Seat([LIMIT]).ask(NOW, { action: 'INMAIL', tier: BASIC });
    expect(verdict).toEqual({
      outcome: 'DENIED',
      reasons: [REFUSED],
      warnings: [],
      retryAt: null,
      certainAt: null,
    });
  });

  it('leaves every other action and every other tier alone', () => {
    const seat = new Seat([LIMIT, limitOf(3, rolling(60))]);
    expect(seat.ask(NOW, { action: 'DIRECT_MESSAGE', tier: BASIC }).outcome).toBe('ALLOWED');
    const paid = { tier: 'PREMIUM_CAREER', actionsLacking: [] } as const;
    expect(seat.ask(NOW, { action: 'INMAIL', tier: paid }).outcome).toBe('ALLOWED');
  });

  it('is told besides what else stops the seat', () => {
    const states = { ...CLEAR, seatPaused: true };
    const { reasons } = new Seat([LIMIT]).ask(NOW, { action: 'INMAIL', tier: BASIC, states });
    expect(reasons.map(({ code }) => code).sort()).toEqual(['ACTION_NOT_IN_TIER', 'SEAT_PAUSED']);
  });

  it('has no room, and says why', () => {
    const room = roomOf(askOf([LIMIT], { action: 'INMAIL', tier: BASIC }), () => bookAt(NOW, [LIMIT]), NOW);
    expect(room).toEqual({ action: 'INMAIL', remaining: 0, availableAt: null, binding: REFUSED });
  });
});

it.each(LINKEDIN_TIERS)('the policy gives %s InMail where it pays for it', (tier) => {
  expect(actionsLackingIn(BUILT_IN_COURSE.at(NOW), tier)).toEqual(tier === 'BASIC' ? ['INMAIL'] : []);
});
