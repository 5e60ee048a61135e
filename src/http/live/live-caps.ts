import { onlyLooksOn } from '../../tenancy/roles.js';
import { type Share, type Shares, sharesOf } from '../../tenancy/shares.js';
import type { Viewer } from '../../tenancy/viewer.js';

/**
 * How much of what stays open a process holds: in all, for an agency, for those of it who only look on, and for one key or member. Whoever
 * looks on leaves those who send their half; and among either one client account leaves the others theirs, and all of them a quarter to
 * whoever sees the whole.
 */
interface Bounds {
  readonly all: number;
  readonly agency: Shares;
  readonly onlookers: Shares;
  readonly credential: number;
}

const CONNECTIONS: Bounds = {
  all: 20_000,
  agency: { whole: 1_000, parts: 750, account: 500 },
  onlookers: { whole: 500, parts: 375, account: 250 },
  credential: 100,
};
const SUBSCRIPTIONS: Bounds = {
  all: 100_000,
  agency: { whole: 5_000, parts: 3_750, account: 2_500 },
  onlookers: { whole: 2_500, parts: 1_875, account: 1_250 },
  credential: 500,
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
    const { role, credential } = viewer;
    const places: Share[] = [['all', this.bounds.all], ...placesOf('agency', viewer, this.bounds.agency)];
    if (onlyLooksOn(role)) places.push(...placesOf('onlookers', viewer, this.bounds.onlookers));
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

/** The places that a viewer takes of what some of an agency share. */
function placesOf(whose: string, viewer: Viewer, shares: Shares): Share[] {
  return sharesOf(viewer, shares).map(([name, max]) => [`${whose} ${viewer.agencyId} ${name}`, max]);
}
