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
