import type { SeatEntity } from '../entities/seat.entity.js';
import { Failure } from '../errors.js';
import type { LedgerReader } from '../ledger/told/reader.js';
import { usageLevel } from '../quota/usage.js';
import { USAGE_LEVELS, type UsageLevel } from '../quota/words.js';
import { BusyWork } from '../services/busy-work.js';
import type { Page, PageAsked } from '../services/page.js';
import type { SeatFilter, SeatReader } from '../services/seats/seat.reader.js';
import type { Viewer } from '../tenancy/viewer.js';

/** Seats that are read, with their counters, in one step. */
const STEP_ROWS = 100;
/** Most seats that are looked through for one answer. */
const SEATS_MAX = 5_000;

type Place = Page<SeatEntity>['rows'][number];

/**
 * Seats with a counter of their own at a level or a worse one. How full a counter is follows from the books at an instant
 * and is kept nowhere, so seats are looked through in the order of the list. Throws BAD_USER_INPUT where that takes too
 * many: other filters then make them fewer.
 */
export class SeatsAtLevel {
  /** Thousands of seats take seconds, however few are found: one of an agency after the other. */
  private readonly looking = new BusyWork();

  constructor(
    private readonly seatReader: SeatReader,
    private readonly ledger: LedgerReader,
  ) {}

  async seats(
    viewer: Viewer,
    filter: SeatFilter,
    minLevel: UsageLevel,
    asked: PageAsked,
  ): Promise<Page<SeatEntity>> {
    // One more than asked for tells whether others follow.
    const found = await this.looking.run(viewer, () =>
      this.collect(viewer, filter, minLevel, asked.after, asked.rows + 1),
    );
    return {
      rows: found.slice(0, asked.rows),
      hasNextPage: found.length > asked.rows,
      hasPreviousPage: asked.after !== null,
    };
  }

  async countSeats(viewer: Viewer, filter: SeatFilter, minLevel: UsageLevel): Promise<number> {
    const found = await this.looking.run(viewer, () =>
      this.collect(viewer, filter, minLevel, null, Infinity),
    );
    return found.length;
  }

  private async collect(
    viewer: Viewer,
    filter: SeatFilter,
    minLevel: UsageLevel,
    from: PageAsked['after'],
    rows: number,
  ): Promise<Place[]> {
    const found: Place[] = [];
    let after = from;
    for (let seen = 0; seen < SEATS_MAX; seen += STEP_ROWS) {
      const page = await this.seatReader.seats(viewer, filter, { rows: STEP_ROWS, after });
      found.push(...(await this.atLevel(viewer, page.rows, minLevel)));
      after = page.rows.at(-1)?.position ?? after;
      if (found.length >= rows || !page.hasNextPage) return found;
    }
    throw new Failure(
      'BAD_USER_INPUT',
      `\`minLevel\` looks through ${SEATS_MAX} seats at most: name a client account, states or a search as well.`,
    );
  }

  private async atLevel(viewer: Viewer, places: readonly Place[], minLevel: UsageLevel): Promise<Place[]> {
    const ids = places.map(({ node }) => node.id);
    const usages = await this.ledger.usageOfSeats(viewer, ids);
    const severityMin = USAGE_LEVELS.indexOf(minLevel);
    return places.filter(({ node }) =>
      usages
        .get(node.id)
        ?.usage.some(
          (usage) =>
            usage.limit.scope.kind === 'SEAT' && USAGE_LEVELS.indexOf(usageLevel(usage)) >= severityMin,
        ),
    );
  }
}
