import { LRUCache } from 'lru-cache';

/** How much may be taken at once, and how much of it comes back in a second. */
export interface Budget {
  readonly atOnce: number;
  readonly aSecond: number;
}

export interface Taken {
  readonly remaining: number;
  /** Until all of it is there again. */
  readonly resetMs: number;
  /** Until as much is there as was asked for; 0 where it was taken. */
  readonly retryAfterMs: number;
}

/** What callers use up and get back with time, each under a name of its own. What does not fit takes nothing; less than nothing is given back. */
export interface Buckets {
  take(name: string, amount: number, budget: Budget): Promise<Taken>;
}

/** Buckets that are remembered; whoever asked longest ago is forgotten first, and begins anew. */
const KEPT_MAX = 20_000;

/** Buckets of one process, that fill up steadily. `clock`, in milliseconds, is never set back. */
export class MemoryBuckets implements Buckets {
  private readonly kept = new LRUCache<string, { readonly left: number; readonly at: number }>({
    max: KEPT_MAX,
  });

  constructor(private readonly clock: () => number = () => performance.now()) {}

  take(name: string, amount: number, budget: Budget): Promise<Taken> {
    const now = this.clock();
    const { left, at } = this.kept.get(name) ?? { left: budget.atOnce, at: now };
    const filled = Math.min(budget.atOnce, left + ((now - at) * budget.aSecond) / 1_000);
    const fits = amount <= filled;
    const rest = fits ? Math.min(budget.atOnce, filled - amount) : filled;
    this.kept.set(name, { left: rest, at: now });
    const msFor = (missing: number): number => Math.ceil((missing * 1_000) / budget.aSecond);
    return Promise.resolve({
      remaining: Math.floor(rest),
      resetMs: msFor(budget.atOnce - rest),
      retryAfterMs: fits ? 0 : msFor(amount - filled),
    });
  }
}
