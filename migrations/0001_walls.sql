-- The wall between agencies, and the few functions that everything else stands on.
--
-- Every table of an agency has agency_id in its keys and one PERMISSIVE policy on the agencies that the transaction
-- may see. (Never RESTRICTIVE: on a Citus cluster such a policy arrives on the shards as a permissive one.)

-- A SET LOCAL inside a function: it ends with the transaction, and reaches the workers of a cluster too, which
-- set_config() does not.
CREATE FUNCTION see_agencies(agencies uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL headroom.agencies = %L', agencies::text);
END
$$;

-- The one clock: milliseconds of now, read when called (not at the start of the transaction, nor of a wait for a
-- lock). Kept for the transaction, so that the statements behind it count by the same instant.
CREATE FUNCTION see_clock() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  clock bigint := floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint;
BEGIN
  EXECUTE format('SET LOCAL headroom.now = %L', clock);
  RETURN clock;
END
$$;

CREATE FUNCTION build_wall(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  -- nullif: after a transaction the setting is '', not NULL. Nothing set, nothing seen. The sub-select is evaluated
  -- once for a statement, not once for a row.
  EXECUTE format($policy$
    CREATE POLICY agency_wall ON %s AS PERMISSIVE FOR ALL
      USING (agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), ''))::uuid[]))
      WITH CHECK (agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), ''))::uuid[]))
  $policy$, target);
END
$$;

-- Which agencies there are, for work that goes over all of them (the audit). Ids alone: it tells nothing else.
CREATE TABLE agency_directory (
  id uuid PRIMARY KEY,
  created_at bigint NOT NULL
);
-- Grants are the least: ids, owners and instants of what is kept are never altered, so no UPDATE is of a whole table.
GRANT SELECT, INSERT ON agency_directory TO :"app";

CREATE TABLE agency (
  agency_id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  time_zone text NOT NULL,
  created_at bigint NOT NULL
);
SELECT build_wall('agency');
GRANT SELECT, INSERT ON agency TO :"app";

-- The only row that a decision locks. Whoever changes what decisions rest on takes it too, and adds one to revision;
-- what is cached counts only at the row's own revision.
CREATE TABLE agency_book (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  revision bigint NOT NULL DEFAULT 1,
  last_at bigint NOT NULL DEFAULT 0,
  alert_sequence bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
SELECT build_wall('agency_book');
GRANT SELECT, INSERT, UPDATE (revision, last_at, alert_sequence) ON agency_book TO :"app";

GRANT EXECUTE ON FUNCTION see_agencies(uuid[]), see_clock() TO :"app";
REVOKE EXECUTE ON FUNCTION build_wall(regclass) FROM PUBLIC;
