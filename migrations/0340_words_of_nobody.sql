-- Words of prospects that were taken away while somebody edited them. The owner sees all agencies for as long as it takes.
ALTER TABLE prospect NO FORCE ROW LEVEL SECURITY;
ALTER TABLE prospect_term NO FORCE ROW LEVEL SECURITY;
DELETE FROM prospect_term t WHERE NOT EXISTS (
  SELECT FROM prospect p WHERE p.agency_id = t.agency_id AND p.id = t.prospect_id);
ALTER TABLE prospect FORCE ROW LEVEL SECURITY;
ALTER TABLE prospect_term FORCE ROW LEVEL SECURITY;
