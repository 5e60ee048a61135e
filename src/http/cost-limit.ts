import type { Role } from '../quota/words.js';

/** Who uses up a budget: keys of one role of an agency share it. */
export interface Caller {
  readonly agencyId: string;
  readonly role: Role;
}

/** Cost, in fields that may be answered. */
interface Budget {
  readonly atOnce: number;
  readonly aSecond: number;
}

/** Those who only look take nothing from those who send. In each process by itself. */
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

/** Budgets that are remembered; whoever asked longest ago is forgotten first, and begins anew. */
const CALLERS_KEPT_MAX = 10_000;

interface Taken {
  readonly remaining: number;
  /** Until as much is there; 0 where it was taken. */
  readonly retryAfterMs: number;
  readonly budget: Budget;
}

/** What the roles of each agency may ask for: it fills up steadily, and each operation takes its cost out. */
export class CostLimit {
  private readonly kept = new Map<string, { readonly left: number; readonly at: number }>();

  constructor(private readonly budgets: Readonly<Record<Role, Budget>> = BUDGETS) {}

  /** `now` in milliseconds of a clock that is never set back. What does not fit takes nothing. */
  take({ agencyId, role }: Caller, cost: number, now: number): Taken {
    const budget = this.budgets[role];
    const name = `${agencyId} ${role}`;
    const { left, at } = this.kept.get(name) ?? { left: budget.atOnce, at: now };
    const filled = Math.min(budget.atOnce, left + ((now - at) * budget.aSecond) / 1_000);
    const fits = cost <= filled;
    this.keep(name, { left: fits ? filled - cost : filled, at: now });
    return {
      remaining: Math.floor(fits ? filled - cost : filled),
      retryAfterMs: fits ? 0 : Math.ceil(((cost - filled) * 1_000) / budget.aSecond),
      budget,
    };
  }

  private keep(name: string, state: { readonly left: number; readonly at: number }): void {
    this.kept.delete(name);
    this.kept.set(name, state);
    const [oldest] = this.kept.keys();
    if (this.kept.size > CALLERS_KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
  }
}
