import { byExpiry, type CreditLot } from './credit-lots.js';
import { putInOrder } from './in-order.js';

/**
 * The lots of a purse, in the order in which they are spent, which is that in which they expire: what comes next is found
 * without a look at the others, however many there are.
 */
export class PurseLots {
  private left = 0;
  /** All before this place have nothing left. */
  private spent = 0;
  private changed = 0;

  private constructor(private readonly lots: CreditLot[]) {}

  static of(lots: readonly CreditLot[]): PurseLots {
    const made = new PurseLots(lots.toSorted(byExpiry));
    made.left = lots.reduce((sum, { remaining }) => sum + remaining, 0);
    return made;
  }

  copy(): PurseLots {
    return Object.assign(new PurseLots([...this.lots]), {
      ...{ left: this.left, spent: this.spent, changed: this.changed },
    });
  }

  /** How often anything was changed. */
  get changes(): number {
    return this.changed;
  }

  get balance(): number {
    return this.left;
  }

  inOrder(): readonly CreditLot[] {
    return this.lots;
  }

  /** In the order in which they came. */
  asTheyCame(): CreditLot[] {
    return this.lots.toSorted((one, other) => one.number - other.number);
  }

  find(number: number): CreditLot | undefined {
    return this.lots.find((lot) => lot.number === number);
  }

  /** The one that expires next, if any does. */
  get nextToExpire(): CreditLot | undefined {
    return this.lots[0];
  }

  /** The one that is spent next. */
  get nextToSpend(): CreditLot | undefined {
    while (this.lots[this.spent]?.remaining === 0) this.spent += 1;
    return this.lots[this.spent];
  }

  add(lot: CreditLot): void {
    this.changed += 1;
    this.spent = Math.min(this.spent, putInOrder(this.lots, lot, byExpiry));
    this.left += lot.remaining;
  }

  /** What is left of one is another number from now on. */
  leave(lot: CreditLot, remaining: number): void {
    this.changed += 1;
    const place = this.placeOf(lot);
    this.lots[place] = { ...lot, remaining };
    this.left += remaining - lot.remaining;
    this.spent = Math.min(this.spent, place);
  }

  remove(lot: CreditLot): void {
    this.changed += 1;
    const place = this.placeOf(lot);
    if (place === 0) this.lots.shift();
    else this.lots.splice(place, 1);
    this.left -= lot.remaining;
    if (place < this.spent) this.spent -= 1;
  }

  clear(): void {
    this.changed += 1;
    this.lots.length = 0;
    this.left = 0;
    this.spent = 0;
  }

  private placeOf(lot: CreditLot): number {
    if (this.lots[0] === lot) return 0;
    return this.lots[this.spent] === lot ? this.spent : this.lots.indexOf(lot);
  }
}
