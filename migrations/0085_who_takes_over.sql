-- What took the place of something else: people who turned out to be one with somebody, keys that were rotated, second factors.

-- Who was made one with somebody, who was made one with somebody else in turn, is of the last of them. The owner sees all
-- agencies for as long as it takes.
ALTER TABLE recipient NO FORCE ROW LEVEL SECURITY;
WITH RECURSIVE way AS (
  SELECT agency_id, id, merged_into AS last FROM recipient WHERE merged_into IS NOT NULL
  UNION ALL
  SELECT w.agency_id, w.id, r.merged_into FROM way w
  JOIN recipient r ON r.agency_id = w.agency_id AND r.id = w.last AND r.merged_into IS NOT NULL
)
UPDATE recipient t SET merged_into = w.last FROM way w
JOIN recipient e ON e.agency_id = w.agency_id AND e.id = w.last AND e.merged_into IS NULL
WHERE t.agency_id = w.agency_id AND t.id = w.id AND t.merged_into <> w.last;
ALTER TABLE recipient FORCE ROW LEVEL SECURITY;

-- What was done to them counts as done to whom they are now.
CREATE INDEX recipient_merged ON recipient (agency_id, merged_into) WHERE merged_into IS NOT NULL;

-- A key that was rotated has a successor, which is the one to be rotated from then on. Of those that were rotated before the audit
-- log knows it.
ALTER TABLE api_key
  ADD COLUMN replaced_by uuid,
  ADD FOREIGN KEY (agency_id, replaced_by) REFERENCES api_key (agency_id, id);
GRANT UPDATE (replaced_by) ON api_key TO :"app";
ALTER TABLE api_key NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY;
UPDATE api_key k SET replaced_by = s.id FROM audit_entry a JOIN api_key s
  ON s.agency_id = a.agency_id AND s.id::text = a.changes->'replacedBy'->>'new'
WHERE a.verb = 'rotateApiKey' AND k.agency_id = a.agency_id AND k.id = a.subject_id;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;

-- A second factor that takes the place of the one in force, once a code of it was shown: until then the old one guards.
ALTER TABLE second_factor
  ADD COLUMN next_sealed_secret bytea,
  ADD COLUMN next_made_at bigint,
  ADD CHECK ((next_sealed_secret IS NULL) = (next_made_at IS NULL)),
  ADD CHECK (next_sealed_secret IS NULL OR confirmed_at IS NOT NULL);
GRANT UPDATE (sealed_secret, next_sealed_secret, next_made_at) ON second_factor TO :"app";
