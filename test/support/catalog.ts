import { ACCOUNTS_RULE, OUTSIDE_OF_AGENCIES } from './catalog.accounts.js';
import { GRANTED } from './grants.js';

/** The rules that every table, index, foreign key, view and function of the database keeps, and how each is broken. */

export interface CatalogRule {
  readonly name: string;
  /** Selects `offence`, a text, for each thing that breaks the rule; `$1` is the run-time role's name. */
  readonly sql: string;
  /** What the rule forbids, each as SQL that the owner may run; `:app` is the run-time role's name. */
  readonly breaches: readonly (readonly [what: string, sql: string])[];
}

/** Unique keys in which agency_id is not the first column, each for a reason. */
const NOT_LEADING = [
  // With agency_id first, the planner takes these for window sums, and reads the whole agency (0003_ledger.sql).
  'charge(id,agency_id,effective_at)',
  'charge(voids,agency_id,effective_at)',
];

const APPEND_ONLY = ['decision', 'charge', 'resolution', 'audit_entry'];

/** Every table of ours, with what it is; a partition goes by its parent's name too. */
const TABLES = `
  tables AS (
    SELECT c.oid, c.relname AS name, c.relispartition AS is_partition,
      coalesce((SELECT relname FROM pg_class WHERE oid = pg_partition_root(c.oid)), c.relname) AS root,
      EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id') AS of_agency
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f')
  )`;

/** An agency's table without a wall, as a breach is made from it. */
const PLAIN = 'CREATE TABLE bad (agency_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (agency_id, id))';
const WALLED = `${PLAIN}; SELECT build_wall('bad')`;

