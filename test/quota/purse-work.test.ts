import { PlannedCredits } from '../../src/quota/planned-credits.js';
import type { CreditTerms } from '../../src/quota/credit-days.js';
import type { CreditLot } from '../../src/quota/credit-lots.js';
import { Purse } from '../../src/quota/credits.js';
import { BUILT_IN_POLICIES, PolicyCourse, type Policy } from '../../src/quota/policy/index.js';
import { creditsRule } from '../../src/quota/rules/credits.rule.js';
import { DAY, HOUR, type Instant } from '../../src/quota/window.js';
import { at, termsOf } from './purses.js';

/** How often anybody looked at what a seat's credits follow from, or when a lot expires: work that no clock has to tell. */
class Looks {
  count = 0;
  readonly course: PolicyCourse;

  constructor() {
    const looked = (): void => void (this.count += 1);
    this.course = new (class extends PolicyCourse {
      override at(instant: Instant): Policy {
        looked();
        return super.at(instant);
      }
    })([], BUILT_IN_POLICIES);
  }

  lot(lot: CreditLot): CreditLot {
    const looked = (): void => void (this.count += 1);
    return {
      ...lot,
      get expiresAt() {
        looked();
        return lot.expiresAt;
      },
    };
  }

  during(work: () => void): number {
    const before = this.count;
    work();
    return this.count - before;
  }
}

const NOW = at('2026-06-15T12:00Z');
const LATER = NOW + 390 * DAY;

/** A pool whose seats are granted on days of their own, with the lots of some months. */
function poolOf(seats: number, looks: Looks): Purse {
  const terms = Array.from({ length: seats }, (_, seat): CreditTerms =>
    termsOf({
      ...{ seatId: `seat ${seat}`, tier: 'RECRUITER_CORPORATE', course: looks.course },
      renewOn: `2026-01-${String(1 + (seat % 28)).padStart(2, '0')}`,
    }),
  );
  const grown = new Purse(null, terms);
  grown.advance(NOW);
  const state = grown.state();
  return new Purse({ ...state, lots: state.lots.map((lot) => looks.lot(lot)) }, terms);
}

describe('the work of a pool of credits', () => {
  const SEATS = 200;
  const MONTHS = 13;
  /** A grant or an expiry needs one or two. */
  const LOOKS_A_STEP = 4;

  it('is of the steps that are due, and not of all seats and lots at each', () => {
    const looks = new Looks();
    const pool = poolOf(SEATS, looks);
    const count = looks.during(() => pool.advance(LATER));
    const steps = pool.changes;
    expect(steps).toBeGreaterThan(SEATS * MONTHS);
    expect(count).toBeLessThan(steps * LOOKS_A_STEP);
  });

  it('is that of its time once for a plan, however many are sent', () => {
    const looks = new Looks();
    const pool = poolOf(SEATS, looks);
    const plan = (sends: number) => () => {
      const planned = new PlannedCredits({ purse: pool, holds: [] }, NOW);
      for (let slot = 0; slot < sends; slot += 1) {
        const asked = NOW + (slot * (LATER - NOW)) / sends;
        expect(planned.admitsFrom(asked)).toBe(asked);
        planned.send(asked);
      }
    };
    const [few, many] = [looks.during(plan(20)), looks.during(plan(1_000))];
    const steps = 2 * 2 * SEATS * MONTHS;
    expect(few).toBeLessThan(steps * LOOKS_A_STEP);
    expect(many).toBeLessThan(steps * LOOKS_A_STEP);
  });

  it('is done once for all seats of it that ask what lies ahead', () => {
    const looks = new Looks();
    const pool = poolOf(SEATS, looks);
    pool.set(0, 'seat 0');
    const holds = Array.from({ length: 150 }, (_, hold) => NOW + DAY + hold * HOUR);
    const ask = (seats: number) => () => {
      for (let seat = 0; seat < seats; seat += 1) {
        const rules = (['LAPSE', 'COMMIT'] as const).map((will) =>
          creditsRule({ purse: pool, holds }, NOW, will),
        );
        expect(rules.every((rule) => rule.objectionAt(NOW) !== null && rule.admitsFrom(NOW) !== null)).toBe(
          true,
        );
      }
    };
    const one = looks.during(ask(1));
    expect(one).toBeGreaterThan(0);
    expect(looks.during(ask(100))).toBe(0);
  });

  it('is done anew once anything was done to the purse', () => {
    const pool = poolOf(2, new Looks());
    pool.set(0, 'seat 0');
    const holds: Instant[] = [];
    const admits = () => creditsRule({ purse: pool, holds }, NOW, 'LAPSE').admitsFrom(NOW);
    const [first, second] = [at('2026-07-01T00:00Z'), at('2026-07-02T00:00Z')];
    expect(admits()).toBe(first);
    const send = { chargeId: 'c', seatId: 'seat 0', count: 1, sentAt: NOW, committed: true };
    const changes: [() => void, Instant][] = [
      [() => pool.set(1, 'seat 0'), NOW],
      [() => pool.take(send), first],
      [() => pool.giveBack({ ...send, lot: pool.state().lotsMade, amount: 1 }), NOW],
      [() => pool.set(0, 'seat 0'), first],
      [() => pool.part('seat 0'), second],
      [() => pool.skipDays('seat 1', 'UTC'), second],
      [() => pool.leave('seat 1'), second],
      [() => pool.admit('seat 1', NOW), second],
      // It is no purse of NOW any more, and has what came since.
      [() => pool.advance(second), NOW],
    ];
    for (const [change, admitted] of changes) {
      const before = pool.changes;
      change();
      expect(pool.changes).toBeGreaterThan(before);
      expect(admits()).toBe(admitted);
    }
  });
});
