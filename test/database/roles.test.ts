import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { checkOwnerRole, checkRuntimeRole } from '../../src/database/roles.js';
import { StartError } from '../../src/errors.js';
import { ownDatabase, superuserUrl, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let superuser: pg.Client;

beforeAll(async () => {
  database = await ownDatabase();
  superuser = new pg.Client({ connectionString: await superuserUrl(database.ownerUrl) });
  await superuser.connect();
});

afterAll(() => superuser.end());

/** A role that may do nothing but log in. Its name needs its quotes. */
async function newRole(): Promise<{ name: string; sql: string; url: string }> {
  const name = `Role-${randomUUID()}`;
  const sql = pg.escapeIdentifier(name);
  await superuser.query(`CREATE ROLE ${sql} LOGIN PASSWORD 'password'`);
  const url = Object.assign(new URL(database.appUrl), { username: name, password: 'password' }).href;
  return { name, sql, url };
}

async function refusalOf(check: Promise<void>): Promise<string> {
  const error: unknown = await check.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  const { message } = error as StartError;
  expect(message).not.toContain('\n');
  return message;
}

/** The SQL that a refusal tells to run. */
function remedyOf(message: string): string {
  return message.replace(/^.* run: /, '');
}

describe('the run-time role', () => {
  it('passes as it is made, and as one that may do nothing but log in', async () => {
    await expect(checkRuntimeRole(database.appUrl)).resolves.toBeUndefined();
    await expect(checkRuntimeRole((await newRole()).url)).resolves.toBeUndefined();
  });

  it('is no superuser', async () => {
    const message = await refusalOf(checkRuntimeRole(await superuserUrl(database.appUrl)));
    expect(message).toMatch(
      /"headroom_superuser" is a superuser; .*CREATE ROLE headroom_app LOGIN PASSWORD '…'; Then let DATABASE_URL/,
    );
  });

  const faults: [fault: string, told: RegExp, spoil: (role: string, other: string) => string][] = [
    ['bypasses', /bypasses row-level security/, (role) => `ALTER ROLE ${role} BYPASSRLS`],
    ['may make roles', /may make roles/, (role) => `ALTER ROLE ${role} CREATEROLE`],
    ['may replicate', /may replicate/, (role) => `ALTER ROLE ${role} REPLICATION`],
    [
      'is a member of one that bypasses',
      /is a member of "Role-[^"]+", which bypasses row-level security/,
      (role, other) => `ALTER ROLE ${other} BYPASSRLS; GRANT ${other} TO ${role}`,
    ],
    [
      'is a member of one that owns',
      /is a member of "Role-[^"]+", which owns the table .*of_other/,
      (role, other) =>
        `CREATE TABLE "of_other ${role.slice(6, 12)}" (); ALTER TABLE "of_other ${role.slice(6, 12)}" OWNER TO ${other}; GRANT ${other} TO ${role}`,
    ],
    [
      'is a member of the owner, who may switch the wall off',
      /is a member of "headroom_owner", which owns the database/,
      (role) => `GRANT headroom_owner TO ${role}`,
    ],
    [
      'is a member without inheriting, by way of another',
      /is a member of "pg_read_all_data", which is more than it may do/,
      (role, other) =>
        `GRANT pg_read_all_data TO ${other}; ALTER ROLE ${role} NOINHERIT; GRANT ${other} TO ${role}`,
    ],
    [
      'is a member of pg_execute_server_program',
      /is a member of "pg_execute_server_program"/,
      (role) => `GRANT pg_execute_server_program TO ${role}`,
    ],
    [
      'owns a table',
      /owns the table .*of_role/,
      (role) =>
        `CREATE TABLE "of_role ${role.slice(6, 12)}" (); ALTER TABLE "of_role ${role.slice(6, 12)}" OWNER TO ${role}`,
    ],
    ['owns a schema', /owns the schema /, (role) => `CREATE SCHEMA AUTHORIZATION ${role}`],
    [
      'owns a function',
      /owns the function .*of_role\(integer\)/,
      (role) =>
        `CREATE FUNCTION of_role(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION of_role OWNER TO ${role}`,
    ],
    [
      'may create tables',
      /may create in the schema public/,
      (role) => `GRANT CREATE ON SCHEMA public TO ${role}`,
    ],
    [
      'may create tables as everybody may, as PostgreSQL before 15 had it',
      /may create in the schema public/,
      () => 'GRANT CREATE ON SCHEMA public TO PUBLIC',
    ],
    [
      'may create schemas',
      /may create in the database headroom_own/,
      (role) =>
        `DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), ${pg.escapeLiteral(role.slice(1, -1))}); END $$`,
    ],
  ];

  it.each(faults)('that %s is refused, until the SQL it names has run', async (_fault, told, spoil) => {
    const role = await newRole();
    const other = await newRole();
    await superuser.query(spoil(role.sql, other.sql));
    const message = await refusalOf(checkRuntimeRole(role.url));
    expect(message).toMatch(told);
    expect(message).toContain(`DATABASE_URL: the role ${role.sql} `);

    await superuser.query(remedyOf(message));
    await expect(checkRuntimeRole(role.url)).resolves.toBeUndefined();
  });

  it('that owns the database is refused, until the SQL it names has run', async () => {
    const own = await ownDatabase('empty');
    const admin = new pg.Client({ connectionString: await superuserUrl(own.ownerUrl) });
    await admin.connect();
    const role = await newRole();
    const name = new URL(own.ownerUrl).pathname.slice(1);
    await admin.query(`ALTER DATABASE ${name} OWNER TO ${role.sql}`);
    const url = Object.assign(new URL(role.url), { pathname: `/${name}` }).href;
    const message = await refusalOf(checkRuntimeRole(url));
    expect(message).toContain(`owns the database ${name}`);
    await admin.query(remedyOf(message));
    await expect(checkRuntimeRole(url)).resolves.toBeUndefined();
    await admin.end();
  });

  it('is told every fault at once', async () => {
    const role = await newRole();
    await superuser.query(
      `ALTER ROLE ${role.sql} BYPASSRLS CREATEROLE; GRANT CREATE ON SCHEMA public TO ${role.sql}`,
    );
    const message = await refusalOf(checkRuntimeRole(role.url));
    expect(message).toMatch(/bypasses row-level security, may make roles, may create in the schema public; /);
    await superuser.query(remedyOf(message));
    await expect(checkRuntimeRole(role.url)).resolves.toBeUndefined();
  });
});

