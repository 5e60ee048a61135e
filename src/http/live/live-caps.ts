import { onlyLooksOn } from '../../tenancy/roles.js';
import { firstAccountOf, type Viewer } from '../../tenancy/viewer.js';
import { budgetNameOf } from '../bounds/cost-limit.js';

/**
 * How much of what stays open a process holds: in all, for an agency, for those of it who see a part of it, and of one client account of
 * it, for those who only look on, for the CLIENTs of one client account, and for one key or member. Whoever looks on leaves those who send
 * their half, one client account the others theirs, and all of them a quarter to whoever sees the whole.
 */
interface Bounds {
  readonly all: number;
  readonly agency: number;
  readonly parts: number;
  readonly account: number;
  readonly onlookers: number;
  readonly clients: number;
  readonly credential: number;
}

const CONNECTIONS: Bounds = {
  ...{ all: 20_000, agency: 1_000, parts: 750, account: 500 },
  ...{ onlookers: 500, clients: 250, credential: 100 },
};
const SUBSCRIPTIONS: Bounds = {
  ...{ all: 100_000, agency: 5_000, parts: 3_750, account: 2_500 },
  ...{ onlookers: 2_500, clients: 1_250, credential: 500 },
};

/** Counts what stays open, and says where there is too much of it. Each in this process by itself. */
export class LiveCaps {
  readonly connections = new Cap(CONNECTIONS);
  readonly subscriptions = new Cap(SUBSCRIPTIONS);
}

class Cap {
  private readonly counts = new Map<string, number>();

  constructor(private readonly bounds: Bounds) {}

  get count(): number {
    return this.counts.get('all') ?? 0;
  }

  /** Takes a place, and answers with what gives it back; null where there is none left. */
  take(viewer: Viewer): (() => void) | null {
    const { agencyId, role, reach, credential } = viewer;
    const places: [name: string, max: number][] = [
      ['all', this.bounds.all],
      [`agency ${agencyId}`, this.bounds.agency],
    ];
    if (reach) {
      places.push([`parts ${agencyId}`, this.bounds.parts]);
      places.push([`account ${agencyId} ${firstAccountOf(reach)}`, this.bounds.account]);
    }
    if (onlyLooksOn(role)) places.push([`onlookers ${agencyId}`, this.bounds.onlookers]);
    if (role === 'CLIENT') places.push([`clients ${budgetNameOf(viewer)}`, this.bounds.clients]);
    // What came with none is of nobody: it counts for its agency alone.
    if (credential) places.push([`${credential.kind} ${credential.id}`, this.bounds.credential]);
    if (places.some(([name, max]) => (this.counts.get(name) ?? 0) >= max)) return null;
    for (const [name] of places) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      for (const [name] of places) this.giveBack(name);
    };
  }

  private giveBack(name: string): void {
    const left = (this.counts.get(name) ?? 0) - 1;
    if (left > 0) this.counts.set(name, left);
    else this.counts.delete(name);
  }
}
