import { LRUCache } from 'lru-cache';
import type { Budget } from './buckets.js';
import { budgetNameOf, nameOfParts, type Payer } from './cost-limit.js';

/**
 * Bytes that all sockets of one budget send at once, and a second for ever: a thousand that come again with all they subscribe to. As
 * much in long bodies. Who shares a budget of what operations cost shares this one: whoever only looks takes nothing from those who send.
 */
const BYTES_OF_BUDGET: Budget = { atOnce: 16_777_216, aSecond: 1_048_576 };
/** Of all of a role together who see a part of an agency: twice what is a client account's, so that none keeps the others out. */
const BYTES_OF_PARTS: Budget = { atOnce: 33_554_432, aSecond: 2_097_152 };
/** Of one key or member: half of what is theirs together. */
const BYTES_OF_CREDENTIAL: Budget = { atOnce: 8_388_608, aSecond: 524_288 };
/** Budgets, keys and members whose bytes are remembered; whoever was let in longest ago is forgotten first. */
const FLOWS_MAX = 10_000;

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

  /** Until something is let in. */
  get opensInMs(): number {
    return this.isOpen ? 0 : Math.floor((-this.left * 1_000) / this.budget.aSecond) + 1;
  }

  take(amount: number): void {
    this.left -= amount;
  }
}

/** What flows in by budget, and by key or member. */
export class Flows {
  private readonly kept = new LRUCache<string, Flow>({ max: FLOWS_MAX });

  /** What counts for whoever it is, all of it to be open before anything is let in. */
  of(payer: Payer): Flow[] {
    const { credential } = payer;
    const parts = nameOfParts(payer);
    const flows = [this.named(budgetNameOf(payer), BYTES_OF_BUDGET)];
    if (parts !== null) flows.push(this.named(parts, BYTES_OF_PARTS));
    if (credential) flows.push(this.named(credential.id, BYTES_OF_CREDENTIAL));
    return flows;
  }

  private named(name: string, budget: Budget): Flow {
    const flow = this.kept.get(name) ?? new Flow(budget);
    this.kept.set(name, flow);
    return flow;
  }
}
