import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ensurePartitions, migrate } from '../../src/database/migrate.js';
import { StartError } from '../../src/errors.js';
import { ownDatabase, query, type TestDatabase } from '../support/database.js';

let directory: string;
let database: TestDatabase;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-migrations-'));
  database = await ownDatabase('empty');
});

afterEach(() => rm(directory, { recursive: true }));

function write(name: string, sql: string): Promise<void> {
  return writeFile(join(directory, name), sql);
}

function run(): Promise<string[]> {
  return migrate(database.ownerUrl, database.appUrl, { directory });
}

const tables = () =>
  query(database.ownerUrl, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");

async function expectRefusal(told: RegExp): Promise<void> {
  const error: unknown = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).message).toMatch(told);
  expect((error as StartError).message).not.toContain('\n');
}

it('runs what is new, in the order of the names, once', async () => {
  await write('0002_second.sql', 'ALTER TABLE first ADD COLUMN second int;');
  await write('0001_first.sql', 'CREATE TABLE first ();');
  await write('notes.txt', 'not a migration');
  expect(await run()).toEqual(['0001_first.sql', '0002_second.sql']);
  expect(await run()).toEqual([]);
  await write('0003_third.sql', 'ALTER TABLE first ADD COLUMN third int;');
  expect(await run()).toEqual(['0003_third.sql']);
  expect(await query(database.ownerUrl, 'SELECT name FROM schema_migration ORDER BY name')).toEqual([
    { name: '0001_first.sql' },
    { name: '0002_second.sql' },
    { name: '0003_third.sql' },
  ]);
});

it('runs it once when several processes begin at the same time', async () => {
  await write('0001_first.sql', 'CREATE TABLE first (); SELECT pg_sleep(0.1);');
  const ran = await Promise.all([run(), run(), run()]);
  expect(ran.flat()).toEqual(['0001_first.sql']);
});

it('puts the run-time role in its place, whatever its name, and takes functions as they are', async () => {
  const role = `App "$&" ${Date.now()}`;
  const client = new pg.Client({ connectionString: database.ownerUrl });
  expect(client.escapeIdentifier(role)).toContain('""$&""');
  const appUrl = Object.assign(new URL(database.appUrl), { username: encodeURIComponent(role) }).href;
  await write(
    '0001_first.sql',
    `CREATE TABLE first (number int);
     GRANT SELECT ON first TO :"app";
     CREATE FUNCTION add_one(number int) RETURNS int LANGUAGE plpgsql AS $$
     DECLARE result int; BEGIN result := number + 1; RETURN result; END $$;
     GRANT EXECUTE ON FUNCTION add_one(int) TO :"app";`,
  );
  await expect(migrate(database.ownerUrl, appUrl, { directory })).rejects.toThrow(
    /there is no role .*: CREATE ROLE "App ""\$&"" \d+" LOGIN/,
  );
  expect(await run()).toEqual(['0001_first.sql']);
  expect(await query(database.appUrl, 'SELECT add_one(count(*)::int) FROM first')).toEqual([{ add_one: 1 }]);
});

it('refuses a landed file that was edited, and leaves what is there', async () => {
  await write('0001_first.sql', 'CREATE TABLE first ();');
  await run();
  await write('0001_first.sql', 'CREATE TABLE other ();');
  await write('0002_second.sql', 'CREATE TABLE second ();');
  await expectRefusal(/0001_first\.sql was edited after it ran here: restore it/);
  expect(await tables()).toEqual([{ tablename: 'first' }, { tablename: 'schema_migration' }]);
});

it('takes a file for the same whatever ends its lines', async () => {
  await write('0001_first.sql', 'CREATE TABLE first\n();\n');
  await run();
  await write('0001_first.sql', 'CREATE TABLE first\r\n();\r\n');
  expect(await run()).toEqual([]);
});

it('refuses a database that is newer than the files', async () => {
  await write('0001_first.sql', 'CREATE TABLE first ();');
  await write('0002_second.sql', 'CREATE TABLE second ();');
  await run();
  await rm(join(directory, '0002_second.sql'));
  await expectRefusal(/newer than this Headroom \(it has the migration 0002_second\.sql\): start the newer/);
});

it('refuses a file that comes before one that ran', async () => {
  await write('0002_second.sql', 'CREATE TABLE second ();');
  await run();
  await write('0001_first.sql', 'CREATE TABLE first ();');
  await expectRefusal(/0001_first\.sql comes before 0002_second\.sql, which ran already: renumber it/);
});

it('refuses names without an order, and two of one number', async () => {
  await write('first.sql', '');
  await expectRefusal(/Rename migrations\/first\.sql/);
  await rm(join(directory, 'first.sql'));
  await write('0001_first.sql', '');
  await write('0001_other.sql', '');
  await expectRefusal(/Two migrations have the number 0001: 0001_first\.sql and 0001_other\.sql/);
});

it('undoes a file that fails as a whole, tells the line, and goes on from there', async () => {
  await write('0001_first.sql', 'CREATE TABLE first ();');
  await write('0002_second.sql', 'CREATE TABLE "zweite – ü" ();\nSELECT 1;\n  SELECT nothing;\n');
  await expectRefusal(/migrations\/0002_second\.sql failed at line 3: column "nothing" does not exist/);
  expect(await tables()).toEqual([{ tablename: 'first' }, { tablename: 'schema_migration' }]);
  await write('0002_second.sql', 'CREATE TABLE second ();');
  expect(await run()).toEqual(['0002_second.sql']);
});

it('refuses a file that ends its transaction itself, and does not count it', async () => {
  await write('0001_first.sql', 'SELECT 1; COMMIT; SELECT 2;');
  await expectRefusal(/0001_first\.sql ends its transaction: take BEGIN, COMMIT and ROLLBACK out of it/);
  expect(await query(database.ownerUrl, 'SELECT FROM schema_migration')).toEqual([]);
});

it('has partitions made at every start, by the clock of the database, where a migration says how', async () => {
  await write(
    '0001_first.sql',
    `CREATE TABLE made (at bigint);
     CREATE FUNCTION ensure_partitions(at bigint) RETURNS void LANGUAGE sql AS 'INSERT INTO made VALUES (at)';`,
  );
  await run();
  await run();
  await ensurePartitions(database.ownerUrl, () => undefined);
  expect(
    await query(
      database.ownerUrl,
      `SELECT count(*)::int, bool_and(abs(at - extract(epoch FROM clock_timestamp()) * 1000) < 60000) AS now FROM made`,
    ),
  ).toEqual([{ count: 3, now: true }]);
});

it('brings an empty database to what the product needs', async () => {
  const ran = await migrate(database.ownerUrl, database.appUrl);
  expect(ran[0]).toMatch(/^0001_/);
  expect(await migrate(database.ownerUrl, database.appUrl)).toEqual([]);
});
