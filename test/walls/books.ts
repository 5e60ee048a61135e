import pg from 'pg';

/** Every table that has rows of agencies; partitions are read through their parents. */
const TABLES = `
SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;

export async function tablesOfAgencies(client: pg.Client): Promise<string[]> {
  return (await client.query<{ name: string }>(TABLES)).rows.map(({ name }) => name);
}

/** How many rows an agency has, and a checksum over all that is in them, by table. */
export async function booksOf(superuserUrl: string, agencyId: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const books: Record<string, string> = {};
    for (const table of await tablesOfAgencies(client)) {
      const { rows } = await client.query<{ rows: string; sum: string }>(
        `SELECT count(*) AS rows, coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') AS sum
         FROM ${table} t WHERE agency_id = $1`,
        [agencyId],
      );
      books[table] = `${rows[0]?.rows} rows, ${rows[0]?.sum}`;
    }
    return books;
  } finally {
    await client.end();
  }
}
