import type { DataSource } from 'typeorm';
import { inAgencies } from '../tenancy/door.js';
import type { BookPosition } from './book-watch.js';

interface BookRow {
  readonly agency_id: string;
  readonly revision: string;
  readonly last_at: string;
  readonly alert_sequence: string;
}

/** Where the books of some agencies stand: one statement, through the same wall as all others. */
export async function readBooks(
  dataSource: DataSource,
  agencyIds: readonly string[],
): Promise<BookPosition[]> {
  const rows = await inAgencies(dataSource, agencyIds, (manager) =>
    manager.query<BookRow[]>(
      'SELECT agency_id, revision, last_at, alert_sequence FROM agency_book WHERE agency_id = ANY ($1::uuid[])',
      [agencyIds],
    ),
  );
  return rows.map((row) => ({
    agencyId: row.agency_id,
    revision: Number(row.revision),
    lastAt: Number(row.last_at),
    alertSequence: Number(row.alert_sequence),
  }));
}
