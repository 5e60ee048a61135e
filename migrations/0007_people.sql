-- Who may not be contacted, and what finds a person by their employer.

-- Marks by keyed fingerprints alone, so that they outlive the person's data. One mark has a row for each secret that
-- was known when it was set, all with its id: whatever is found by any of them binds.
CREATE TABLE do_not_contact (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  scope_kind text NOT NULL CHECK (scope_kind IN ('AGENCY', 'CLIENT_ACCOUNT')),
  scope_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PERSON', 'COMPANY', 'DOMAIN')),
  key_version smallint NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (agency_id, id, key_version),
  UNIQUE (agency_id, kind, key_version, fingerprint, scope_id),
  CHECK (scope_kind <> 'AGENCY' OR scope_id = agency_id)
);
SELECT build_wall('do_not_contact');
GRANT SELECT, INSERT, DELETE ON do_not_contact TO :"app";

-- The companies and domains that a person was ever told to be of, as keyed fingerprints: a mark on one of them binds
-- the person, in requests that don't name it too, and after an erasure.
CREATE TABLE recipient_employer (
  agency_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('COMPANY', 'DOMAIN')),
  key_version smallint NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  PRIMARY KEY (agency_id, recipient_id, kind, key_version, fingerprint),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('recipient_employer');
CREATE INDEX recipient_employer_by_fingerprint ON recipient_employer (agency_id, kind, key_version, fingerprint);
GRANT SELECT, INSERT ON recipient_employer TO :"app";

-- Whether something is under way to a person already.
CREATE INDEX hold_of_recipient ON hold (agency_id, recipient_id, expires_at);
