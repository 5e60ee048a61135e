-- The second factor of a member, in the agency that it is for: an authenticator's secret, sealed with a key of the server.
CREATE TABLE second_factor (
  agency_id uuid NOT NULL,
  member_id uuid NOT NULL,
  sealed_secret bytea NOT NULL,
  created_at bigint NOT NULL,
  -- Null until a code of it was shown: until then it opens nothing and guards nothing.
  confirmed_at bigint,
  -- The last time step of which a code was taken. None of it or before is taken again.
  last_step bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (agency_id, member_id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id)
);
SELECT build_wall('second_factor');
GRANT SELECT, INSERT, UPDATE (confirmed_at, last_step), DELETE ON second_factor TO :"app";

-- For whoever lost the authenticator. Of a code the SHA-256 is kept: 80 random bits need no slower hash.
CREATE TABLE recovery_code (
  agency_id uuid NOT NULL,
  member_id uuid NOT NULL,
  code_sha256 bytea NOT NULL CHECK (length(code_sha256) = 32),
  used_at bigint,
  PRIMARY KEY (agency_id, member_id, code_sha256),
  FOREIGN KEY (agency_id, member_id) REFERENCES second_factor (agency_id, member_id) ON DELETE CASCADE
);
SELECT build_wall('recovery_code');
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON recovery_code TO :"app";

-- How the people of an agency sign in; no row is the usual way.
CREATE TABLE access_rules (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  -- Whoever has no second factor can do nothing but set one up.
  second_factor_demanded boolean NOT NULL DEFAULT false
);
SELECT build_wall('access_rules');
GRANT SELECT, INSERT, UPDATE (second_factor_demanded) ON access_rules TO :"app";
