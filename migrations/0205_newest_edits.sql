-- Of tags that were taken away from a prospect, and of custom fields that were set by hand and are gone, the newest hundred of each are
-- remembered: it grew for as long as somebody changed them. The owner sees all agencies for as long as it takes.
ALTER TABLE prospect NO FORCE ROW LEVEL SECURITY;
UPDATE prospect p SET edited = ARRAY(
  SELECT e.edit FROM (
    SELECT u.edit, u.place, w.kind, row_number() OVER (PARTITION BY w.kind ORDER BY u.place DESC) AS newest
    FROM unnest(p.edited) WITH ORDINALITY AS u (edit, place)
    CROSS JOIN LATERAL (SELECT CASE WHEN u.edit LIKE 'tag:%' THEN 'TAG'
      WHEN u.edit LIKE 'custom:%' AND NOT (p.custom->'fields') ? substr(u.edit, 8) THEN 'CUSTOM' END AS kind) AS w) AS e
  WHERE e.kind IS NULL OR e.newest <= 100
  ORDER BY e.place)
WHERE cardinality(p.edited) > 100;
ALTER TABLE prospect FORCE ROW LEVEL SECURITY;
-- Eight texts, twenty custom fields that are there, and a hundred of each kind that is gone.
ALTER TABLE prospect ADD CHECK (cardinality(edited) <= 228);
