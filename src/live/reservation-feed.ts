import { Failure } from '../errors.js';
import { reachesBackTo, type ReservationFilter } from '../ledger/reservation-changes.js';
import type { ReservationReader } from '../ledger/reservation-reader.js';
import type { Viewer } from '../tenancy/viewer.js';
import { AgencyReservations, type ReservationParts } from './agency-reservations.js';
import type { BookWatch } from './book-watch.js';
import { ReservationSubscription, type StreamPosition } from './reservation-subscription.js';
import type { Timekeeper } from './timekeeper.js';

export interface ReservationFeedParts {
  readonly books: Pick<BookWatch, 'watch'>;
  readonly reader: ReservationReader;
  readonly timekeeper: Timekeeper;
  /** Told of what could not be read; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

const RETRY_MS = 500;
const AGENCIES_AT_ONCE_MAX = 100;
const SUBSCRIPTIONS_MAX = 50_000;
const FULL_RETRY_AFTER_MS = 5_000;

/**
 * What becomes of reservations, for all subscribers of this process: one look at the books for all of them, whenever a book
 * moved or a hold expired, whatever process did it. What nobody watches is not read.
 */
export class ReservationFeed {
  private readonly agencies = new Map<string, AgencyReservations>();
  private readonly following = new Map<string, Promise<void>>();
  private readonly due = new Set<AgencyReservations>();
  private looking: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly parts: ReservationFeedParts) {}

  /** How many subscribe. */
  get subscribers(): number {
    return [...this.agencies.values()].reduce((sum, { watchers }) => sum + watchers, 0);
  }

  /**
   * From `since` on; without it, or where the books don't reach back so far, what is held comes first. Throws THROTTLED
   * where too many subscribe.
   */
  async subscribe(
    viewer: Viewer,
    filter: ReservationFilter,
    since: StreamPosition | null,
  ): Promise<ReservationSubscription> {
    if (this.isClosed) throw stopping();
    if (this.subscribers >= SUBSCRIPTIONS_MAX) {
      throw new Failure('THROTTLED', 'Too many subscribe to reservations at once.', FULL_RETRY_AFTER_MS);
    }
    const agency = this.agencyOf(viewer.agencyId);
    agency.came();
    try {
      await this.following.get(viewer.agencyId);
      if (this.isClosed) throw stopping();
      const isKnown = since !== null && reachesBackTo(since, this.parts.timekeeper.now());
      const subscription = new ReservationSubscription(viewer, filter, isKnown ? since : null, agency);
      agency.add(subscription);
      return subscription;
    } finally {
      agency.went();
    }
  }

  /** Something of an agency was committed by this process. */
  moved(agencyId: string): void {
    this.agencies.get(agencyId)?.touch();
  }

  /** Ends all subscriptions. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const agency of [...this.agencies.values()]) agency.close();
    await this.looking;
  }

  private agencyOf(agencyId: string): AgencyReservations {
    const known = this.agencies.get(agencyId);
    if (known) return known;
    const agency = new AgencyReservations(agencyId, this.partsOfAgency());
    this.agencies.set(agencyId, agency);
    const following = this.follow(agency);
    // Whoever subscribes waits for it, and is told.
    following.catch(() => undefined);
    this.following.set(agencyId, following);
    return agency;
  }

  private async follow(agency: AgencyReservations): Promise<void> {
    const { books, reader, timekeeper } = this.parts;
    const watched = await books.watch(agency.agencyId, (position) => agency.moved(position));
    try {
      const position = await reader.position(agency);
      timekeeper.hear(position.clock);
      agency.follow(watched, position);
    } catch (error) {
      watched.stop();
      throw error;
    }
  }

  private partsOfAgency(): ReservationParts {
    const { reader, timekeeper } = this.parts;
    return {
      reader,
      due: (agency) => {
        this.due.add(agency);
        this.lookSoon();
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

  private lookSoon(): void {
    this.looking ??= new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.lookOn())
      .finally(() => {
        this.looking = null;
        if (this.due.size > 0 && !this.isClosed) this.lookSoon();
      });
  }

  /** What becomes due meanwhile is looked at next. */
  private async lookOn(): Promise<void> {
    while (this.due.size > 0 && !this.isClosed) {
      const some = [...this.due].slice(0, AGENCIES_AT_ONCE_MAX);
      for (const agency of some) {
        this.due.delete(agency);
        agency.looking();
      }
      await this.look(some);
    }
  }

  private async look(agencies: readonly AgencyReservations[]): Promise<void> {
    try {
      const read = await this.parts.reader.changesOf(agencies);
      const found = new Map(read.map((one) => [one.agencyId, one]));
      for (const agency of agencies) {
        const ofAgency = found.get(agency.agencyId);
        if (!ofAgency) throw new Error('An agency that is watched has a book.');
        this.parts.timekeeper.hear(ofAgency.clock);
        agency.found(ofAgency);
      }
    } catch (error) {
      if (!this.isClosed) this.parts.onFailure(error);
      for (const agency of agencies) agency.failed(RETRY_MS);
    }
  }
}

function stopping(): Failure {
  return new Failure('UNAVAILABLE', 'The server is stopping.', FULL_RETRY_AFTER_MS);
}
