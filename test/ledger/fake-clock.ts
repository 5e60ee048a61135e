import pg from 'pg';
import { ownDatabase, type TestDatabase } from '../support/database.js';

/** A database whose one clock stands where the test puts it: P8 has no other clock to deceive. */
export interface ClockedDatabase extends TestDatabase {
  setClock(at: number): Promise<void>;
  close(): Promise<void>;
}

export async function clockedDatabase(): Promise<ClockedDatabase> {
  const database = await ownDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('CREATE TABLE fake_clock (at bigint NOT NULL)');
  await owner.query('INSERT INTO fake_clock VALUES (0)');
  await owner.query('GRANT SELECT ON fake_clock TO PUBLIC');
  await owner.query(`
    CREATE OR REPLACE FUNCTION see_clock() RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE clock bigint := (SELECT at FROM fake_clock);
    BEGIN
      EXECUTE format('SET LOCAL headroom.now = %L', clock);
      RETURN clock;
    END $$`);
  return {
    ...database,
    setClock: async (at) => {
      await owner.query('UPDATE fake_clock SET at = $1', [at]);
    },
    close: () => owner.end(),
  };
}