export const CATALOG_RULES: readonly CatalogRule[] = [
  {
    name: 'every table is an agency’s, but for those that are named here',
    sql: `WITH ${TABLES} SELECT name AS offence FROM tables
      WHERE NOT of_agency AND name <> ALL (ARRAY[${texts(OUTSIDE_OF_AGENCIES)}])`,
    breaches: [['a table without agency_id', 'CREATE TABLE bad (id uuid PRIMARY KEY)']],
  },
  {
    name: 'every table of an agency enables and forces row-level security, partitions too',
    sql: `WITH ${TABLES} SELECT name AS offence FROM tables t JOIN pg_class c USING (oid)
      WHERE of_agency AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
    breaches: [
      ['a table without it', PLAIN],
      ['a table that does not force it', 'ALTER TABLE seat NO FORCE ROW LEVEL SECURITY'],
      [
        'a partition without it',
        'CREATE TABLE bad PARTITION OF charge FOR VALUES FROM (9000000000000) TO (9000000000001)',
      ],
    ],
  },
  {
    name: 'every table of an agency has one policy, permissive, for all, on the agencies of the transaction',
    sql: `WITH ${TABLES} SELECT name AS offence FROM tables t
      WHERE of_agency AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = t.oid) <> 1
        OR name <> 'account' AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND NOT (
          p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
          AND coalesce(pg_get_expr(p.polqual, p.polrelid), '') LIKE 'COALESCE((agency_id = ANY (%''headroom.agencies''%)), false)'
          AND pg_get_expr(p.polqual, p.polrelid) IS NOT DISTINCT FROM pg_get_expr(p.polwithcheck, p.polrelid)
          AND pg_get_expr(p.polqual, p.polrelid) = (SELECT pg_get_expr(a.polqual, a.polrelid) FROM pg_policy a
            WHERE a.polrelid = 'agency'::regclass)))`,
    breaches: [
      ['a table without a policy', 'DROP POLICY agency_wall ON seat'],
      ['a second policy', 'CREATE POLICY second ON seat USING (true) WITH CHECK (true)'],
      [
        'a policy that lets everything pass',
        'ALTER POLICY agency_wall ON seat USING (true) WITH CHECK (true)',
      ],
      ['a policy that lets everything be written', 'ALTER POLICY agency_wall ON seat WITH CHECK (true)'],
      [
        'a policy that adds an agency to those of the transaction',
        `ALTER POLICY agency_wall ON seat
         USING (agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), ''))::uuid[] || gen_random_uuid()))
         WITH CHECK (agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), ''))::uuid[] || gen_random_uuid()))`,
      ],
      ['a policy of one role', 'ALTER POLICY agency_wall ON seat TO CURRENT_USER'],
      [
        'a restrictive policy',
        `${PLAIN}; ALTER TABLE bad ENABLE ROW LEVEL SECURITY; CREATE POLICY bad ON bad AS RESTRICTIVE
         USING (agency_id = ANY ((SELECT current_setting('headroom.agencies'))::uuid[]))
         WITH CHECK (agency_id = ANY ((SELECT current_setting('headroom.agencies'))::uuid[]))`,
      ],
      [
        'a policy for reading alone',
        `DROP POLICY agency_wall ON seat; CREATE POLICY bad ON seat FOR SELECT
         USING (agency_id = ANY ((SELECT current_setting('headroom.agencies'))::uuid[]))`,
      ],
    ],
  },
  ACCOUNTS_RULE,
  {
    name: 'agency_id leads every primary key, unique index and exclusion, but for those that are named here',
    sql: `WITH ${TABLES}, keys AS (
        SELECT t.root, ARRAY(
          SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
          WHERE k.position <= i.indnkeyatts ORDER BY k.position) AS columns
        FROM tables t JOIN pg_index i ON i.indrelid = t.oid WHERE t.of_agency AND (i.indisunique OR i.indisexclusion))
      SELECT DISTINCT root || '(' || array_to_string(columns, ',', '?') || ')' AS offence FROM keys
      WHERE columns[1] IS DISTINCT FROM 'agency_id'
        AND NOT ('agency_id' = ANY (columns)
          AND root || '(' || array_to_string(columns, ',', '?') || ')' = ANY (ARRAY[${texts(NOT_LEADING)}]))`,
    breaches: [
      ['a unique index over all agencies', 'CREATE UNIQUE INDEX bad ON plan (id)'],
      ['a unique index on an expression alone', 'CREATE UNIQUE INDEX bad ON plan (lower(id::text))'],
      ['a unique index that it does not lead', 'CREATE UNIQUE INDEX bad ON plan (id, agency_id)'],
      ['an exclusion over all agencies', 'ALTER TABLE plan ADD EXCLUDE USING btree (id WITH =)'],
      ['a primary key without it', 'CREATE TABLE bad (agency_id uuid, id uuid PRIMARY KEY)'],
    ],
  },
  {
    name: 'every table of an agency has a primary key',
    sql: `WITH ${TABLES} SELECT name AS offence FROM tables t WHERE of_agency
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
    breaches: [['a table without one', 'CREATE TABLE bad (agency_id uuid NOT NULL)']],
  },
  {
    name: 'every foreign key pairs agency_id with agency_id, first',
    sql: `SELECT conrelid::regclass || ' ' || conname AS offence FROM pg_constraint f
      WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_attribute a, pg_attribute b
        WHERE a.attrelid = f.conrelid AND a.attnum = f.conkey[1] AND a.attname = 'agency_id'
          AND b.attrelid = f.confrelid AND b.attnum = f.confkey[1] AND b.attname = 'agency_id')`,
    breaches: [
      [
        'a foreign key to an id alone',
        `${WALLED}; ALTER TABLE bad ADD FOREIGN KEY (id) REFERENCES agency_directory (id)`,
      ],
      [
        'a foreign key that pairs it with something else',
        `${WALLED}; ALTER TABLE bad ADD FOREIGN KEY (agency_id) REFERENCES agency_directory (id)`,
      ],
    ],
  },
  {
    name: 'no foreign key points at a partitioned table or a partition',
    sql: `SELECT conrelid::regclass || ' ' || conname AS offence FROM pg_constraint f JOIN pg_class c ON c.oid = f.confrelid
      WHERE f.contype = 'f' AND (c.relkind = 'p' OR c.relispartition)`,
    breaches: [
      [
        'one to decisions',
        `${WALLED}; ALTER TABLE bad ADD FOREIGN KEY (agency_id, id) REFERENCES decision (agency_id, id)`,
      ],
      [
        'one to a partition',
        `${WALLED}; ALTER TABLE bad ADD FOREIGN KEY (agency_id, id) REFERENCES decision_past (agency_id, id)`,
      ],
    ],
  },
  {
    name: 'nothing is in a schema that these rules don’t look at',
    sql: `SELECT n.nspname || '.' || o.name AS offence FROM pg_namespace n JOIN (
        SELECT relnamespace AS namespace, relname AS name FROM pg_class
        UNION ALL SELECT pronamespace, proname FROM pg_proc) o ON o.namespace = n.oid
      WHERE n.nspname NOT IN ('public', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`,
    breaches: [
      ['a table elsewhere', 'CREATE SCHEMA other; CREATE TABLE other.bad (id uuid)'],
      [
        'a function elsewhere',
        "CREATE SCHEMA other; CREATE FUNCTION other.bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
      ],
    ],
  },
  {
    name: 'no sequence counts over all agencies: its numbers would tell how much others do',
    sql: `SELECT relname AS offence FROM pg_class WHERE relkind = 'S'`,
    breaches: [
      ['a column that numbers itself', 'ALTER TABLE alert ADD bad int8 GENERATED ALWAYS AS IDENTITY'],
      ['a sequence', 'CREATE SEQUENCE bad'],
    ],
  },
  {
    name: 'no function runs with its owner’s rights',
    sql: `SELECT proname AS offence FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace`,
    breaches: [
      ['one that does', "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"],
    ],
  },
  {
    name: 'every view asks with the rights of who asks; none is materialized',
    sql: `SELECT relname AS offence FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))`,
    breaches: [
      ['a view with its owner’s rights', 'CREATE VIEW bad AS SELECT id FROM seat'],
      ['a view that says so', 'CREATE VIEW bad WITH (security_invoker = false) AS SELECT id FROM seat'],
      ['a materialized view', 'CREATE MATERIALIZED VIEW bad AS SELECT id FROM seat'],
    ],
  },
  {
    name: 'nothing runs behind the back of a statement: no triggers, no rules of rewriting',
    sql: `SELECT tgname::text AS offence FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT rulename FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`,
    breaches: [
      [
        'a trigger',
        `CREATE FUNCTION bad() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER bad BEFORE INSERT ON seat FOR EACH ROW EXECUTE FUNCTION bad()`,
      ],
      ['a rule of rewriting', 'CREATE RULE bad AS ON DELETE TO seat DO INSTEAD NOTHING'],
    ],
  },
  {
    name: 'P9: the run-time role can only add to decisions, charges, resolutions and the audit log',
    sql: `SELECT name || ' ' || privilege AS offence
      FROM unnest(ARRAY[${texts(APPEND_ONLY)}]) AS name, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
      WHERE has_table_privilege($1, name, privilege)
        OR privilege = 'UPDATE' AND has_any_column_privilege($1, name, privilege)`,
    breaches: [
      ['altering', 'GRANT UPDATE ON decision TO :app'],
      ['altering a column', 'GRANT UPDATE (count) ON charge TO :app'],
      ['deleting', 'GRANT DELETE ON audit_entry TO :app'],
      ['emptying', 'GRANT TRUNCATE ON resolution TO :app'],
      ['altering by everybody', 'GRANT UPDATE ON charge TO PUBLIC'],
    ],
  },
  {
    name: 'the run-time role may do what is named for each table, no more and no less',
    // By what it could do, not by what was granted to it: a grant to everybody or to a role of its counts too.
    sql: `WITH ${TABLES}, columns AS (
        SELECT t.oid, t.name, a.attname FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
        WHERE NOT t.is_partition AND a.attnum > 0 AND NOT a.attisdropped
      ), possible AS (
        SELECT name || ' ' || privilege AS can FROM tables, unnest(ARRAY['SELECT', 'INSERT', 'DELETE']) AS privilege
        WHERE NOT is_partition AND (has_table_privilege($1, oid, privilege)
          OR privilege <> 'DELETE' AND has_any_column_privilege($1, oid, privilege))
        UNION ALL SELECT name || ' UPDATE ' || attname FROM columns
        WHERE has_column_privilege($1, oid, attname, 'UPDATE')
      ), named AS (SELECT unnest(ARRAY[${texts(GRANTED)}]) AS can)
      SELECT can || ' is possible' AS offence FROM (TABLE possible EXCEPT TABLE named) AS wider
      UNION ALL SELECT can || ' is not' FROM (TABLE named EXCEPT TABLE possible) AS narrower`,
    breaches: [
      ['altering a whole table', 'GRANT UPDATE ON seat TO :app'],
      ['altering an id', 'GRANT UPDATE (id) ON seat TO :app'],
      ['altering when a hold ends', 'GRANT UPDATE (expires_at) ON hold TO :app'],
      ['altering whose book it is, by everybody', 'GRANT UPDATE (agency_id) ON agency_book TO PUBLIC'],
      ['deleting what is only ever replaced', 'GRANT DELETE ON scope_state TO :app'],
      ['reading what is the migrations’', 'GRANT SELECT (name) ON schema_migration TO :app'],
      ['less than is needed', 'REVOKE UPDATE (state) ON scope_state FROM :app'],
    ],
  },
  {
    name: 'the run-time role truncates, references and triggers nothing, and owns nothing',
    sql: `WITH ${TABLES} SELECT name || ' ' || privilege AS offence
      FROM tables, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
      WHERE has_table_privilege($1, oid, privilege)
      UNION ALL SELECT relname || ' is owned' FROM pg_class WHERE pg_get_userbyid(relowner) = $1`,
    breaches: [['emptying a table, past row-level security', 'GRANT TRUNCATE ON seat TO :app']],
  },
  {
    name: 'partitions are reached through their parents alone',
    sql: `WITH ${TABLES} SELECT name AS offence FROM tables WHERE is_partition
      AND (has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
        OR has_any_column_privilege($1, oid, 'SELECT, INSERT, UPDATE'))`,
    breaches: [
      ['a grant on one', 'GRANT SELECT ON charge_default TO :app'],
      ['a grant on a column of one', 'GRANT UPDATE (count) ON charge_default TO :app'],
    ],
  },
  {
    name: 'instants are bigint, words are text, numbers are whole: what is exact, and leakproof to compare',
    sql: `WITH ${TABLES} SELECT t.name || '.' || a.attname AS offence FROM tables t
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type y ON y.oid = a.atttypid
      WHERE t.of_agency AND (y.typtype <> 'b' OR y.typname <> ALL (ARRAY[${texts([
        ...['uuid', '_uuid', 'text', '_text', 'bool', 'int2', 'int4', 'int8', 'bytea', 'jsonb', 'date'],
      ])}]))`,
    breaches: [
      ['an instant with a zone', 'ALTER TABLE charge ADD bad timestamptz'],
      ['a number that is not whole', 'ALTER TABLE hold ADD bad numeric'],
      ['an enum', "CREATE TYPE word AS ENUM ('A'); ALTER TABLE decision ADD bad word"],
      ['json that keeps its spelling', 'ALTER TABLE alert ADD bad json'],
    ],
  },
  {
    name: 'whatever is kept as JSON has a version',
    sql: `WITH ${TABLES} SELECT t.name || '.' || a.attname AS offence FROM tables t
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.atttypid = 'jsonb'::regtype AND NOT a.attisdropped
      WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype = 'c'
        AND pg_get_constraintdef(c.oid) = format('CHECK ((%I ? ''v''::text))', a.attname))`,
    breaches: [
      ['JSON without a check', 'ALTER TABLE seat ADD bad jsonb'],
      ['JSON with another check', "ALTER TABLE seat ADD bad jsonb CHECK (bad ? 'w')"],
    ],
  },
];

function texts(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}
