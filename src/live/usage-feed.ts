import { Failure } from '../errors.js';
import type { Touched } from '../ledger/touched.js';
import type { UsageRead, UsageReader } from '../ledger/usage-reader.js';
import type { Viewer } from '../tenancy/viewer.js';
import { AgencyUsage, type AgencyParts, type Taken } from './agency-usage.js';
import type { BookWatch } from './book-watch.js';
import type { Timekeeper } from './timekeeper.js';
import type { UsageFilter } from './usage-scopes.js';
import type { UsageSubscription } from './usage-subscription.js';

export interface UsageFeedParts {
  readonly books: Pick<BookWatch, 'watch'>;
  readonly reader: Pick<UsageReader, 'read'>;
  readonly timekeeper: Timekeeper;
  /** Told of what could not be read; it is tried again. */
  readonly onFailure: (error: unknown) => void;
  /** Most subscriptions of this process. */
  readonly subscriptionsMax?: number;
}

/** Agencies that are read at once; the others come next. */
const AGENCIES_AT_ONCE_MAX = 100;
/** A few kilobytes each. */
const SUBSCRIPTIONS_MAX = 50_000;
const FULL_RETRY_AFTER_MS = 5_000;

/**
 * Usage as it changes, for all subscribers of this process. The truth is the database: whatever moves a book, in whatever
 * process, and whatever time alone does, leads to the scopes that it may have changed being read anew, all that are due in
 * one go, and those are told who watch one that truly differs. What nobody watches is not read.
 */
export class UsageFeed {
  private readonly agencies = new Map<string, AgencyUsage>();
  private readonly following = new Map<string, Promise<void>>();
  private readonly due = new Set<AgencyUsage>();
  private reading: Promise<void> | null = null;
  private readonly closing = new AbortController();

  constructor(private readonly parts: UsageFeedParts) {}

  /** How many subscribe. */
  get subscribers(): number {
    return [...this.agencies.values()].reduce((sum, { watchers }) => sum + watchers, 0);
  }

  /**
   * Usage as the viewer may see it: of each scope how it stands, then each change. Throws NOT_FOUND where what the filter
   * names does not exist for the viewer, THROTTLED where too many subscribe.
   */
  async subscribe(viewer: Viewer, filter: UsageFilter): Promise<UsageSubscription> {
    const { subscriptionsMax = SUBSCRIPTIONS_MAX } = this.parts;
    this.refuseIfClosed();
    if (this.subscribers >= subscriptionsMax) {
      throw new Failure('THROTTLED', 'Too many subscribe to usage at once.', FULL_RETRY_AFTER_MS);
    }
    const agency = this.agencyOf(viewer.agencyId);
    const following = this.following.get(viewer.agencyId) ?? Promise.resolve();
    const subscription = await agency.subscribe(viewer, filter, following);
    if (subscription) return subscription;
    this.refuseIfClosed();
    throw new Failure('NOT_FOUND', 'There is no such seat or client account.');
  }

  /** A batch says what it touched. It may come late, twice, or never. */
  readonly touched = (touched: Touched): void => {
    this.agencies.get(touched.agencyId)?.linked(touched);
  };

  /** Ends all subscriptions. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const agency of [...this.agencies.values()]) agency.close();
    await this.reading;
  }

  private refuseIfClosed(): void {
    if (!this.closing.signal.aborted) return;
    throw new Failure('UNAVAILABLE', 'The server is stopping.', FULL_RETRY_AFTER_MS);
  }

  private agencyOf(agencyId: string): AgencyUsage {
    const known = this.agencies.get(agencyId);
    if (known) return known;
    const agency = new AgencyUsage(agencyId, this.partsOfAgency());
    this.agencies.set(agencyId, agency);
    const following = this.parts.books
      .watch(agencyId, (position) => agency.moved(position))
      .then((watched) => agency.follow(watched));
    // Whoever subscribes waits for it, and is told.
    following.catch(() => undefined);
    this.following.set(agencyId, following);
    return agency;
  }

  private partsOfAgency(): AgencyParts {
    const { timekeeper } = this.parts;
    return {
      due: (agency) => {
        this.due.add(agency);
        this.readSoon();
      },
      later: (what, ms) => timekeeper.later(what, ms),
      cancel: (what) => timekeeper.cancel(what),
      wake: (what, at) => timekeeper.wake(what, at),
      empty: (agency) => {
        this.due.delete(agency);
        if (this.agencies.get(agency.agencyId) !== agency) return;
        this.agencies.delete(agency.agencyId);
        this.following.delete(agency.agencyId);
      },
    };
  }

  private readSoon(): void {
    // Whatever else becomes due in this turn of the event loop is read with it.
    this.reading ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.readOn())
      .finally(() => {
        this.reading = null;
        if (this.due.size > 0 && !this.closing.signal.aborted) this.readSoon();
      });
  }

  /** What becomes due meanwhile is read next. */
  private async readOn(): Promise<void> {
    while (this.due.size > 0 && !this.closing.signal.aborted) {
      const taken = new Map<AgencyUsage, Taken>();
      for (const agency of [...this.due].slice(0, AGENCIES_AT_ONCE_MAX)) {
        this.due.delete(agency);
        const one = agency.take();
        if (!one.isLast) this.due.add(agency);
        taken.set(agency, one);
      }
      await this.readTaken(taken);
    }
  }

  private async readTaken(taken: ReadonlyMap<AgencyUsage, Taken>): Promise<void> {
    const read = await this.ask([...taken.values()]);
    for (const [agency, one] of taken) {
      const found = read instanceof Error ? read : read.agencies.get(agency.agencyId);
      if (found && !(found instanceof Error)) {
        agency.found(found, one);
        continue;
      }
      const error = found ?? new Failure('NOT_FOUND', 'There is no such agency.');
      this.parts.onFailure(error);
      agency.failed(error, one);
    }
  }

  private async ask(taken: readonly Taken[]): Promise<UsageRead | Error> {
    try {
      const read = await this.parts.reader.read(taken.map(({ asked }) => asked));
      this.parts.timekeeper.hear(read.clock);
      return read;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error), { cause: error });
    }
  }
}
