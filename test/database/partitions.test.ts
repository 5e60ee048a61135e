import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ensurePartitions, migrate } from '../../src/database/migrate.js';
import { uuidAt } from '../../src/tenancy/uuid.js';
import { ownDatabase, query, superuserUrl, type TestDatabase } from '../support/database.js';
import { CATALOG_RULES } from '../support/catalog.js';

/** What a clock that ran ahead for a moment has written: it lies in no quarter that there is, until that quarter is due. */

const PARENTS = ['audit_entry', 'charge', 'decision', 'resolution'];

let database: TestDatabase;
let superuser: pg.Client;
let said: string[];
const say = (line: string) => void said.push(line);

beforeEach(async () => {
  said = [];
  database = await ownDatabase();
  superuser = new pg.Client({ connectionString: await superuserUrl(database.appUrl) });
  await superuser.connect();
});
afterEach(() => superuser.end());

/** The last quarter that a start makes, as it is before its time: not there. */
async function lastQuarter(): Promise<{ readonly name: string; readonly at: number }> {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT max(right(relname, 6)) AS name FROM pg_class WHERE relname ~ '^charge_[0-9]{4}q[0-9]$'`,
  );
  const { name } = rows[0]!;
  for (const parent of PARENTS) await superuser.query(`DROP TABLE ${parent}_${name}`);
  const [year, quarter] = name.split('q').map(Number);
  return { name, at: Date.UTC(year!, (quarter! - 1) * 3 + 1, 15) };
}

async function write(at: number): Promise<{ readonly agencyId: string; readonly id: string }> {
  const [agencyId, id] = [randomUUID(), uuidAt(at)];
  const inserts = [
    `INSERT INTO charge (agency_id, effective_at, id, seat_id, client_account_id, action, noted, count, origin, recorded_at, recorded_by)
     VALUES ($1, $3, $2, $2, $2, 'FOLLOW', false, 1, 'RECORD', $3, 'key:x')`,
    `INSERT INTO decision (agency_id, id, seat_id, client_account_id, recipient_id, action, noted, outcome, reason_codes,
       policy_version, asked_by, answer, expires_at)
     VALUES ($1, $2, $2, $2, $2, 'FOLLOW', false, 'ALLOWED', '{}', '1', 'key:x', '{"v": 1}', $3)`,
    `INSERT INTO resolution (agency_id, reservation_id, status, sent_at, resolved_at, resolved_by)
     VALUES ($1, $2, 'COMMITTED', $3, $3, 'key:x')`,
    `INSERT INTO audit_entry (agency_id, id, actor, verb, subject_kind, subject_id, changes)
     SELECT $1, $2, 'key:x', 'createPlan', 'PLAN', $2, '{"v": 1}' WHERE $3::int8 > 0`,
  ];
  for (const sql of inserts) await superuser.query(sql, [agencyId, id, at]);
  return { agencyId, id };
}

async function where(parent: string): Promise<unknown[]> {
  const { rows } = await superuser.query<{ place: string }>(
    `SELECT tableoid::regclass::text AS place FROM ${parent} ORDER BY 1`,
  );
  return rows.map(({ place }) => place);
}

async function seenBy(agencyId: string): Promise<unknown[]> {
  const app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  try {
    await app.query('BEGIN');
    await app.query('SELECT see_agencies($1)', [[agencyId]]);
    return (await app.query('SELECT agency_id FROM charge')).rows;
  } finally {
    await app.end();
  }
}

it('rows of a quarter that is due lie in its partition, behind the wall, and a line says so', async () => {
  const { name, at } = await lastQuarter();
  const { agencyId } = await write(at);
  await write(at + 400 * 86_400_000);
  for (const parent of PARENTS)
    expect(await where(parent)).toEqual([`${parent}_default`, `${parent}_default`]);

  expect(await migrate(database.ownerUrl, database.appUrl, { say })).toEqual([]);
  for (const parent of PARENTS)
    expect(await where(parent)).toEqual([`${parent}_${name}`, `${parent}_default`].toSorted());
  expect(said.toSorted()).toEqual(
    PARENTS.map((parent) => expect.stringContaining(`${parent}_${name}`) as unknown),
  );
  expect(said).toContain(
    `Rows of a clock that was ahead: 1 went from audit_entry_default to audit_entry_${name}.`,
  );
  for (const { name: rule, sql } of CATALOG_RULES) {
    const role = new URL(database.appUrl).username;
    const { rows } = await superuser.query(sql, sql.includes('$1') ? [role] : []);
    expect([rule, rows]).toEqual([rule, []]);
  }
  expect(await query(database.appUrl, 'SELECT FROM charge')).toEqual([]);
  expect(await seenBy(agencyId)).toEqual([{ agency_id: agencyId }]);

  said = [];
  await ensurePartitions(database.ownerUrl, say);
  expect(said).toEqual([]);
});

it('a partition has the indexes of the others, whether rows were moved to it or not', async () => {
  const indexesOf = async (part: string) => {
    const { rows } = await superuser.query<{ of: string }>(
      `SELECT p.indrelid::regclass || ' ' || x.inhparent::regclass AS of FROM pg_index i
       JOIN pg_inherits x ON x.inhrelid = i.indexrelid JOIN pg_index p ON p.indexrelid = x.inhparent
       WHERE i.indrelid = $1::regclass ORDER BY 1`,
      [part],
    );
    const { rows: all } = await superuser.query('SELECT FROM pg_index WHERE indrelid = $1::regclass', [part]);
    return { attached: rows.map((row) => row.of), all: all.length };
  };
  const { name, at } = await lastQuarter();
  await write(at);
  await migrate(database.ownerUrl, database.appUrl, { say });
  for (const parent of PARENTS) {
    expect(await indexesOf(`${parent}_${name}`)).toEqual(await indexesOf(`${parent}_default`));
  }
});

it('a start whose partitions can’t be made starts, and says why', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'headroom-migrations-'));
  const empty = await ownDatabase('empty');
  await writeFile(
    join(directory, '0001_first.sql'),
    `CREATE FUNCTION ensure_partitions(at bigint) RETURNS void LANGUAGE plpgsql AS $$
     BEGIN RAISE check_violation USING MESSAGE = 'no room'; END $$;`,
  );
  expect(await migrate(empty.ownerUrl, empty.appUrl, { directory, say })).toEqual(['0001_first.sql']);
  expect(said).toEqual([
    'Partitions could not be made: no room. What is of their time goes to the default ones.',
  ]);
  await rm(directory, { recursive: true });
});
