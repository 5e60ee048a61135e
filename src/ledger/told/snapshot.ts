import type { Instant } from '../../quota/window.js';
import { sees, type Viewer } from '../../tenancy/viewer.js';
import type { StandingCache } from '../reading/cache.js';
import type { LedgerTransaction } from '../books/connection.js';
import type { Desk } from '../desk.js';
import { Loading } from '../reading/loading.js';
import type { Book } from '../books/opening.js';
import { LongWork } from '../long-work.js';
import { untilComplete, type MissingOfPass } from '../passes.js';
import type { AgencyReading } from '../reading/reading.js';
import type { Standing } from '../reading/standing.js';

/** A page. Each stands under hundreds of limits, and nobody else has a turn while these are taken in. */
const SEATS_AT_ONCE = 100;

/** One agency as it is at one instant, read bit by bit. */
export class Snapshot {
  readonly loading: Loading;
  readonly reading: AgencyReading;

  constructor(
    readonly transaction: LedgerTransaction,
    cache: StandingCache,
    private readonly book: Book,
    at: Instant,
  ) {
    this.loading = new Loading(transaction, cache);
    this.reading = this.loading.of(book.agencyId);
    this.reading.openAt(at, book.lastAt);
  }

  /** Where seats stand, those that the viewer sees. */
  async standingsOf(viewer: Viewer, seatIds: readonly string[]): Promise<Standing[]> {
    const { agencyId } = viewer;
    const seats = [...new Set(seatIds)].map((seatId) => ({ agencyId, seatId }));
    const portions = Math.max(1, Math.ceil(seats.length / SEATS_AT_ONCE));
    await new LongWork(agencyId).each(Array.from({ length: portions }), (_, index) => {
      const some = seats.slice(index * SEATS_AT_ONCE, (index + 1) * SEATS_AT_ONCE);
      return Promise.all([
        this.loading.readStandings([this.book], { seats: some, authorities: [] }),
        this.loading.readPaces(some),
      ]);
    });
    return seats.flatMap(({ seatId }) => {
      const standing = this.reading.standings.get(seatId);
      return standing && sees(viewer, standing) ? [standing] : [];
    });
  }

  /** What some work at a desk answers, once all that it needs has been read. */
  async complete<T>(work: (desk: Desk, missing: MissingOfPass) => T | Promise<T>): Promise<T> {
    const [passed] = await this.transaction.whileAtWork(() =>
      untilComplete(this.loading, [{ reading: this.reading, work }]),
    );
    if (!passed) throw new Error('A pass is answered.');
    if ('failure' in passed) throw passed.failure;
    return passed.result;
  }
}