describe('the owner role', () => {
  it('passes as it is made', async () => {
    await expect(checkOwnerRole(database.ownerUrl)).resolves.toBeUndefined();
  });

  it('that can not make tables is refused, until the SQL it names has run', async () => {
    const own = await ownDatabase('empty');
    const role = await newRole();
    const url = Object.assign(new URL(own.ownerUrl), { username: role.name, password: 'password' }).href;
    const message = await refusalOf(checkOwnerRole(url));
    expect(message).toMatch(/^DATABASE_OWNER_URL: the role "Role-[^"]+" can't make tables; /);
    await superuser.query(remedyOf(message));
    await expect(checkOwnerRole(url)).resolves.toBeUndefined();
  });

  it('that is not the owner of the tables is refused, and told who is', async () => {
    const own = await ownDatabase();
    const role = await newRole();
    const name = new URL(own.ownerUrl).pathname.slice(1);
    await superuser.query(`ALTER DATABASE ${name} OWNER TO ${role.sql}`);
    const url = Object.assign(new URL(own.ownerUrl), { username: role.name, password: 'password' }).href;
    const message = await refusalOf(checkOwnerRole(url));
    expect(message).toMatch(
      /the tables belong to "headroom_owner", .*REASSIGN OWNED BY "headroom_owner" TO "Role-/,
    );
  });
});
