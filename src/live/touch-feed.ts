import { Stopping, TooManyOpen } from '../errors.js';
import type { NextTouches } from '../services/campaigns/queue.today.js';
import { firstAccountOf, type Viewer } from '../tenancy/viewer.js';
import { TouchSubscription, type TouchFeedParts } from './touch-subscription.js';

/**
 * Each reads its seat by itself: so many in a process, of one agency, of all who have a part of it in view, of those of one client account
 * among them, and of one key or member.
 */
const MAX = { all: 2_000, agency: 500, parts: 375, account: 250, caller: 250 };
const FULL_RETRY_AFTER_MS = 5_000;

/** What is due from seats as it changes: whatever moves the agency's book, in whatever process, and what time alone does. */
export class TouchFeed {
  private readonly subscriptions = new Set<TouchSubscription>();
  private isClosed = false;

  constructor(private readonly parts: TouchFeedParts) {}

  /** How many subscribe. */
  get subscribers(): number {
    return this.subscriptions.size;
  }

  /** How it stands, then each change. Throws what nextTouches throws, and THROTTLED where too many subscribe. */
  async subscribe(viewer: Viewer, seatId: string, first: number): Promise<AsyncIterable<NextTouches>> {
    if (this.isClosed) throw new Stopping(FULL_RETRY_AFTER_MS);
    if (this.isFullFor(viewer)) {
      throw new TooManyOpen('Too many subscribe to touches at once.', FULL_RETRY_AFTER_MS);
    }
    const subscription = new TouchSubscription(this.parts, { viewer, seatId, first }, (ended) =>
      this.subscriptions.delete(ended),
    );
    this.subscriptions.add(subscription);
    try {
      await subscription.begin();
    } catch (error) {
      subscription.end();
      throw error;
    }
    return subscription;
  }

  private isFullFor(viewer: Viewer): boolean {
    const others = [...this.subscriptions].map((one) => one.viewer);
    const ofAgency = others.filter(({ agencyId }) => agencyId === viewer.agencyId);
    const ofCaller = ofAgency.filter(({ actor }) => actor === viewer.actor);
    const isFull = others.length >= MAX.all || ofAgency.length >= MAX.agency || ofCaller.length >= MAX.caller;
    if (isFull || viewer.reach === null) return isFull;
    const account = firstAccountOf(viewer.reach);
    const accounts = ofAgency.flatMap(({ reach }) => (reach ? [firstAccountOf(reach)] : []));
    return accounts.length >= MAX.parts || accounts.filter((one) => one === account).length >= MAX.account;
  }

  /** Ends all subscriptions. */
  close(): void {
    this.isClosed = true;
    for (const subscription of [...this.subscriptions]) subscription.end();
  }
}
