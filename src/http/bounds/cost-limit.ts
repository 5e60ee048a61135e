import type { Role } from '../../quota/words.js';
import { firstAccountOf, onlyClientAccountOf, type Viewer } from '../../tenancy/viewer.js';
import { MemoryBuckets, type Budget, type Buckets, type Taken } from './buckets.js';
import { OwedBuckets } from './owed-buckets.js';

/** Who uses up a budget: keys of one role of an agency share it, those who see a part of it by the client account that they see. */
export type Payer = Pick<Viewer, 'agencyId' | 'role'> &
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

/** Of what a role has, what those of one client account have who are no clients: whoever may make keys makes as many as they like. */
const SHARE_OF_ACCOUNT = 0.5;

/** Whose budget it is: those of the same name have one together. */
export function budgetNameOf({ agencyId, role, reach = null, credential = null }: Payer): string {
  const name = `${agencyId} ${role}`;
  // A client who sees several, or single seats, is none of theirs.
  if (role === 'CLIENT') return `${name} ${onlyClientAccountOf({ reach }) ?? credential?.id ?? ''}`;
  return reach ? `${name} ${firstAccountOf(reach)}` : name;
}

/** What all of a role have together who see a part of the agency, so that whoever sees the whole has theirs; null for those. */
export function nameOfParts({ agencyId, role, reach = null }: Payer): string | null {
  return role === 'CLIENT' || reach ? `${agencyId} ${role}S` : null;
}

/**
 * What the roles of each agency may ask for. Each operation takes its cost out of what is the payer's, then out of what all of the role
 * have together who see a part of the agency, where it is one of them; and what is left is told.
 */
export class CostLimit {
  private readonly buckets: OwedBuckets;
  /** What callers took who see a part of an agency: told, and bounding nothing, so that however many they are no budget is forgotten. */
  private readonly own: Buckets = new MemoryBuckets();

  constructor(
    buckets: Buckets,
    private readonly budgets: Readonly<Record<Role, Budget>> = BUDGETS,
    private readonly ofAllClients: Budget = ALL_CLIENTS,
  ) {
    this.buckets = new OwedBuckets(buckets);
  }

  async take(payer: Payer, cost: number): Promise<Taken & { readonly budget: Budget }> {
    const budget = this.budgetOf(payer);
    const name = nameOf(payer);
    const taken = await this.buckets.take(name, cost, budget);
    if (taken.retryAfterMs > 0) return { ...taken, budget };
    const ofParts = await this.takeOfParts(payer, cost);
    if (!ofParts || ofParts.retryAfterMs === 0) return { ...(await this.toldTo(payer, cost, taken)), budget };
    // What does not fit takes nothing, here as well.
    const own = await this.buckets.take(name, -cost, budget);
    return { ...own, retryAfterMs: ofParts.retryAfterMs, budget };
  }

  /** What was done already, and turned out to cost more than was told: where it is not there any more it is owed. */
  async pay(payer: Payer, cost: number): Promise<void> {
    if (cost <= 0) return;
    await this.buckets.owe(nameOf(payer), cost, this.budgetOf(payer));
    // Nobody owes what all of them have together: the others would wait for it.
    await this.takeOfParts(payer, cost);
  }

  takeOfNobody(cost: number): Promise<Taken> {
    return this.buckets.take('cost nobody', cost, NOBODYS);
  }

  private budgetOf({ role, reach = null }: Payer): Budget {
    const budget = this.budgets[role];
    if (role === 'CLIENT' || reach === null) return budget;
    return { atOnce: budget.atOnce * SHARE_OF_ACCOUNT, aSecond: budget.aSecond * SHARE_OF_ACCOUNT };
  }

  /** Null for whoever sees the whole. */
  private async takeOfParts(payer: Payer, cost: number): Promise<Taken | null> {
    const { role } = payer;
    const name = nameOfParts(payer);
    const budget = role === 'CLIENT' ? this.ofAllClients : this.budgets[role];
    return name === null ? null : this.buckets.take(`cost ${name}`, cost, budget);
  }

  /**
   * What is left to all of them would tell one who sees a part of a client account how much is asked for the rest of it: it is told
   * what is left of it besides what it took itself.
   */
  private async toldTo(payer: Payer, cost: number, taken: Taken): Promise<Taken> {
    const { role, reach = null, actor = '' } = payer;
    if (role === 'CLIENT' || reach === null) return taken;
    const name = `${nameOf(payer)} ${actor}`;
    const { remaining, resetMs } = await this.own.take(name, cost, this.budgetOf(payer));
    return { ...taken, remaining, resetMs };
  }
}

function nameOf(payer: Payer): string {
  return `cost ${budgetNameOf(payer)}`;
}
