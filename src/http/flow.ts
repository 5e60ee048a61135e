import type { Budget } from './buckets.js';

/** What comes in, in bounds: the last of it may be more than is left, and nothing more is let in until that has come back. */
export class Flow {
  private left: number;
  private at: number;

  /** `clock`, in milliseconds, is never set back. */
  constructor(
    private readonly budget: Budget,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.left = budget.atOnce;
    this.at = this.clock();
  }

  get isOpen(): boolean {
    const now = this.clock();
    const { atOnce, aSecond } = this.budget;
    this.left = Math.min(atOnce, this.left + ((now - this.at) * aSecond) / 1_000);
    this.at = now;
    return this.left > 0;
  }

  take(amount: number): void {
    this.left -= amount;
  }
}
