import { Failure, TooManyOpen } from '../errors.js';
import type { NextTouches } from '../services/campaigns/queue.today.js';
import type { Viewer } from '../tenancy/viewer.js';
import { TouchSubscription, type TouchFeedParts } from './touch-subscription.js';

/** Each reads its seat by itself: so many in a process, of one agency, and of one key or member of it. */
const SUBSCRIPTIONS_MAX = 2_000;
const SUBSCRIPTIONS_OF_AGENCY_MAX = 500;
const SUBSCRIPTIONS_OF_CALLER_MAX = 250;
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
    if (this.isClosed) throw new Failure('UNAVAILABLE', 'The server is stopping.', FULL_RETRY_AFTER_MS);
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

  private isFullFor({ agencyId, actor }: Viewer): boolean {
    const ofAgency = [...this.subscriptions].filter(({ viewer }) => viewer.agencyId === agencyId);
    const ofCaller = ofAgency.filter(({ viewer }) => viewer.actor === actor);
    return (
      this.subscribers >= SUBSCRIPTIONS_MAX ||
      ofAgency.length >= SUBSCRIPTIONS_OF_AGENCY_MAX ||
      ofCaller.length >= SUBSCRIPTIONS_OF_CALLER_MAX
    );
  }

  /** Ends all subscriptions. */
  close(): void {
    this.isClosed = true;
    for (const subscription of [...this.subscriptions]) subscription.end();
  }
}
