import pg from 'pg';
import { CATALOG_RULES } from '../support/catalog.js';
import { testDatabase } from '../support/database.js';

let owner: pg.Client;
let app: string;

beforeAll(async () => {
  const { ownerUrl, appUrl } = await testDatabase();
  app = new URL(appUrl).username;
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
});
afterAll(() => owner.end());

async function offences(sql: string): Promise<string[]> {
  const values = sql.includes('$1') ? [app] : [];
  const { rows } = await owner.query<{ offence: string }>(sql, values);
  return rows.map(({ offence }) => offence);
}

describe.each(CATALOG_RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, { sql, breaches }) => {
  it('holds', async () => {
    expect(await offences(sql)).toEqual([]);
  });

  it.each(breaches)('is broken by %s', async (_what, breach) => {
    await owner.query('BEGIN');
    try {
      await owner.query(breach.replaceAll(':app', app));
      expect(await offences(sql)).not.toEqual([]);
    } finally {
      await owner.query('ROLLBACK');
    }
  });
});

it('judges every table that there is', async () => {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
  );
  // The four parents alone have eleven partitions each.
  expect(Number(rows[0]?.count)).toBeGreaterThan(60);
});
