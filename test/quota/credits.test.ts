import { nextGrantDue, creditRuleOf } from '../../src/quota/credit-days.js';
import { Purse } from '../../src/quota/credits.js';
import { DAY } from '../../src/quota/window.js';
import type { LinkedInTier } from '../../src/quota/words.js';
import { at, purseAt, send, termsOf, told } from './purses.js';

describe('P12: the days of grants', () => {
  const grantsOf = (
    tier: LinkedInTier,
    timeZone: string,
    renewOn: string,
    lastDay: string,
    count: number,
  ) => {
    const terms = termsOf({ tier, timeZone, renewOn });
    const rule = creditRuleOf(terms, 0)!;
    const instants: string[] = [];
    for (let day = lastDay; instants.length < count;) {
      const due = nextGrantDue(terms, rule, { addedOn: '2026-01-10', lastDay: day });
      day = due.day;
      instants.push(new Date(due.at).toISOString().replace(':00.000Z', 'Z'));
    }
    return instants;
  };

  it.each([
    [
      'the 31st is the last day of shorter months, and the 31st again behind them',
      ...['PREMIUM_CAREER', 'UTC', '2027-01-31', '2027-01-31'],
      ['2027-02-28T00:00Z', '2027-03-31T00:00Z', '2027-04-30T00:00Z', '2027-05-31T00:00Z'],
    ],
    [
      'a leap year has a 29th of February',
      ...['RECRUITER_LITE', 'UTC', '2028-01-30', '2028-01-30'],
      ['2028-02-29T00:00Z', '2028-03-30T00:00Z'],
    ],
    [
      'a day begins by the clocks of its zone, winter and summer',
      ...['PREMIUM_BUSINESS', 'Europe/Madrid', '2027-03-28', '2027-03-27'],
      ['2027-03-27T23:00Z', '2027-04-27T22:00Z'],
    ],
    [
      'a missing midnight is the jump over it',
      ...['PREMIUM_BUSINESS', 'America/Santiago', '2027-08-05', '2027-08-31'],
      ['2027-09-05T04:00Z', '2027-10-05T03:00Z'],
    ],
    [
      'Sales Navigator is granted on the first in UTC, wherever the seat is',
      ...['SALES_NAVIGATOR', 'America/Los_Angeles', '2027-01-15', '2027-01-31'],
      ['2027-02-01T00:00Z', '2027-03-01T00:00Z'],
    ],
    [
      'none comes before the day that was told',
      ...['PREMIUM_CAREER', 'UTC', '2027-05-20', '2027-01-31'],
      ['2027-05-20T00:00Z', '2027-06-20T00:00Z'],
    ],
    [
      'a day that was told long ago still tells the day of the month',
      ...['PREMIUM_CAREER', 'UTC', '2025-05-31', '2027-01-31'],
      ['2027-02-28T00:00Z', '2027-03-31T00:00Z'],
    ],
  ] as [string, LinkedInTier, string, string, string, string[]][])(
    '%s',
    (_, tier, zone, renewOn, lastDay, instants) => {
      expect(grantsOf(tier, zone, renewOn, lastDay, instants.length)).toEqual(instants);
    },
  );
});

