import { Stopping, TooManyOpen } from '../errors.js';
import type { Ringing } from './alarms.js';
import type { Timekeeper } from './timekeeper.js';

/** What a feed keeps of an agency that somebody watches. */
export interface WatchedAgency {
  readonly agencyId: string;
  /** How many watch it, or are about to. */
  readonly watchers: number;
  close(): void;
}

/** What an agency asks of the feed that it is part of. */
export interface AgencyHome<Agency> {
  /** Something of the agency is to be read. */
  due(agency: Agency): void;
  /** Rings after so many milliseconds, unless it is cancelled. */
  later(what: Ringing, ms: number): void;
  cancel(what: Ringing): void;
  /** Rings at an instant of the database's clock; null takes that back. */
  wake(what: Ringing, at: number | null): void;
  /** Nobody watches it any more. */
  empty(agency: Agency): void;
}

export interface FeedParts {
  readonly timekeeper: Timekeeper;
  /** Told of what could not be read; it is tried again. */
  readonly onFailure: (error: unknown) => void;
  /** Most subscriptions of this process. */
  readonly subscriptionsMax?: number;
}

/** An agency, and the following of its book, which whoever subscribes waits for. */
export interface Followed<Agency> {
  readonly agency: Agency;
  readonly following: Promise<void>;
}

/** Agencies that are read at once; the others come next. */
const AGENCIES_AT_ONCE_MAX = 100;
/** A few kilobytes each. */
const SUBSCRIPTIONS_MAX = 50_000;
const FULL_RETRY_AFTER_MS = 5_000;

/**
 * The agencies that somebody of this process watches, each followed once, and read when something of it is due: all that are
 * due in one go, one reading after the other. What nobody watches is neither kept nor read.
 */
export abstract class AgencyFeed<Agency extends WatchedAgency> {
  private readonly followed = new Map<string, Followed<Agency>>();
  private readonly due = new Set<Agency>();
  private reading: Promise<void> | null = null;
  private isClosed = false;

  constructor(
    /** What is subscribed to, in a word. */
    private readonly what: string,
    private readonly feed: FeedParts,
  ) {}

  /** How many subscribe. */
  get subscribers(): number {
    return [...this.followed.values()].reduce((sum, { agency: { watchers } }) => sum + watchers, 0);
  }

  /** Ends all subscriptions. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const { agency } of [...this.followed.values()]) agency.close();
    await this.reading;
  }

  protected abstract make(agencyId: string, home: AgencyHome<Agency>): Agency;

  /** Begins to follow the book of an agency. */
  protected abstract follow(agency: Agency): Promise<void>;

  /** Reads what is due of some agencies. It throws nothing. */
  protected abstract read(agencies: readonly Agency[]): Promise<void>;

  /** An agency to subscribe to. Throws THROTTLED where too many subscribe. */
  protected join(agencyId: string): Followed<Agency> {
    const { subscriptionsMax = SUBSCRIPTIONS_MAX } = this.feed;
    this.refuseIfClosed();
    if (this.subscribers >= subscriptionsMax) {
      throw new TooManyOpen(`Too many subscribe to ${this.what} at once.`, FULL_RETRY_AFTER_MS);
    }
    const known = this.followed.get(agencyId);
    if (known) return known;
    const agency = this.make(agencyId, this.home());
    const following = this.follow(agency);
    const followed = { agency, following };
    this.followed.set(agencyId, followed);
    // Whoever waits for it is told; whoever comes next begins anew.
    following.catch(() => this.forget(agency));
    return followed;
  }

  protected refuseIfClosed(): void {
    if (!this.isClosed) return;
    throw new Stopping(FULL_RETRY_AFTER_MS);
  }

  protected agencyOf(agencyId: string): Agency | undefined {
    return this.followed.get(agencyId)?.agency;
  }

  /** Something of an agency is to be read. Whatever becomes due in this turn of the event loop is read with it. */
  protected isDue(agency: Agency): void {
    this.due.add(agency);
    this.readSoon();
  }

  /** What could not be read is of no interest any more once all is over. */
  protected hasFailed(error: unknown): void {
    if (!this.isClosed) this.feed.onFailure(error);
  }

  private home(): AgencyHome<Agency> {
    const { timekeeper } = this.feed;
    return {
      due: (agency) => this.isDue(agency),
      later: (what, ms) => timekeeper.later(what, ms),
      cancel: (what) => timekeeper.cancel(what),
      wake: (what, at) => timekeeper.wake(what, at),
      empty: (agency) => {
        this.due.delete(agency);
        this.forget(agency);
      },
    };
  }

  private forget(agency: Agency): void {
    if (this.agencyOf(agency.agencyId) === agency) this.followed.delete(agency.agencyId);
  }

  private readSoon(): void {
    this.reading ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.readOn())
      .finally(() => {
        this.reading = null;
        if (this.due.size > 0 && !this.isClosed) this.readSoon();
      });
  }

  /** What becomes due meanwhile is read next. */
  private async readOn(): Promise<void> {
    while (this.due.size > 0 && !this.isClosed) {
      const some = [...this.due].slice(0, AGENCIES_AT_ONCE_MAX);
      for (const agency of some) this.due.delete(agency);
      await this.read(some);
    }
  }
}
