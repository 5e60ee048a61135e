import { Failure } from '../errors.js';
import type { Touched } from '../ledger/told/touched.js';
import type { UsageRead, UsageReader } from '../ledger/told/usage-reader.js';
import type { Viewer } from '../tenancy/viewer.js';
import { AgencyFeed, type AgencyHome, type FeedParts } from './agency-feed.js';
import { AgencyUsage, type Taken } from './agency-usage.js';
import type { BookWatch } from './book-watch.js';
import { notThere, type UsageFilter } from './usage-scopes.js';
import type { UsageSubscription } from './usage-subscription.js';

export interface UsageFeedParts extends FeedParts {
  readonly books: Pick<BookWatch, 'watch'>;
  readonly reader: Pick<UsageReader, 'read'>;
}

/**
 * Usage as it changes, for all subscribers of this process. The truth is the database: whatever moves a book, in whatever
 * process, and whatever time alone does, leads to the scopes that it may have changed being read anew, all that are due in
 * one go, and those are told who watch one that truly differs. What nobody watches is not read.
 */
export class UsageFeed extends AgencyFeed<AgencyUsage> {
  constructor(private readonly parts: UsageFeedParts) {
    super('usage', parts);
  }

  /**
   * Usage as the viewer may see it: of each scope how it stands, then each change. Throws NOT_FOUND where what the filter
   * names does not exist for the viewer, and ends with it once it does no more; THROTTLED where too many subscribe.
   */
  async subscribe(viewer: Viewer, filter: UsageFilter): Promise<UsageSubscription> {
    const { agency, following } = this.join(viewer.agencyId);
    const subscription = await agency.subscribe(viewer, filter, following);
    if (subscription) return subscription;
    this.refuseIfClosed();
    throw notThere();
  }

  /** A batch says what it touched. It may come late, twice, or never. */
  readonly touched = (touched: Touched): void => {
    this.agencyOf(touched.agencyId)?.linked(touched);
  };

  protected make(agencyId: string, home: AgencyHome<AgencyUsage>): AgencyUsage {
    return new AgencyUsage(agencyId, home);
  }

  protected async follow(agency: AgencyUsage): Promise<void> {
    agency.follow(await this.parts.books.watch(agency.agencyId, (position) => agency.moved(position)));
  }

  protected async read(agencies: readonly AgencyUsage[]): Promise<void> {
    const taken = new Map(agencies.map((agency) => [agency, agency.take()]));
    for (const [agency, { isLast }] of taken) if (!isLast) this.isDue(agency);
    const read = await this.ask([...taken.values()]);
    for (const [agency, one] of taken) {
      const found = read instanceof Error ? read : read.agencies.get(agency.agencyId);
      if (found && !(found instanceof Error)) {
        agency.found(found, one);
        continue;
      }
      const error = found ?? new Failure('NOT_FOUND', 'There is no such agency.');
      this.hasFailed(error);
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