describe('a purse', () => {
  it('of a new seat is empty until its next grant, on the day it was added', () => {
    const purse = purseAt('2026-02-09T23:59:59.999Z');
    expect(purse.balance).toBe(0);
    expect(purse.nextGrant()).toEqual({ at: at('2026-02-10T00:00Z'), amount: 5 });
    purse.advance(at('2026-02-10T00:00Z'));
    expect(purse.balance).toBe(5);
    expect(told(purse)).toEqual(['2026-02-10T00:00:00.000Z GRANT 5 = 5']);
  });

  it('has its opening credits as one lot of that instant', () => {
    const purse = purseAt('2026-01-10T12:00Z', { openingCredits: 7 });
    expect(told(purse)).toEqual(['2026-01-10T12:00:00.000Z OPENING 7 = 7']);
    expect(purse.lotsInOrder()).toMatchObject([{ amount: 7, expiresAt: at('2026-01-10T12:00Z') + 90 * DAY }]);
  });

  it('keeps no more than the keep: what a grant has above it is lost', () => {
    const purse = purseAt('2026-02-10T00:00Z', { openingCredits: 12 });
    expect(told(purse).slice(1)).toEqual([
      '2026-02-10T00:00:00.000Z GRANT 3 = 15',
      '2026-02-10T00:00:00.000Z LOST 2 = 15 KEEP',
    ]);
    expect(purse.keep).toBe(15);
  });

  it('expires before it is granted at one instant, so that the grant has the room', () => {
    // 90 days of 86,400 s after the 1st of January lies the 1st of April, whatever the clocks did.
    const addedAt = at('2027-01-01T00:00Z');
    const purse = purseAt('2027-03-31T23:59:59.999Z', { addedAt, openingCredits: 15, renewOn: '2027-04-01' });
    expect(purse.balance).toBe(15);
    purse.advance(at('2027-04-01T00:00Z'));
    expect(told(purse).slice(1)).toEqual([
      '2027-04-01T00:00:00.000Z LOST 15 = 0 EXPIRED',
      '2027-04-01T00:00:00.000Z GRANT 5 = 5',
    ]);
  });

  it('grants what the contract says, where it says otherwise; nothing where it says 0', () => {
    expect(purseAt('2026-02-10T00:00Z', { perMonth: 9 }).balance).toBe(9);
    const none = purseAt('2026-05-10T00:00Z', { perMonth: 0 });
    expect([none.balance, none.nextGrant(), told(none)]).toEqual([0, null, []]);
  });

  it('spends the oldest expiry first', () => {
    const purse = purseAt('2026-03-10T00:00Z', { openingCredits: 1 });
    expect([1, 2, 3].map((send_) => send(purse, `c${send_}`, at('2026-03-10T00:00Z')))).toEqual([1, 1, 1]);
    expect(purse.lotsInOrder().map(({ amount, remaining }) => [amount, remaining])).toEqual([
      [1, 0],
      [5, 3],
      [5, 5],
    ]);
  });

  it('is the same whenever somebody looks', () => {
    const once = purseAt('2027-01-10T00:00Z', { openingCredits: 4 });
    const often = purseAt('2026-01-10T12:00Z', { openingCredits: 4 });
    let kept = often;
    for (let day = at('2026-01-11T00:00Z'); day <= at('2027-01-10T00:00Z'); day += DAY) {
      kept = kept.copy();
      kept.advance(day);
    }
    expect(kept.state()).toEqual(once.state());
  });

  it('is what was told, in the place of all that was there', () => {
    const purse = purseAt('2026-03-11T00:00Z', { openingCredits: 4 });
    told(purse);
    purse.set(2, 'seat');
    expect(told(purse)).toEqual(['2026-03-11T00:00:00.000Z SET 2 = 2']);
    expect(purse.lotsInOrder()).toMatchObject([{ grantedAt: at('2026-03-11T00:00Z'), remaining: 2 }]);
  });

  it.each([
    ['sent before the balance was told', { committed: false }, -1, 0],
    ['sent at that very instant', { committed: false }, 0, 0],
    ['sent after it', { committed: false }, 1, 1],
    ['committed, whenever it was sent', { committed: true }, -1, 1],
  ])('gives an InMail that was %s its credit, or none', (_, how, later, taken) => {
    const purse = purseAt('2026-03-11T00:00Z');
    purse.set(2, 'seat');
    purse.advance(at('2026-03-12T00:00Z'));
    expect(send(purse, 'c', at('2026-03-11T00:00Z') + later, how)).toBe(taken);
  });

  it('is never below 0', () => {
    const purse = purseAt('2026-03-11T00:00Z');
    expect(send(purse, 'c', at('2026-03-11T00:00Z'), { count: 12 })).toBe(10);
    expect(send(purse, 'd', at('2026-03-11T00:00Z'))).toBe(0);
    expect(purse.balance).toBe(0);
  });
});

