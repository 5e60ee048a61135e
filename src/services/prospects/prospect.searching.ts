import type { DataSource } from 'typeorm';
import { Failure } from '../../errors.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import type { LedgerTransaction } from '../../ledger/books/connection.js';
import { inAgency } from '../../tenancy/door.js';
import { isCancelled } from '../../tenancy/sqlstate.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { BusyWork } from '../busy-work.js';
import { afterText, pageOf, type Page, type PageAsked } from '../page.js';
import { countProspects, listProspects, type ListFilter } from './prospect.list.js';
import type { Prospect } from './prospect.rows.js';
import { listFilterOf, readSearch, type ProspectSearch, type ReadSearch } from './prospect.search.js';

/** Searches of one agency at once: half of the transactions that it may have, so that the other half is for what else it does. */
const SEARCHES_AT_ONCE = 2;
/** How long one may go through a list: one of 250,000 people takes a tenth of it, whatever is asked. */
const SEARCH_MS_MAX = 4_000;

/** Looks for people on the lists of client accounts, each search for so long and no longer. */
export class ProspectSearches {
  private readonly turns = new BusyWork(SEARCHES_AT_ONCE);

  constructor(
    private readonly dataSource: DataSource,
    private readonly searchMsMax = SEARCH_MS_MAX,
  ) {}

  page(viewer: Viewer, asked: ProspectSearch, page: PageAsked): Promise<Page<Prospect>> {
    const search = readSearch(viewer, asked);
    const after = afterText(page);
    const behind = after && { sortName: after.text, id: after.id };
    const read = async (transaction: LedgerTransaction, filter: ListFilter): Promise<Page<Prospect>> => {
      const found = await listProspects(transaction, viewer, filter, { rows: page.rows + 1, behind });
      return pageOf(found, page, ({ sortName, id }) => [sortName, id]);
    };
    // Where nothing is asked for a page is read, and no row more: it need not wait for who looks for something.
    return asksNothing(search)
      ? this.read(viewer, search, read)
      : this.turns.run(viewer, () => this.read(viewer, search, read));
  }

  count(viewer: Viewer, asked: ProspectSearch): Promise<number> {
    const search = readSearch(viewer, asked);
    return this.turns.run(viewer, () =>
      this.read(viewer, search, (transaction, filter) => countProspects(transaction, viewer, filter)),
    );
  }

  private async read<T>(
    viewer: Viewer,
    search: ReadSearch,
    work: (transaction: LedgerTransaction, filter: ListFilter) => Promise<T>,
  ): Promise<T> {
    try {
      return await inAgency(this.dataSource, viewer, async (manager) => {
        const filter = await listFilterOf(manager, viewer, search);
        await manager.query(`SELECT set_config('statement_timeout', $1, true)`, [String(this.searchMsMax)]);
        return work(await ledgerOn(manager), filter);
      });
    } catch (error) {
      if (isCancelled(error)) throw tooLong();
      throw error;
    }
  }
}

function asksNothing({ ranges, filter, segmentId }: ReadSearch): boolean {
  return ranges.length === 0 && filter === null && segmentId === null;
}

function tooLong(): Failure {
  return new Failure(
    'BAD_USER_INPUT',
    'The search goes through too much of the list: narrow it by a word, a tag or a filter that fewer people meet.',
  );
}
