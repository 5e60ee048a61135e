import type { Role } from '../quota/words.js';
import type { Budget, Buckets, Taken } from './buckets.js';

/** Who uses up a budget: keys of one role of an agency share it. */
export interface Caller {
  readonly agencyId: string;
  readonly role: Role;
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
  constructor(
    private readonly buckets: Buckets,
    private readonly budgets: Readonly<Record<Role, Budget>> = BUDGETS,
  ) {}

  async take({ agencyId, role }: Caller, cost: number): Promise<Taken & { readonly budget: Budget }> {
    const budget = this.budgets[role];
    const taken = await this.buckets.take(`cost ${agencyId} ${role}`, cost, budget);
    return { ...taken, budget };
  }
}
