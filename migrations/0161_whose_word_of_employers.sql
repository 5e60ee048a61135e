-- Whose word it is that a person works somewhere: a list's counts for the whole agency, a request's or a record's for its client account
-- alone. Of what was told before nobody knows it any more: it binds as it did. The owner sees all agencies for as long as it takes.
ALTER TABLE recipient_employer ADD COLUMN scope_id uuid;
ALTER TABLE recipient_employer NO FORCE ROW LEVEL SECURITY;
UPDATE recipient_employer SET scope_id = agency_id;
ALTER TABLE recipient_employer FORCE ROW LEVEL SECURITY;
ALTER TABLE recipient_employer
  ALTER COLUMN scope_id SET NOT NULL,
  DROP CONSTRAINT recipient_employer_pkey,
  ADD PRIMARY KEY (agency_id, recipient_id, scope_id, kind, key_version, fingerprint);
