import type { LedgerTransaction, Statement } from '../books/connection.js';

/** A tool that activities were seen in. */
export interface ActivitySource {
  readonly agencyId: string;
  readonly name: string;
  readonly id: string;
}

const READ_SOURCES: Statement = {
  name: 'read_sources',
  text: `
SELECT s.agency_id AS "agencyId", s.name, s.id FROM unnest($1::uuid[], $2::text[]) AS n (agency_id, name)
JOIN activity_source s ON s.agency_id = n.agency_id AND s.name = n.name`,
};

export function readSources(
  transaction: LedgerTransaction,
  sources: readonly Pick<ActivitySource, 'agencyId' | 'name'>[],
): Promise<ActivitySource[]> {
  if (sources.length === 0) return Promise.resolve([]);
  return transaction.query<ActivitySource>(READ_SOURCES, [
    sources.map(({ agencyId }) => agencyId),
    sources.map(({ name }) => name),
  ]);
}
