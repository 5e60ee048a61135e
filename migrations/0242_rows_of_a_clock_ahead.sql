-- What was written while the clock was years ahead lies in the default partitions, and no partition can be made beside them for
-- the quarter that it is of. Once that quarter is due, the rows go to its partition, in the one transaction that makes it.
CREATE FUNCTION make_partition(parent text, part text, since text, until text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  rest CONSTANT text := parent || '_default';
  by_column CONSTANT name := (SELECT a.attname FROM pg_partitioned_table p JOIN pg_attribute a
    ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = parent::regclass);
  moved bigint;
BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, since, until);
EXCEPTION WHEN check_violation THEN
  -- The owner sees all agencies for as long as it takes; nobody else sees the table meanwhile.
  EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', rest);
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES)', part, parent);
  EXECUTE format('WITH gone AS (DELETE FROM %I WHERE %I >= %L AND %2$I < %4$L RETURNING *) INSERT INTO %I SELECT * FROM gone',
    rest, by_column, since, until, part);
  GET DIAGNOSTICS moved = ROW_COUNT;
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', rest);
  RAISE WARNING 'Rows of a clock that was ahead: % went from % to %.', moved, rest, part;
END
$$;
REVOKE EXECUTE ON FUNCTION make_partition(text, text, text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION ensure_partitions(at bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parents CONSTANT text[] := ARRAY['charge', 'decision', 'resolution', 'audit_entry'];
  quarters_ahead CONSTANT integer := 8;
  parent text;
  part text;
  quarter timestamptz;
  made integer := 0;
BEGIN
  FOREACH parent IN ARRAY parents LOOP
    FOR ahead IN 0..quarters_ahead LOOP
      quarter := quarter_start(at) + make_interval(months => 3 * ahead);
      part := parent || '_' || to_char(quarter AT TIME ZONE 'UTC', 'YYYY"q"Q');
      IF to_regclass(part) IS NULL THEN
        PERFORM make_partition(parent, part, partition_bound(parent, quarter),
          partition_bound(parent, quarter + interval '3 months'));
        PERFORM build_wall(part::regclass);
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;
