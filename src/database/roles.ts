import type pg from 'pg';
import { StartError } from '../errors.js';
import { quoted, withConnection } from './connect.js';

/** What is wrong with a role, and the SQL that puts it right. */
interface Fault {
  readonly what: string;
  readonly remedy: string;
}

/** Attributes with which a role gets round row-level security, by itself or in a second step. */
const ATTRIBUTES = {
  SUPERUSER: 'is a superuser',
  BYPASSRLS: 'bypasses row-level security',
  CREATEROLE: 'may make roles',
  REPLICATION: 'may replicate',
} as const;
type Attribute = keyof typeof ATTRIBUTES;

/** Predefined roles whose members read, write or run what no agency should, or become the owner of the database. */
const PREDEFINED_ROLES = [
  'pg_database_owner',
  'pg_execute_server_program',
  'pg_maintain',
  'pg_read_all_data',
  'pg_read_server_files',
  'pg_write_all_data',
  'pg_write_server_files',
];

/**
 * Refuses, by a StartError with the SQL to run, a run-time role that could get past the wall between agencies: one with
 * a strong attribute, one that owns something, one that may create, or a member of a role like that.
 */
export function checkRuntimeRole(appUrl: string): Promise<void> {
  return withConnection(appUrl, 'DATABASE_URL', async (client) => {
    const role = await sessionRole(client);
    const attributes = await attributeFaults(client, role);
    const isSuperuser = attributes.some(({ what }) => what === ATTRIBUTES.SUPERUSER);
    // A superuser owns, may and is everything: nothing more needs telling.
    const faults = isSuperuser
      ? [{ what: ATTRIBUTES.SUPERUSER, remedy: "CREATE ROLE headroom_app LOGIN PASSWORD '…'" }]
      : [
          ...attributes,
          ...(await membershipFaults(client, role)),
          ...(await ownershipFaults(client, role)),
          ...(await creationFaults(client, role)),
        ];
    if (faults.length === 0) return;
    const remedies = [...new Set(faults.map(({ remedy }) => `${remedy};`))].join(' ');
    throw new StartError(
      `DATABASE_URL: the role ${quoted(role)} ${faults.map(({ what }) => what).join(', ')}; the server runs only as a role that can't get past row-level security. As a superuser, run: ${remedies}${isSuperuser ? ' Then let DATABASE_URL log in as that role.' : ''}`,
    );
  });
}

/** Refuses, by a StartError with the SQL to run, an owner role that can't make tables or alter those that there are. */
export function checkOwnerRole(ownerUrl: string): Promise<void> {
  return withConnection(ownerUrl, 'DATABASE_OWNER_URL', async (client) => {
    const role = await sessionRole(client);
    const { rows } = await client.query<{ database: string; may_create: boolean; owner: string | null }>(`
      SELECT current_database() AS database,
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
        (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('schema_migration')
          AND NOT pg_has_role(relowner, 'USAGE')) AS owner
    `);
    const [found] = rows;
    if (found?.may_create !== true) {
      throw new StartError(
        `DATABASE_OWNER_URL: the role ${quoted(role)} can't make tables; as a superuser, run: ALTER DATABASE ${quoted(found?.database ?? '')} OWNER TO ${quoted(role)};`,
      );
    }
    if (found.owner !== null) {
      throw new StartError(
        `DATABASE_OWNER_URL: the tables belong to ${quoted(found.owner)}, not to ${quoted(role)}; log in as ${quoted(found.owner)}, or run: REASSIGN OWNED BY ${quoted(found.owner)} TO ${quoted(role)};`,
      );
    }
  });
}

async function sessionRole(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ role: string }>('SELECT session_user::text AS role');
  return rows[0]?.role ?? '';
}

interface RoleRow {
  readonly name: string;
  readonly attributes: Attribute[];
}

/** The role itself and every role it is a member of, at whatever remove. */
async function rolesOf(client: pg.Client, role: string): Promise<RoleRow[]> {
  const { rows } = await client.query<RoleRow>(
    `WITH RECURSIVE held AS (
       SELECT oid FROM pg_roles WHERE rolname = $1
       UNION SELECT roleid FROM pg_auth_members JOIN held ON member = held.oid
     )
     SELECT rolname::text AS name, array_remove(ARRAY[
         CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
         CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolreplication THEN 'REPLICATION' END
       ], NULL) AS attributes
     FROM held JOIN pg_roles USING (oid) ORDER BY rolname`,
    [role],
  );
  return rows;
}

