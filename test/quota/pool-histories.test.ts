import fc from 'fast-check';
import type { CreditEvent } from '../../src/quota/credit-lots.js';
import { Purse } from '../../src/quota/credits.js';
import { BUILT_IN_POLICIES, PolicyCourse, type Policy } from '../../src/quota/policy/index.js';
import { DAY, HOUR, type Instant } from '../../src/quota/window.js';
import { termsOf } from './purses.js';

const BEGIN = Date.UTC(2026, 1, 1);
const HOURS = 300 * 24;

/** What a version says of the pool's tier. */
interface Says {
  readonly from: Instant;
  readonly perMonth: number;
  readonly keep: number;
  readonly days: number | null;
}

interface Lot {
  readonly number: number;
  readonly ends: Instant;
  readonly seat: string | null;
  left: number;
}

/** A pool as anybody would count it: hour by hour, with a look at every lot and every seat. */
class PlainPool {
  readonly told: string[] = [];
  lots: Lot[] = [];
  private made = 0;
  private now = BEGIN;

  constructor(
    /** The day of the month on which each seat is granted, in UTC. */
    private readonly days: readonly number[],
    private readonly says: readonly Says[],
  ) {}

  until(instant: Instant): void {
    while (this.now < instant) {
      this.now += HOUR;
      this.passHour();
    }
  }

  get left(): number {
    return this.lots.reduce((sum, { left }) => sum + left, 0);
  }

  take(wanted: number): void {
    let toTake = wanted;
    for (const lot of this.lots.toSorted(
      (one, other) => one.ends - other.ends || one.number - other.number,
    )) {
      const amount = Math.min(toTake, lot.left);
      if (amount === 0) continue;
      lot.left -= amount;
      toTake -= amount;
      this.tell('TAKE', amount, 'seat 0');
    }
  }

  set(available: number): void {
    this.lots = [];
    if (available > 0) this.add(available, null);
    this.tell('SET', available, null);
  }

  private get said(): Says {
    return this.says.findLast(({ from }) => from <= this.now)!;
  }

  private passHour(): void {
    const over = this.lots.filter(({ ends }) => ends <= this.now);
    for (const lot of over.toSorted((one, other) => one.number - other.number)) {
      this.lots = this.lots.filter((one) => one !== lot);
      if (lot.left > 0) this.tell('LOST', lot.left, lot.seat);
    }
    const time = new Date(this.now);
    if (time.getUTCHours() > 0) return;
    for (const [seat, day] of this.days.entries()) {
      if (time.getUTCDate() === day) this.grant(`seat ${seat}`);
    }
  }

  private grant(seat: string): void {
    const { perMonth, keep } = this.said;
    const amount = Math.min(perMonth, Math.max(0, keep * this.days.length - this.left));
    if (amount > 0) {
      this.add(amount, seat);
      this.tell('GRANT', amount, seat);
    }
    if (amount < perMonth) this.tell('LOST', perMonth - amount, seat);
  }

  private add(left: number, seat: string | null): void {
    const { days } = this.said;
    this.made += 1;
    this.lots.push({ number: this.made, ends: days === null ? Infinity : this.now + days * DAY, seat, left });
  }

  private tell(kind: string, amount: number, seat: string | null): void {
    this.told.push(`${this.now} ${kind} ${amount} = ${this.left} ${seat}`);
  }
}

/** As the plain pool tells it. */
function lineOf({ at, kind, amount, balance, seatId }: CreditEvent): string {
  return `${at} ${kind} ${amount} = ${balance} ${seatId}`;
}

function courseOf(says: readonly Says[]): PolicyCourse {
  const [base] = BUILT_IN_POLICIES;
  const versions = says.map(({ from, perMonth, keep, days }): Policy => {
    const creditRules = base!.creditRules.map((rule) => ({
      ...rule,
      ...{ perMonth, keep, expiresAfterDays: days },
    }));
    return { ...base!, effectiveFrom: from, creditRules };
  });
  return new PolicyCourse(versions, []);
}

const version = fc.record({
  perMonth: fc.integer({ min: 0, max: 6 }),
  keep: fc.integer({ min: 0, max: 14 }),
  days: fc.constantFrom(null, 20, 31, 59, 90),
});

const scenes = fc.record({
  days: fc.array(fc.constantFrom(1, 2, 2, 15, 28), { minLength: 1, maxLength: 7 }),
  first: version,
  later: fc.array(fc.tuple(fc.integer({ min: 1, max: HOURS }), version), { maxLength: 3 }),
  done: fc.array(
    fc.record({
      after: fc.oneof(fc.nat(5 * 24), fc.nat(70 * 24)),
      what: fc.constantFrom('TAKE' as const, 'TAKE' as const, 'SET' as const, 'COPY' as const),
      count: fc.nat(9),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});

describe('a pool of credits, whatever was done to it', () => {
  it('P12: is what a plain count of every lot and every seat says, under each version in its time', () => {
    fc.assert(
      fc.property(scenes, ({ days, first, later, done }) => {
        const toCome = later.map(([hours, said]) => ({ ...said, from: BEGIN + hours * HOUR }));
        const says = [{ ...first, from: 0 }, ...toCome.toSorted((one, other) => one.from - other.from)];
        const course = courseOf(says);
        const terms = days.map((day, seat) =>
          termsOf({
            ...{ seatId: `seat ${seat}`, tier: 'RECRUITER_CORPORATE', addedAt: BEGIN, course },
            renewOn: `2026-01-${String(day).padStart(2, '0')}`,
          }),
        );
        const plain = new PlainPool(days, says);
        let purse = new Purse(null, terms);
        const told: string[] = [];
        let now = BEGIN;
        for (const { after, what, count } of done) {
          now = Math.min(now + after * HOUR, BEGIN + HOURS * HOUR);
          plain.until(now);
          purse.advance(now);
          const sent = { chargeId: 'c', seatId: 'seat 0', count, sentAt: now, committed: true };
          if (what === 'TAKE') {
            plain.take(count);
            purse.take(sent);
          } else if (what === 'SET') {
            plain.set(count);
            purse.set(count, 'seat 0');
          }
          told.push(...purse.takeEvents().map(lineOf));
          expect(purse.balance).toBe(plain.left);
          if (what === 'COPY') purse = count % 2 === 0 ? purse.copy() : new Purse(purse.state(), terms);
        }
        expect(told).toEqual(plain.told);
      }),
      { numRuns: Number(process.env['HEADROOM_HISTORIES'] ?? 200) },
    );
  });
});
