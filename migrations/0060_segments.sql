-- Saved filters of a client account's list, and what of a prospect they compare.

-- {"v": 1, "texts": {"company": "acme"}, "custom": {"region": "emea"}, "tags": ["vip"]}: without case and accents, made
-- from the prospect and written with it, so that the same text is compared in whatever way it is written.
ALTER TABLE prospect ADD COLUMN compared jsonb NOT NULL DEFAULT '{"v": 1, "texts": {}, "custom": {}, "tags": []}'
  CHECK (compared ? 'v');
GRANT UPDATE (compared) ON prospect TO :"app";

-- Those who are on a list already, as nearly as SQL can say it; the next change of a row says it exactly. The owner sees
-- all agencies for as long as it takes.
CREATE FUNCTION pg_temp.plain(words text) RETURNS text LANGUAGE sql AS $$
  SELECT nullif(btrim(regexp_replace(lower(regexp_replace(normalize(words, NFKD), U&'[\0300-\036f]', '', 'g')), '\s+', ' ', 'g')), '')
$$;
ALTER TABLE prospect NO FORCE ROW LEVEL SECURITY;
ALTER TABLE prospect_term NO FORCE ROW LEVEL SECURITY;
UPDATE prospect p SET compared = jsonb_build_object(
  'v', 1,
  'texts', jsonb_strip_nulls(jsonb_build_object(
    'firstName', pg_temp.plain(first_name), 'lastName', pg_temp.plain(last_name), 'company', pg_temp.plain(company),
    'companyDomain', pg_temp.plain(company_domain), 'position', pg_temp.plain(position),
    'industry', pg_temp.plain(industry), 'location', pg_temp.plain(location))),
  'custom', (SELECT coalesce(jsonb_object_agg(f.key, pg_temp.plain(f.value)), '{}') FROM jsonb_each_text(custom->'fields') AS f),
  'tags', (SELECT coalesce(jsonb_agg(substr(t.term, 2)), '[]') FROM prospect_term t
    WHERE t.agency_id = p.agency_id AND t.prospect_id = p.id AND t.term LIKE '#%'));
ALTER TABLE prospect FORCE ROW LEVEL SECURITY;
ALTER TABLE prospect_term FORCE ROW LEVEL SECURITY;

CREATE TABLE segment (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- {"v": 1, "filter": {"company": {"contains": "acme"}}}: as it was said, ids as uuids.
  filter jsonb NOT NULL CHECK (filter ? 'v'),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, client_account_id, name),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id)
);
SELECT build_wall('segment');
GRANT SELECT, INSERT, DELETE, UPDATE (name, filter, updated_at) ON segment TO :"app";