async function attributeFaults(client: pg.Client, role: string): Promise<Fault[]> {
  const own = (await rolesOf(client, role)).find(({ name }) => name === role);
  return (own?.attributes ?? []).map((attribute) => ({
    what: ATTRIBUTES[attribute],
    remedy: `ALTER ROLE ${quoted(role)} NO${attribute}`,
  }));
}

async function membershipFaults(client: pg.Client, role: string): Promise<Fault[]> {
  const groups = (await rolesOf(client, role)).filter(({ name }) => name !== role);
  const faults: Fault[] = [];
  for (const { name, attributes } of groups) {
    const owned = await ownedBy(client, name);
    const why = PREDEFINED_ROLES.includes(name)
      ? 'which is more than it may do'
      : attributes[0] !== undefined
        ? `which ${ATTRIBUTES[attributes[0]]}`
        : owned[0] !== undefined && `which owns ${owned[0]}`;
    if (why) {
      faults.push({
        what: `is a member of ${quoted(name)}, ${why}`,
        // The grant may be to a role between the two: then that one has to be revoked.
        remedy: await revokeOf(client, role, name),
      });
    }
  }
  return faults;
}

async function revokeOf(client: pg.Client, role: string, group: string): Promise<string> {
  const { rows } = await client.query<{ member: string }>(
    `SELECT DISTINCT pg_get_userbyid(member)::text AS member
     FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid
     WHERE rolname = $1 AND pg_has_role($2::name, member, 'MEMBER') ORDER BY member`,
    [group, role],
  );
  return rows.map(({ member }) => `REVOKE ${quoted(group)} FROM ${quoted(member)}`).join('; ');
}

/** What the role owns in this database, and databases; one of each kind is enough to tell. */
async function ownedBy(client: pg.Client, role: string): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `WITH owner AS (SELECT oid FROM pg_roles WHERE rolname = $1)
     (SELECT 'the database ' || quote_ident(datname) AS what
       FROM pg_database JOIN owner ON datdba = owner.oid ORDER BY datname <> current_database() LIMIT 1)
     UNION ALL
     (SELECT 'the schema ' || quote_ident(nspname) FROM pg_namespace JOIN owner ON nspowner = owner.oid LIMIT 1)
     UNION ALL
     (SELECT 'the table ' || pg_class.oid::regclass FROM pg_class JOIN owner ON relowner = owner.oid
       WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't' ORDER BY relname LIMIT 1)
     UNION ALL
     (SELECT 'the function ' || pg_proc.oid::regprocedure FROM pg_proc JOIN owner ON proowner = owner.oid
       ORDER BY proname LIMIT 1)`,
    [role],
  );
  return rows.map(({ what }) => what);
}

async function ownershipFaults(client: pg.Client, role: string): Promise<Fault[]> {
  const owned = await ownedBy(client, role);
  if (owned.length === 0) return [];
  const { rows } = await client.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE datname = current_database()',
  );
  const owner = rows[0]?.owner === role ? 'headroom_owner' : (rows[0]?.owner ?? '');
  return owned.map((what) => ({
    what: `owns ${what}`,
    remedy: `REASSIGN OWNED BY ${quoted(role)} TO ${quoted(owner)}`,
  }));
}

/** Privileges to create, of its own or of PUBLIC: what it makes it owns. */
async function creationFaults(client: pg.Client, role: string): Promise<Fault[]> {
  const { rows } = await client.query<{ target: string }>(
    `SELECT 'SCHEMA ' || quote_ident(nspname) AS target FROM pg_namespace
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
       AND has_schema_privilege($1, oid, 'CREATE')
     UNION ALL
     SELECT 'DATABASE ' || quote_ident(current_database())
     WHERE has_database_privilege($1, current_database(), 'CREATE')`,
    [role],
  );
  return rows.map(({ target }) => ({
    what: `may create in the ${target.replace(/^\w+/, (kind) => kind.toLowerCase())}`,
    remedy: `REVOKE CREATE ON ${target} FROM PUBLIC, ${quoted(role)}`,
  }));
}
