-- Partitions by quarter: one for all that is older than the first quarter, two years ahead, and a default one so that
-- nothing is ever refused for want of a partition. The migration role calls this at every start.
-- Partitions get the wall as well, and no grants: they are reached through their parents alone.
CREATE FUNCTION ensure_partitions(at bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parents CONSTANT text[] := ARRAY['charge', 'decision', 'resolution', 'audit_entry'];
  quarters_ahead CONSTANT integer := 8;
  parent text;
  part text;
  quarter timestamptz;
  made integer := 0;
BEGIN
  FOREACH parent IN ARRAY parents LOOP
    IF to_regclass(parent || '_default') IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', parent || '_default', parent);
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%L)', parent || '_past', parent,
        partition_bound(parent, quarter_start(at)));
      PERFORM build_wall((parent || '_default')::regclass), build_wall((parent || '_past')::regclass);
      made := made + 2;
    END IF;
    FOR ahead IN 0..quarters_ahead LOOP
      quarter := quarter_start(at) + make_interval(months => 3 * ahead);
      part := parent || '_' || to_char(quarter AT TIME ZONE 'UTC', 'YYYY"q"Q');
      IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
          partition_bound(parent, quarter), partition_bound(parent, quarter + interval '3 months'));
        PERFORM build_wall(part::regclass);
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

CREATE FUNCTION quarter_start(at bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('quarter', to_timestamp(at / 1000.0) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
$$;

-- Charges are cut by their instant; the rest by their id, a uuidv7, whose first 48 bits are milliseconds.
CREATE FUNCTION partition_bound(parent text, at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE parent
    WHEN 'charge' THEN (extract(epoch FROM at) * 1000)::bigint::text
    ELSE regexp_replace(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'),
      '^(.{8})(.{4})$', '\1-\2-0000-0000-000000000000')
  END
$$;

REVOKE EXECUTE ON FUNCTION ensure_partitions(bigint), quarter_start(bigint), partition_bound(text, timestamptz)
  FROM PUBLIC;

SELECT ensure_partitions(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
