import { reachesBackTo, type ReservationFilter } from '../ledger/told/reservation-changes.js';
import type { ReservationReader } from '../ledger/told/reservation-reader.js';
import type { Viewer } from '../tenancy/viewer.js';
import { AgencyFeed, type AgencyHome, type FeedParts } from './agency-feed.js';
import { AgencyReservations } from './agency-reservations.js';
import type { BookWatch } from './book-watch.js';
import { ReservationSubscription, type ReservationPosition } from './reservation-subscription.js';

export interface ReservationFeedParts extends FeedParts {
  readonly books: Pick<BookWatch, 'watch'>;
  readonly reader: ReservationReader;
}

const RETRY_MS = 500;

/**
 * What becomes of reservations, for all subscribers of this process: one look at the books for all of them, whenever a book
 * moved or a hold expired, whatever process did it. What nobody watches is not read.
 */
export class ReservationFeed extends AgencyFeed<AgencyReservations> {
  constructor(private readonly parts: ReservationFeedParts) {
    super('reservations', parts);
  }

  /**
   * From `since` on; without it, or where the books don't reach back so far, what is held comes first. Throws THROTTLED
   * where too many subscribe.
   */
  async subscribe(
    viewer: Viewer,
    filter: ReservationFilter,
    since: ReservationPosition | null,
  ): Promise<ReservationSubscription> {
    const { agency, following } = this.join(viewer.agencyId);
    agency.came();
    try {
      await following;
      this.refuseIfClosed();
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
    this.agencyOf(agencyId)?.touch();
  }

  protected make(agencyId: string, home: AgencyHome<AgencyReservations>): AgencyReservations {
    return new AgencyReservations(agencyId, this.parts.reader, home);
  }

  protected async follow(agency: AgencyReservations): Promise<void> {
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

  protected async read(agencies: readonly AgencyReservations[]): Promise<void> {
    for (const agency of agencies) agency.looking();
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
      this.hasFailed(error);
      for (const agency of agencies) agency.failed(RETRY_MS);
    }
  }
}
