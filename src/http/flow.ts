import type { Viewer } from '../tenancy/viewer.js';
import type { Budget } from './buckets.js';

/** Bytes that all sockets of an agency send at once, and a second for ever: a thousand that come again with all they subscribe to. As much in long bodies. */
const BYTES_OF_AGENCY: Budget = { atOnce: 33_554_432, aSecond: 2_097_152 };
/** The same of one key or member: a quarter of it. */
const BYTES_OF_CREDENTIAL: Budget = { atOnce: 8_388_608, aSecond: 524_288 };
/** Agencies, keys and members whose bytes are remembered; whoever was let in longest ago is forgotten first. */
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

/** What flows in by agency, and by key or member. */
export class Flows {
  private readonly kept = new Map<string, Flow>();

  /** What counts for whoever it is, all of it to be open before anything is let in. */
  of({ agencyId, credential }: Pick<Viewer, 'agencyId' | 'credential'>): Flow[] {
    const ofAgency = this.named(agencyId, BYTES_OF_AGENCY);
    return credential ? [ofAgency, this.named(credential.id, BYTES_OF_CREDENTIAL)] : [ofAgency];
  }

  private named(name: string, budget: Budget): Flow {
    const flow = this.kept.get(name) ?? new Flow(budget);
    this.kept.delete(name);
    this.kept.set(name, flow);
    const [oldest] = this.kept.keys();
    if (this.kept.size > FLOWS_MAX && oldest !== undefined) this.kept.delete(oldest);
    return flow;
  }
}
