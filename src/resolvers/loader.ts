import DataLoader from 'dataloader';
import { groupBy, type Page, type PageAsked } from '../services/page.js';
import type { Viewer } from '../tenancy/viewer.js';

/** Most ids of one statement. */
export const BATCH_MAX = 1_000;

/** The same page of a list that each of some parents has. */
export interface PageOfParent {
  readonly parentId: string;
  readonly asked: PageAsked;
}

/** A loader of one value for each id. */
export function each<Value>(
  viewer: Viewer,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): DataLoader<string, Value | null, string> {
  return new DataLoader<string, Value | null, string>(
    async (ids) => {
      const found = await read(ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: BATCH_MAX, cacheKeyFn: (id) => `${viewer.agencyId} ${id}` },
  );
}

/** A loader of pages: those with the same arguments are read together. */
export function eachPage<Row>(
  viewer: Viewer,
  read: (parentIds: readonly string[], asked: PageAsked) => Promise<ReadonlyMap<string, Page<Row>>>,
): DataLoader<PageOfParent, Page<Row>, string> {
  const keyOf = ({ parentId, asked }: PageOfParent): string =>
    JSON.stringify([viewer.agencyId, parentId, asked.rows, asked.after]);
  return new DataLoader<PageOfParent, Page<Row>, string>(
    async (wanted) => {
      const alike = groupBy(wanted, ({ asked }) => JSON.stringify([asked.rows, asked.after]));
      const pages = new Map<string, Page<Row>>();
      for (const group of alike.values()) {
        const asked = group[0]?.asked ?? { rows: 0, after: null };
        const found = await read(
          group.map(({ parentId }) => parentId),
          asked,
        );
        for (const [parentId, page] of found) pages.set(keyOf({ parentId, asked }), page);
      }
      return wanted.map((page) => pages.get(keyOf(page)) ?? EMPTY_PAGE);
    },
    { maxBatchSize: BATCH_MAX, cacheKeyFn: keyOf },
  );
}

const EMPTY_PAGE: Page<never> = { rows: [], hasNextPage: false, hasPreviousPage: false };
