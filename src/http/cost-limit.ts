import type { Role } from '../quota/words.js';
import { MemoryBuckets, type Budget, type Buckets, type Taken } from './buckets.js';

/** Who uses up a budget: keys of one role of an agency share it. */
export interface Caller {
  readonly agencyId: string;
  readonly role: Role;
  /** What of the agency it sees; null or left out for all of it. */
  readonly reach?: object | null;
  /** Who it is among those. */
  readonly actor?: string;
}

/** Cost, in fields that may be answered. Those who only look take nothing from those who send. */
const SENDS: Budget = { atOnce: 10_000_000, aSecond: 200_000 };
const READS: Budget = { atOnce: 4_000_000, aSecond: 80_000 };
const READS_ITS_OWN: Budget = { atOnce: 2_000_000, aSecond: 40_000 };

const BUDGETS: Readonly<Record<Role, Budget>> = {
  OWNER: SENDS,
  ADMIN: SENDS,
  MANAGER: SENDS,
  OPERATOR: SENDS,
  ANALYST: READS,
  CLIENT: READS_ITS_OWN,
};

/** What the roles of each agency may ask for: each operation takes its cost out. */
export class CostLimit {
  /** What callers took who see a part of an agency: told, and bounding nothing, so that however many they are no budget is forgotten. */
  private readonly own: Buckets = new MemoryBuckets();

  constructor(
    private readonly buckets: Buckets,
    private readonly budgets: Readonly<Record<Role, Budget>> = BUDGETS,
  ) {}

  async take(caller: Caller, cost: number): Promise<Taken & { readonly budget: Budget }> {
    const { agencyId, role, reach = null, actor = '' } = caller;
    const budget = this.budgets[role];
    const name = `cost ${agencyId} ${role}`;
    const taken = await this.buckets.take(name, cost, budget);
    if (reach === null || taken.retryAfterMs > 0) return { ...taken, budget };
    // What is left to all of them would tell one who sees a part of the agency how much is asked for the others: it is told what is left of
    // it besides what it took itself.
    const { remaining, resetMs } = await this.own.take(`${name} ${actor}`, cost, budget);
    return { ...taken, remaining, resetMs, budget };
  }
}
