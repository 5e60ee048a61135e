-- One mark is kept by each spelling that may have been kept of the name: of letters such as ß, both ways that it was compared.
ALTER TABLE do_not_contact DROP CONSTRAINT do_not_contact_pkey;
-- An id first: marks are looked for by the fingerprint, and a key that begins with the agency would be taken for it.
ALTER TABLE do_not_contact ADD PRIMARY KEY (id, agency_id, key_version, fingerprint);
