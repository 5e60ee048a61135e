import fc from 'fast-check';
import { Purse } from '../../src/quota/credits.js';
import { DAY, HOUR, type Instant } from '../../src/quota/window.js';
import { at, termsOf } from './purses.js';

/** One credit, plainly: when it came, of which coming, when it ends, and what it is with. */
interface Credit {
  readonly came: Instant;
  readonly lot: number;
  readonly ends: Instant;
  takenBy: string | null;
}

const ADDED = at('2026-01-31T09:00Z');
const PER_MONTH = 5;
const KEEP = 15;
const END_OF_DAY_31 = [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Grants of the 31st in UTC, written down by hand: the last day of each month. */
const GRANTS = END_OF_DAY_31.map((day, month) => Date.UTC(2026, month + 1, day));

/** A purse as anybody would count it: coin by coin, hour by hour, with no state but the coins. */
class PlainPurse {
  credits: Credit[] = [];
  private lots = 0;
  private granted = 0;
  private now = ADDED;

  until(instant: Instant): void {
    for (; this.now <= instant; this.now += HOUR) this.passHour();
  }

  private passHour(): void {
    this.credits = this.credits.filter(({ ends }) => ends > this.now);
    const due = GRANTS[this.granted];
    if (due === undefined || due > this.now) return;
    this.granted += 1;
    this.add(Math.min(PER_MONTH, Math.max(0, KEEP - this.left())));
  }

  add(count: number): void {
    if (count === 0) return;
    this.lots += 1;
    for (let one = 0; one < count; one += 1) {
      this.credits.push({ came: this.now, lot: this.lots, ends: this.now + 90 * DAY, takenBy: null });
    }
  }

  left(): number {
    return this.credits.filter(({ takenBy }) => takenBy === null).length;
  }

  take(by: string): void {
    const free = this.credits.filter(({ takenBy }) => takenBy === null);
    const [first] = free.toSorted((one, other) => one.ends - other.ends || one.lot - other.lot);
    if (first) first.takenBy = by;
  }

  back(by: string): boolean {
    const credit = this.credits.find(({ takenBy }) => takenBy === by);
    if (!credit || this.left() >= KEEP) return false;
    credit.takenBy = null;
    return true;
  }

  set(count: number): void {
    this.credits = [];
    this.at(() => this.add(count));
  }

  /** At the hour that was passed last. */
  private at(work: () => void): void {
    this.now -= HOUR;
    work();
    this.now += HOUR;
  }
}

const step = fc.record({
  hours: fc.integer({ min: 0, max: 900 }),
  kind: fc.constantFrom('SEND', 'SEND', 'SEND', 'BACK', 'SET'),
  number: fc.nat(20),
});

describe('a purse over months', () => {
  it('is what plain counting says, whatever is sent, answered and told', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(9), (steps, opening) => {
        const purse = new Purse(null, [termsOf({ addedAt: ADDED, openingCredits: opening })]);
        purse.advance(ADDED);
        const plain = new PlainPurse();
        plain.add(opening);
        plain.until(ADDED);
        let now = ADDED;
        const sent: string[] = [];
        const takes = new Map<string, number>();
        for (const { hours, kind, number } of steps) {
          now += hours * HOUR;
          if (now > Date.UTC(2026, 11, 20)) break;
          purse.advance(now);
          plain.until(now);
          if (kind === 'SEND') {
            const chargeId = String(sent.length);
            sent.push(chargeId);
            purse.takeEvents();
            purse.take({ chargeId, seatId: 'seat', count: 1, sentAt: now, committed: true });
            const [event] = purse.takeEvents();
            if (event?.lot) takes.set(chargeId, event.lot);
            plain.take(chargeId);
          } else if (kind === 'BACK') {
            const chargeId = String(number);
            const lot = takes.get(chargeId);
            const given = lot ? purse.giveBack({ chargeId, seatId: 'seat', lot, amount: 1 }) : 0;
            expect(given).toBe(plain.back(chargeId) ? 1 : 0);
            if (given === 1) takes.delete(chargeId);
          } else {
            purse.set(number, 'seat');
            plain.set(number);
          }
          expect(purse.balance).toBe(plain.left());
        }
      }),
      { numRuns: 120 },
    );
  });
});
