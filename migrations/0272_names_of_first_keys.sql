-- An agency's first key bore the address of its first owner, and so did whichever took over from it: it stayed when the member was
-- erased. The owner sees all agencies for as long as it takes.
ALTER TABLE api_key NO FORCE ROW LEVEL SECURITY;
UPDATE api_key k SET name = 'Owner' WHERE name LIKE '%@%' AND EXISTS (
  SELECT 1 FROM api_key f WHERE f.agency_id = k.agency_id AND (f.id = k.id OR f.id = ANY (k.took_over_from))
    AND f.created_by = 'system:createAgency' AND f.name = k.name);
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
