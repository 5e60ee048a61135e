-- One mark is kept by each spelling that may have been kept of the name: of letters such as ß, both ways that it was compared.
ALTER TABLE do_not_contact
  DROP CONSTRAINT do_not_contact_pkey,
  DROP CONSTRAINT do_not_contact_agency_id_kind_key_version_fingerprint_scope_key,
  ADD PRIMARY KEY (agency_id, kind, key_version, fingerprint, scope_id);
CREATE INDEX do_not_contact_by_id ON do_not_contact (agency_id, id);
