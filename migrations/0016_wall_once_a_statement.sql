-- The wall again, seen through to the same agencies. Only the sub-select is evaluated once for a statement: with the cast
-- outside of it, the list of agencies was read from its text anew for each row that a batch of many agencies touches. The
-- second cast changes nothing; without it, ANY (SELECT …) would be a list of rows.
CREATE OR REPLACE FUNCTION build_wall(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wall CONSTANT text :=
    $wall$(agency_id = ANY ((SELECT nullif(current_setting('headroom.agencies', true), '')::uuid[])::uuid[]))$wall$;
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
