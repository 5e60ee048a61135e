import pg from 'pg';
import { LedgerTransaction, type Statement } from '../../../src/ledger/books/connection.js';
import { HOUR } from '../../../src/quota/window.js';
import { ACTIONS } from '../../../src/quota/words.js';
import { SEE_AGENCIES } from '../../../src/tenancy/door.js';
import { uuidAt, uuidRandom } from '../../../src/tenancy/uuid.js';
import { ownDatabase } from '../../support/database.js';

const CHARGES = 6_000;
export const SPAN = 10 * HOUR;
const [agencyId, seatId, clientAccountId] = [uuidRandom(), uuidRandom(), uuidRandom()];

/** The scopes that all of the charges are of. */
export const CHARGED_SCOPES = [
  { agencyId, scope: { kind: 'AGENCY', id: agencyId } },
  { agencyId, scope: { kind: 'CLIENT_ACCOUNT', id: clientAccountId } },
  { agencyId, scope: { kind: 'SEAT', id: seatId } },
] as const;

/** Tells how many statements there were, and how many rows they were answered with. */
export class CountingTransaction extends LedgerTransaction {
  rows = 0;
  readonly statements: string[] = [];

  override async query<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const rows = await super.query<Row>(statement, values);
    this.rows += rows.length;
    this.statements.push(statement.name);
    return rows;
  }
}

/** Charges of the time before an instant: several at once, of several kinds, some of many; within a transaction that sees them. */
export async function writeManyCharges(now: number): Promise<pg.Client> {
  const { appUrl } = await ownDatabase();
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(SEE_AGENCIES, [[agencyId]]);
  await client.query('SELECT see_clock()');
  const at = Array.from({ length: CHARGES }, (_, index) => Math.floor(now - SPAN + (index >> 1) * 7_000));
  const actions = at.map((_, index) => ACTIONS[(index * 7) % 5]!);
  const ids = at.map((instant) => uuidAt(instant));
  const counts = at.map((_, index) => (index % 50 === 0 ? 300 : 1));
  await writeCharges(client, { at, ids, actions, counts });
  return client;
}

/** More of them, as many of each; those of less than none take back the one before. */
export async function writeCharges(
  client: pg.Client,
  { at, ids, actions, counts }: Record<'ids' | 'actions', string[]> & Record<'at' | 'counts', number[]>,
): Promise<void> {
  const voids = counts.map((count, index) => (count < 0 ? ids[index - 1] : null));
  await client.query(
    `WITH n AS (SELECT * FROM unnest($4::int8[], $5::uuid[], $6::text[], $7::int4[], $8::uuid[]) AS n (at, id, action, count, voids))
     INSERT INTO charge SELECT $1, n.at, n.id, $2, $3, NULL, n.action, n.action = 'CONNECTION_REQUEST' AND n.at % 2 = 0, n.count,
       CASE WHEN n.voids IS NULL THEN 'RECORD' ELSE 'VOID' END, NULL, NULL, NULL, n.voids, NULL, n.at, 'system:test' FROM n`,
    [agencyId, seatId, clientAccountId, at, ids, actions, counts, voids],
  );
}
