import { DAY, type Instant } from '../../src/quota/window.js';

/** When the credits of PREMIUM_CAREER come, how many, and how many are kept. */
const PER_MONTH = 5;
const KEEP = 15;
const AGE = 90 * DAY;

interface Coin {
  readonly lot: number;
  readonly ends: Instant;
  takenFor: object | null;
}

/** A purse as anybody would count it, coin by coin: granted on the 10th of each month in UTC, from February 2026 on. */
export class PlainCoins {
  private coins: Coin[] = [];
  private lots = 0;
  private grants = 0;
  private settled = new Set<object>();

  static openedAt(at: Instant, opening: number): PlainCoins {
    const purse = new PlainCoins();
    purse.add(at, opening);
    return purse;
  }

  copy(): PlainCoins {
    const copy = new PlainCoins();
    const coins = this.coins.map((coin) => ({ ...coin }));
    return Object.assign(copy, {
      coins,
      lots: this.lots,
      grants: this.grants,
      settled: new Set(this.settled),
    });
  }

  passUntil(at: Instant): void {
    for (let grant = grantDay(this.grants); grant <= at; grant = grantDay(this.grants)) {
      this.expire(grant);
      this.grants += 1;
      this.add(grant, Math.min(PER_MONTH, Math.max(0, KEEP - this.left())));
    }
    this.expire(at);
  }

  left(): number {
    return this.coins.filter(({ takenFor }) => takenFor === null).length;
  }

  take(send: object): void {
    const free = this.coins.filter(({ takenFor }) => takenFor === null);
    const [first] = free.toSorted((one, other) => one.ends - other.ends || one.lot - other.lot);
    if (first) first.takenFor = send;
  }

  /** Back to its lot, once; answers how many came back. */
  back(send: object): number {
    const coin = this.coins.find(({ takenFor }) => takenFor === send);
    if (this.settled.has(send)) return 0;
    this.settled.add(send);
    if (!coin || this.left() >= KEEP) return 0;
    coin.takenFor = null;
    return 1;
  }

  edges(until: Instant): Instant[] {
    const grants = Array.from({ length: 30 }, (_, month) => grantDay(month));
    return [...grants, ...grants.map((at) => at + AGE), ...this.coins.map(({ ends }) => ends)].filter(
      (at) => at <= until,
    );
  }

  private add(at: Instant, count: number): void {
    this.lots += 1;
    for (let one = 0; one < count; one += 1) {
      this.coins.push({ lot: this.lots, ends: at + AGE, takenFor: null });
    }
  }

  private expire(at: Instant): void {
    this.coins = this.coins.filter(({ ends }) => ends > at);
  }
}

function grantDay(months: number): Instant {
  return Date.UTC(2026, 1 + months, 10);
}
