import pg from 'pg';
import { tablesOfAgencies } from './books.js';

/** Violates a policy, in PostgreSQL's words: refused before any key is looked at. */
const ROW_LEVEL_SECURITY = /row-level security/;

/** Two agencies, of which the second has rows in every table, and the role that the server runs as. */
export interface Walled {
  readonly appRole: string;
  readonly mine: string;
  readonly theirs: string;
}

/**
 * Asks the tables themselves, with no condition of the server's in between, as the role that the server has. Tells each
 * table that shows or takes what it should not, and each that hides from an agency what is its own. Breaks what `breach` says
 * first, and puts it back.
 */
export async function wallFindings(
  superuser: pg.Client,
  { appRole, mine, theirs }: Walled,
  tables?: readonly string[],
  breach = '',
): Promise<string[]> {
  const findings: string[] = [];
  await superuser.query('BEGIN');
  try {
    if (breach) await superuser.query(breach);
    for (const table of tables ?? (await tablesOfAgencies(superuser))) {
      const row = await rowOf(superuser, table, theirs);
      const rows = await countOf(superuser, table, theirs);
      await superuser.query(`SAVEPOINT probe; SET LOCAL ROLE ${appRole}`);
      if ((await countOf(superuser, table)) > 0) findings.push(`${table} shows rows to nobody`);
      await superuser.query('SELECT see_agencies($1)', [[mine]]);
      if ((await countOf(superuser, table, theirs)) > 0)
        findings.push(`${table} shows rows of another agency`);
      if (await takes(superuser, table, row)) findings.push(`${table} takes rows of another agency`);
      await superuser.query('SELECT see_agencies($1)', [[theirs]]);
      if ((await countOf(superuser, table, theirs)) !== rows || rows === 0) {
        findings.push(`${table} hides rows of its own agency`);
      }
      await superuser.query('ROLLBACK TO probe');
    }
  } finally {
    await superuser.query('ROLLBACK');
  }
  return findings;
}

async function countOf(client: pg.Client, table: string, agencyId: string | null = null): Promise<number> {
  const sql = `SELECT count(*)::int4 AS rows FROM ${table} WHERE $1::uuid IS NULL OR agency_id = $1`;
  return (await client.query<{ rows: number }>(sql, [agencyId])).rows[0]?.rows ?? 0;
}

async function rowOf(client: pg.Client, table: string, agencyId: string): Promise<string> {
  const sql = `SELECT to_jsonb(t)::text AS row FROM ${table} t WHERE agency_id = $1 LIMIT 1`;
  return (await client.query<{ row: string }>(sql, [agencyId])).rows[0]?.row ?? '{}';
}

/** Whether a row is let in, or kept out by another rule than the wall. */
async function takes(client: pg.Client, table: string, row: string): Promise<boolean> {
  await client.query('SAVEPOINT written');
  try {
    await client.query(`INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, $1::jsonb)).*`, [
      row,
    ]);
    return true;
  } catch (error) {
    return !(error instanceof pg.DatabaseError && ROW_LEVEL_SECURITY.test(error.message));
  } finally {
    await client.query('ROLLBACK TO written');
  }
}