describe('what comes back', () => {
  const take = { chargeId: 'c', seatId: 'seat', lot: 1, amount: 1 };

  it('goes to the very lot that it was taken from', () => {
    const purse = purseAt('2026-03-10T00:00Z', { openingCredits: 1 });
    send(purse, 'c', at('2026-03-10T00:00Z'));
    send(purse, 'd', at('2026-03-10T00:00Z'));
    expect(purse.giveBack(take)).toBe(1);
    expect(purse.lotsInOrder().map(({ remaining }) => remaining)).toEqual([1, 4, 5]);
  });

  it('is none for a lot that has expired, up to its very instant', () => {
    const purse = purseAt('2026-01-10T12:00Z', { openingCredits: 1, perMonth: 0 });
    send(purse, 'c', at('2026-01-10T12:00Z'));
    const expiry = at('2026-01-10T12:00Z') + 90 * DAY;
    purse.advance(expiry - 1);
    expect(purse.copy().giveBack(take)).toBe(1);
    purse.advance(expiry);
    expect(purse.giveBack(take)).toBe(0);
  });

  it('is no more than was taken from the lot', () => {
    const purse = purseAt('2026-01-10T12:00Z', { openingCredits: 1 });
    expect(purse.giveBack(take)).toBe(0);
  });

  it('is lost above the keep', () => {
    const purse = purseAt('2026-03-10T00:00Z', { openingCredits: 6 });
    send(purse, 'c', at('2026-03-10T00:00Z'));
    purse.advance(at('2026-04-09T00:00Z'));
    send(purse, 'd', at('2026-03-10T00:00Z'), { count: 1 });
    purse.set(15, 'seat');
    expect(purse.giveBack({ ...take, lot: 99 })).toBe(0);
    send(purse, 'e', at('2026-04-09T00:00Z'));
    purse.advance(at('2026-04-10T00:00Z'));
    told(purse);
    const lot = purse.lotsInOrder()[0]!.number;
    expect(purse.giveBack({ ...take, chargeId: 'e', lot })).toBe(0);
    expect(told(purse)).toEqual(['2026-04-10T00:00:00.000Z LOST 1 = 15 KEEP']);
  });
});

describe('a change of tier', () => {
  it('sets the balance to nothing, and grants by the new tier from then on', () => {
    const old = purseAt('2026-02-15T00:00Z');
    old.leave('seat');
    expect(told(old)).toEqual([
      '2026-02-10T00:00:00.000Z GRANT 5 = 5',
      '2026-02-15T00:00:00.000Z LOST 5 = 0 TIER_CHANGED',
    ]);
    const changed = new Purse(old.state(), [termsOf({ tier: 'SALES_NAVIGATOR', openingCredits: 9 })]);
    changed.admit('seat', at('2026-02-15T00:00Z'));
    changed.advance(at('2026-03-01T00:00Z'));
    expect(told(changed)).toEqual(['2026-03-01T00:00:00.000Z GRANT 50 = 50']);
  });

  it('of one seat of a pool takes away what it brought', () => {
    const tier = 'RECRUITER_CORPORATE' as const;
    const pool = purseAt('2026-02-15T00:00Z', { tier }, { tier, seatId: 'other', openingCredits: 7 });
    pool.leave('other');
    expect(pool.balance).toBe(150);
  });
});

describe('a pool', () => {
  it('has the grants and the keeps of all of its seats, each on its day', () => {
    const tier = 'RECRUITER_PROFESSIONAL_SERVICES' as const;
    const pool = purseAt(
      '2026-02-20T00:00Z',
      { tier },
      {
        tier: 'RECRUITER_CORPORATE',
        seatId: 'other',
        renewOn: '2026-02-20',
        addedAt: at('2026-02-01T00:00Z'),
      },
    );
    expect([pool.balance, pool.keep]).toEqual([250, 1_000]);
    expect(pool.nextGrant()).toEqual({ at: at('2026-03-10T00:00Z'), amount: 100 });
    expect(pool.lotsInOrder().map(({ seatId, amount }) => [seatId, amount])).toEqual([
      ['seat', 100],
      ['other', 150],
    ]);
  });

  it('makes no grants after the fact for the days in which a seat was not in it', () => {
    const terms = [{ seatId: 'stays' }, { seatId: 'comes back' }].map((one) =>
      termsOf({ ...one, tier: 'RECRUITER_CORPORATE' }),
    );
    const before = new Purse(null, terms);
    before.advance(at('2026-02-01T00:00Z'));
    const without = new Purse(before.state(), terms.slice(0, 1));
    without.advance(at('2026-03-20T00:00Z'));
    const after = new Purse(without.state(), terms);
    after.advance(at('2026-04-10T00:00Z'));
    expect(after.balance).toBe(150 * 4);
  });
});
