import type { DataSource } from 'typeorm';
import { inTransaction } from '../tenancy/transaction.js';

/** Agencies that are listed at once. */
const AGENCIES_AT_ONCE = 500;

/** The ids of all agencies, in pages: for work of the system that goes over all of them. */
export async function* everyAgency(dataSource: DataSource): AsyncGenerator<string> {
  for await (const page of pagesOfAgencies(dataSource)) yield* page;
}

/** The same, as they are listed. */
export async function* pagesOfAgencies(dataSource: DataSource): AsyncGenerator<string[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const agencies = await pageBehind(dataSource, after);
    const last = agencies.at(-1);
    if (!last) return;
    yield agencies.map(({ id }) => id);
    after = last.id;
  }
}

/** The directory is of no agency: there is no door to it. */
function pageBehind(dataSource: DataSource, after: string): Promise<{ id: string }[]> {
  return inTransaction(dataSource, ({ manager }) =>
    manager.query<{ id: string }[]>('SELECT id FROM agency_directory WHERE id > $1 ORDER BY id LIMIT $2', [
      after,
      AGENCIES_AT_ONCE,
    ]),
  );
}
