-- Whom an archive named without an address nobody can ask for by one: the fingerprint finds them again, and no word of them is kept.
-- The owner sees all agencies for as long as it takes.
ALTER TABLE recipient NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recipient_key NO FORCE ROW LEVEL SECURITY;
UPDATE recipient r SET name = NULL, company = NULL, company_domain = NULL
WHERE r.profile_url IS NULL AND (r.name IS NOT NULL OR r.company IS NOT NULL OR r.company_domain IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM recipient_key k
    WHERE k.agency_id = r.agency_id AND k.recipient_id = r.id AND k.kind <> 'NAME');
ALTER TABLE recipient_key FORCE ROW LEVEL SECURITY;
ALTER TABLE recipient FORCE ROW LEVEL SECURITY;
