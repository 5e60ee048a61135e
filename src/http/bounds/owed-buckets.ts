import type { Budget, Buckets, Taken } from './buckets.js';

/** Of a budget, what may be owed to it at most: the rest is let go, so that nobody is sent away for much longer than it takes to fill up. */
const OWED_SHARE_MAX = 0.5;

/**
 * Buckets of which something may be used up that is not there any more: it is owed, to this process, and paid before anything else is
 * taken of the same name. Nothing is let in until then.
 */
export class OwedBuckets implements Buckets {
  private readonly owed = new Map<string, number>();

  constructor(private readonly buckets: Buckets) {}

  async take(name: string, amount: number, budget: Budget): Promise<Taken> {
    // What is given back waits for nothing: there is the more to pay with.
    if (amount < 0) return this.buckets.take(name, amount, budget);
    const settled = await this.settle(name, budget);
    if (settled && settled.retryAfterMs > 0) return settled;
    return this.buckets.take(name, amount, budget);
  }

  /** Takes what was used up already, or as much of it as may be owed. */
  async owe(name: string, amount: number, budget: Budget): Promise<void> {
    this.note(name, amount, budget);
    await this.settle(name, budget);
  }

  private note(name: string, amount: number, { atOnce }: Budget): void {
    const owed = (this.owed.get(name) ?? 0) + amount;
    this.owed.set(name, Math.min(owed, Math.floor(atOnce * OWED_SHARE_MAX)));
  }

  /** Null where nothing is owed. */
  private async settle(name: string, budget: Budget): Promise<Taken | null> {
    const owed = this.owed.get(name);
    if (owed === undefined) return null;
    // Whoever comes meanwhile doesn't pay it as well.
    this.owed.delete(name);
    const taken = await this.buckets.take(name, owed, budget);
    if (taken.retryAfterMs > 0) this.note(name, owed, budget);
    return taken;
  }
}
