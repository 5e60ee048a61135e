import type pg from 'pg';
import { StartError } from '../errors.js';
import { codeOf, messageOf, partsOf, quoted, STATE, withConnection } from './connect.js';
import { migrationsDirectory, readMigrations, type MigrationFile } from './migration-files.js';

/** "migrate" in ASCII: the advisory lock under which one process at a time migrates a database. */
const MIGRATION_LOCK = '30796665482998885';
const LOCK_WAIT_SECONDS_MAX = 120;

/** Stands for the run-time role in the files, whose name differs from one installation to the next. */
const APP_ROLE_PLACEHOLDER = ':"app"';

interface MigrateOptions {
  readonly directory?: string;
  /** Is told what is worth a line of a log. */
  readonly say?: Say;
}

type Say = (line: string) => void;

/**
 * Brings the database to the state of the migration files: those that are not recorded yet run in the order of their
 * names, each in a transaction of its own with its record. Answers their names. Then makes the partitions that are due.
 * Any number of processes may call it at once. Throws a StartError, and changes nothing, when a landed file was edited,
 * when the database is newer than the files, or when a file fails (what ran before it stays).
 */
export async function migrate(
  ownerUrl: string,
  appUrl: string,
  { directory = migrationsDirectory(), say = () => undefined }: MigrateOptions = {},
): Promise<string[]> {
  const files = await readMigrations(directory);
  const appRole = partsOf(appUrl).role;
  return withConnection(ownerUrl, 'DATABASE_OWNER_URL', async (client) => {
    await takeMigrationLock(client);
    const due = await findDue(client, files);
    if (due.length > 0) await checkAppRole(client, appRole);
    for (const file of due) await runMigration(client, file, appRole);
    await checkGrants(client, appRole);
    await makePartitions(client, say);
    return due.map(({ name }) => name);
  });
}

/** Makes the partitions of the time to come. To be called now and then by a process that runs for months. */
export function ensurePartitions(ownerUrl: string, say: Say): Promise<void> {
  return withConnection(ownerUrl, 'DATABASE_OWNER_URL', async (client) => {
    await takeMigrationLock(client);
    await makePartitions(client, say);
  });
}

/** It ends with the connection. */
async function takeMigrationLock(client: pg.Client): Promise<void> {
  try {
    await client.query(`SET lock_timeout = '${LOCK_WAIT_SECONDS_MAX}s'`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  } catch (cause) {
    if (codeOf(cause) !== STATE.lockNotAvailable) throw cause;
    throw new StartError(
      `Another process has been migrating this database for over ${LOCK_WAIT_SECONDS_MAX} s: wait for it, or end it.`,
      { cause },
    );
  }
}

/** The files that haven't run yet, after seeing that those which have are what they were. */
async function findDue(client: pg.Client, files: readonly MigrationFile[]): Promise<MigrationFile[]> {
  await createRecord(client);
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'SELECT name, sha256 FROM schema_migration ORDER BY name',
  );
  const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  const known = new Set(files.map(({ name }) => name));
  const unknown = rows.find(({ name }) => !known.has(name));
  if (unknown) {
    throw new StartError(
      `The database is newer than this Headroom (it has the migration ${unknown.name}): start the newer version.`,
    );
  }
  const edited = files.find(({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256);
  if (edited) {
    throw new StartError(
      `migrations/${edited.name} was edited after it ran here: restore it, and put the change into a new file.`,
    );
  }
  const due = files.filter(({ name }) => !applied.has(name));
  const newest = rows.at(-1)?.name ?? '';
  const late = due.find(({ name }) => name < newest);
  if (late) {
    throw new StartError(`migrations/${late.name} comes before ${newest}, which ran already: renumber it.`);
  }
  return due;
}

async function createRecord(client: pg.Client): Promise<void> {
  try {
    await client.query(`CREATE TABLE IF NOT EXISTS schema_migration (
      name text PRIMARY KEY,
      sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`);
  } catch (cause) {
    throw new StartError(`DATABASE_OWNER_URL: the role can't make tables (${messageOf(cause)}).`, { cause });
  }
}

async function checkAppRole(client: pg.Client, appRole: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [appRole]);
  if (rowCount === 1) return;
  throw new StartError(
    `DATABASE_URL: there is no role "${appRole}": CREATE ROLE ${quoted(appRole)} LOGIN PASSWORD '…';`,
  );
}

/** The files granted what they made to the run-time role of their day; another one would be let in to nothing. */
async function checkGrants(client: pg.Client, appRole: string): Promise<void> {
  const { rows } = await client.query<{ granted: string[]; let_in: boolean }>(
    `SELECT has_table_privilege($1, oid, 'SELECT') AS let_in,
       ARRAY(SELECT grantee::regrole::text FROM aclexplode(relacl) WHERE grantee NOT IN (0, relowner)) AS granted
     FROM pg_class WHERE oid = to_regclass('agency_directory')`,
    [appRole],
  );
  const found = rows[0];
  if (!found || found.let_in) return;
  const granted = [...new Set(found.granted)].join(', ') || 'none';
  throw new StartError(
    `DATABASE_URL: "${appRole}" has no rights on the tables, which were granted to another role (${granted}): log in as that one, or begin with an empty database.`,
  );
}

async function runMigration(client: pg.Client, file: MigrationFile, appRole: string): Promise<void> {
  const sql = file.sql.replaceAll(APP_ROLE_PLACEHOLDER, () => quoted(appRole));
  await client.query('BEGIN');
  const transaction = await transactionId(client);
  try {
    // Without parameters: one simple query, whatever number of statements.
    await client.query(sql);
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new StartError(`migrations/${file.name} failed${whereIn(sql, cause)}: ${messageOf(cause)}.`, {
      cause,
    });
  }
  if ((await transactionId(client)) !== transaction) {
    await client.query('ROLLBACK');
    throw new StartError(
      `migrations/${file.name} ends its transaction: take BEGIN, COMMIT and ROLLBACK out of it.`,
    );
  }
  await client.query('INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)', [file.name, file.sha256]);
  // A transaction that has failed answers COMMIT with ROLLBACK, and no error.
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new StartError(`migrations/${file.name} was rolled back.`);
}

async function transactionId(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
  return rows[0]?.id;
}

/** " at line 12", where PostgreSQL tells the position of what it didn't like. */
function whereIn(sql: string, error: unknown): string {
  const told = typeof error === 'object' && error !== null && 'position' in error ? error.position : null;
  if (typeof told !== 'string') return '';
  return ` at line ${[...sql].slice(0, Number(told)).join('').split('\n').length}`;
}

/**
 * By the clock of the database, in epoch milliseconds; the function comes with a migration. What can't be made is no reason not
 * to start: rows of whatever time find a place in the default partitions.
 */
async function makePartitions(client: pg.Client, say: Say): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    "SELECT to_regproc('ensure_partitions') IS NOT NULL AS exists",
  );
  if (rows[0]?.exists !== true) return;
  client.on('notice', ({ message }) => say(messageOf({ message })));
  try {
    await client.query(
      'SELECT ensure_partitions(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
    );
  } catch (error) {
    say(`Partitions could not be made: ${messageOf(error)}. What is of their time goes to the default ones.`);
  }
}
