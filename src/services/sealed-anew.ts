import type { DataSource } from 'typeorm';
import { byItself, inAgencies, inAgency } from '../tenancy/door.js';
import type { Sealer, SealPurpose } from '../tenancy/sealed.js';
import { pagesOfAgencies } from './every-agency.js';

interface Kept {
  readonly table: string;
  readonly column: string;
  readonly purpose: SealPurpose;
  /** What names the row within its agency, in the order in which it was sealed for it. */
  readonly ids: readonly string[];
}

/** All that is sealed and stays; what a browser keeps is over within minutes. */
const KEPT: readonly Kept[] = [
  { table: 'second_factor', column: 'sealed_secret', purpose: 'SECOND_FACTOR', ids: ['member_id'] },
  { table: 'second_factor', column: 'next_sealed_secret', purpose: 'SECOND_FACTOR', ids: ['member_id'] },
  { table: 'sign_in_provider', column: 'sealed_client_secret', purpose: 'CLIENT_SECRET', ids: ['id'] },
  { table: 'webhook', column: 'sealed_url', purpose: 'WEBHOOK_URL', ids: ['id'] },
  {
    ...{ table: 'webhook_secret', column: 'sealed_secret', purpose: 'WEBHOOK_SECRET' },
    ids: ['webhook_id', 'id'],
  },
  { table: 'letter', column: 'sealed_token', purpose: 'LETTER', ids: ['id'] },
];

interface SealedRow {
  readonly agencyId: string;
  readonly ids: readonly string[];
  readonly sealed: Buffer;
}

/** Seals under the newest secret what an older one still opens, so that the older one can go. */
export async function sealAnew(dataSource: DataSource, sealer: Sealer): Promise<void> {
  for await (const agencyIds of pagesOfAgencies(dataSource)) {
    for (const kept of KEPT) {
      for (const row of await readSealed(dataSource, agencyIds, kept)) {
        const anew = sealer.anew(kept.purpose, [row.agencyId, ...row.ids], row.sealed);
        if (anew) await write(dataSource, kept, row, anew);
      }
    }
  }
}

function readSealed(
  dataSource: DataSource,
  agencyIds: readonly string[],
  { table, column, ids }: Kept,
): Promise<SealedRow[]> {
  return inAgencies(dataSource, agencyIds, (manager) =>
    manager.query<SealedRow[]>(
      `SELECT agency_id AS "agencyId", ARRAY[${ids.join(', ')}]::text[] AS ids, ${column} AS sealed
       FROM ${table} WHERE agency_id = ANY ($1::uuid[]) AND ${column} IS NOT NULL`,
      [agencyIds],
    ),
  );
}

/** A row at a time, so that none waits for another. What was written meanwhile stays. */
async function write(
  dataSource: DataSource,
  { table, column, ids: columns }: Kept,
  { agencyId, ids, sealed }: SealedRow,
  anew: Buffer,
): Promise<void> {
  const isIt = columns.map((name, index) => `${name} = $${index + 4}`).join(' AND ');
  await inAgency(dataSource, byItself(agencyId), (manager) =>
    manager.query(`UPDATE ${table} SET ${column} = $2 WHERE agency_id = $1 AND ${column} = $3 AND ${isIt}`, [
      agencyId,
      anew,
      sealed,
      ...ids,
    ]),
  );
}
