import type { Role } from '../quota/words.js';
import { onlyClientAccountOf, type Viewer } from '../tenancy/viewer.js';
import { MemoryBuckets, type Budget, type Buckets, type Taken } from './buckets.js';

/** Who uses up a budget: keys of one role of an agency share it, those of its clients by the client account that they see. */
export type Caller = Pick<Viewer, 'agencyId' | 'role'> &
  Partial<Pick<Viewer, 'reach' | 'credential' | 'actor'>>;

/** Cost, in fields that may be answered. Those who only look take nothing from those who send. */
const SENDS: Budget = { atOnce: 10_000_000, aSecond: 200_000 };
const READS: Budget = { atOnce: 4_000_000, aSecond: 80_000 };
const READS_ITS_OWN: Budget = { atOnce: 2_000_000, aSecond: 40_000 };
/** Of all clients of an agency together: several times what is one's own, so that none keeps the others out. */
const ALL_CLIENTS: Budget = { atOnce: 10_000_000, aSecond: 200_000 };

/** Of those who show nothing, where they may ask at all: together. */
const NOBODYS: Budget = READS_ITS_OWN;

const BUDGETS: Readonly<Record<Role, Budget>> = {
  OWNER: SENDS,
  ADMIN: SENDS,
  MANAGER: SENDS,
  OPERATOR: SENDS,
  ANALYST: READS,
  CLIENT: READS_ITS_OWN,
};

/** Of a budget, what may be owed to it at most: the rest is let go, so that nobody is sent away for much longer than it takes to fill up. */
const OWED_SHARE_MAX = 0.5;

/** Whose budget it is: those of the same name have one together. */
export function budgetNameOf({ agencyId, role, reach = null, credential = null }: Caller): string {
  if (role !== 'CLIENT') return `${agencyId} ${role}`;
  const clientAccountId = onlyClientAccountOf({ reach });
  // Whoever sees several, or single seats, is none of theirs.
  return `${agencyId} ${role} ${clientAccountId ?? credential?.id ?? ''}`;
}

/** What the roles of each agency may ask for: each operation takes its cost out. */
export class CostLimit {
  /** What callers took who see a part of an agency: told, and bounding nothing, so that however many they are no budget is forgotten. */
  private readonly own: Buckets = new MemoryBuckets();
  /** What was used up and was not there any more, by this process: it is paid before anything else is taken. */
  private readonly owed = new Map<string, number>();

  constructor(
    private readonly buckets: Buckets,
    private readonly budgets: Readonly<Record<Role, Budget>> = BUDGETS,
    private readonly ofAllClients: Budget = ALL_CLIENTS,
  ) {}

  async take(caller: Caller, cost: number): Promise<Taken & { readonly budget: Budget }> {
    const budget = this.budgets[caller.role];
    const name = `cost ${budgetNameOf(caller)}`;
    const settled = await this.settle(name, budget);
    if (settled && settled.retryAfterMs > 0) return { ...settled, budget };
    const taken = await this.buckets.take(name, cost, budget);
    if (taken.retryAfterMs > 0) return { ...taken, budget };
    if (caller.role === 'CLIENT') return { ...(await this.takeOfClients(caller, name, cost, taken)), budget };
    return { ...(await this.toldTo(caller, name, cost, taken)), budget };
  }

  /** What was done already, and turned out to cost more than was told: where it is not there any more it is owed. */
  async pay(caller: Caller, cost: number): Promise<void> {
    if (cost <= 0) return;
    const budget = this.budgets[caller.role];
    const name = `cost ${budgetNameOf(caller)}`;
    this.owe(name, cost, budget);
    await this.settle(name, budget);
    // Nobody owes what all of them have together: the others would wait for it.
    if (caller.role === 'CLIENT') await this.buckets.take(together(caller.agencyId), cost, this.ofAllClients);
  }

  takeOfNobody(cost: number): Promise<Taken> {
    return this.buckets.take('cost nobody', cost, NOBODYS);
  }

  private owe(name: string, cost: number, { atOnce }: Budget): void {
    const owed = (this.owed.get(name) ?? 0) + cost;
    this.owed.set(name, Math.min(owed, Math.floor(atOnce * OWED_SHARE_MAX)));
  }

  /** Null where nothing is owed. */
  private async settle(name: string, budget: Budget): Promise<Taken | null> {
    const owed = this.owed.get(name);
    if (owed === undefined) return null;
    // Whoever comes meanwhile doesn't pay it as well.
    this.owed.delete(name);
    const taken = await this.buckets.take(name, owed, budget);
    if (taken.retryAfterMs > 0) this.owe(name, owed, budget);
    return taken;
  }

  private async takeOfClients(
    { agencyId }: Caller,
    name: string,
    cost: number,
    taken: Taken,
  ): Promise<Taken> {
    const ofAll = await this.buckets.take(together(agencyId), cost, this.ofAllClients);
    if (ofAll.retryAfterMs === 0) return taken;
    // What does not fit takes nothing, here as well.
    const own = await this.buckets.take(name, -cost, this.budgets.CLIENT);
    return { ...own, retryAfterMs: ofAll.retryAfterMs };
  }

  /**
   * What is left to all of them would tell one who sees a part of the agency how much is asked for the others: it is told what
   * is left of it besides what it took itself.
   */
  private async toldTo(
    { role, reach = null, actor = '' }: Caller,
    name: string,
    cost: number,
    taken: Taken,
  ): Promise<Taken> {
    if (reach === null) return taken;
    const { remaining, resetMs } = await this.own.take(`${name} ${actor}`, cost, this.budgets[role]);
    return { ...taken, remaining, resetMs };
  }
}

/** The budget of all clients of an agency. */
function together(agencyId: string): string {
  return `cost ${agencyId} CLIENTS`;
}
