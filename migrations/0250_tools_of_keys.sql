-- A key that took over from another one is the same tool: what the older one claimed and wrote is its own. The newest is first, and
-- no more than a hundred: whatever older ones had in hand is over. The owner sees all agencies for as long as it takes.
ALTER TABLE api_key ADD COLUMN took_over_from uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(took_over_from) <= 100);
ALTER TABLE api_key NO FORCE ROW LEVEL SECURITY;
WITH RECURSIVE way AS (
  SELECT agency_id, replaced_by AS id, id AS older, 1 AS steps FROM api_key WHERE replaced_by IS NOT NULL
  UNION ALL
  SELECT w.agency_id, w.id, k.id, w.steps + 1 FROM way w
  JOIN api_key k ON k.agency_id = w.agency_id AND k.replaced_by = w.older WHERE w.steps < 100
)
UPDATE api_key k SET took_over_from = o.ids FROM (
  SELECT agency_id, id, (array_agg(older ORDER BY steps, older))[:100] AS ids FROM way GROUP BY agency_id, id) AS o
WHERE k.agency_id = o.agency_id AND k.id = o.id;
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
