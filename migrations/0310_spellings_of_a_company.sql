-- One mark is kept by each spelling that may have been kept of the name: of letters such as ß, both ways that it was compared.
ALTER TABLE do_not_contact DROP CONSTRAINT do_not_contact_pkey;
ALTER TABLE do_not_contact ADD PRIMARY KEY (agency_id, id, key_version, fingerprint);
