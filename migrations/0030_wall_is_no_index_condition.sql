-- The wall again, seen through to the same agencies, now as a filter of rows alone. As it stood PostgreSQL took it for a
-- condition on an index, though each query names its agency itself: then every single look-up sorted the list of all the
-- agencies of its batch first, and one of 140 agencies spent most of its time on that. coalesce() keeps it out of the
-- indexes, and from being taken for a condition that few rows meet: nearly all that a query finds are of its agencies.
CREATE OR REPLACE FUNCTION build_wall(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wall CONSTANT text :=
    $wall$(coalesce(agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), '')::uuid[])::uuid[]), false))$wall$;
  made CONSTANT boolean := EXISTS (SELECT FROM pg_policy WHERE polrelid = target AND polname = 'agency_wall');
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  IF made THEN
    EXECUTE format('ALTER POLICY agency_wall ON %s USING %s WITH CHECK %s', target, wall, wall);
  ELSE
    -- nullif: after a transaction the setting is '', not NULL. Nothing set, nothing seen.
    EXECUTE format('CREATE POLICY agency_wall ON %s AS PERMISSIVE FOR ALL USING %s WITH CHECK %s', target, wall, wall);
  END IF;
END
$$;

SELECT build_wall(polrelid::regclass) FROM pg_policy WHERE polname = 'agency_wall';
