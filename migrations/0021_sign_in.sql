-- How members come in. A person signs in with one address and one password, whichever agencies they are a member of: so
-- this stands outside the agencies, and is found by a keyed fingerprint of the address alone. The address itself is not
-- here. Nobody is shown a row unless the transaction names its fingerprint: the list of who there is can't be read.
CREATE FUNCTION see_accounts(fingerprints bytea[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL headroom.accounts = %L', fingerprints::text);
END
$$;
GRANT EXECUTE ON FUNCTION see_accounts(bytea[]) TO :"app";

CREATE TABLE account (
  fingerprint bytea PRIMARY KEY CHECK (length(fingerprint) = 32),
  key_version smallint NOT NULL,
  -- argon2id, as a PHC string; null for a person who signs in at an agency's identity provider alone.
  password_hash text CHECK (password_hash LIKE '$argon2id$%'),
  -- Of which agencies the person is a member: {"v": 1, "of": [[agency_id, member_id], …]}. Added when an invitation is
  -- accepted, taken out when the member is removed; nobody's any more, the row is deleted.
  members jsonb NOT NULL CHECK (members ? 'v'),
  created_at bigint NOT NULL
);
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_wall ON account AS PERMISSIVE FOR ALL
  USING (fingerprint = ANY ((SELECT nullif(current_setting('headroom.accounts', true), '')::bytea[])::bytea[]))
  WITH CHECK (fingerprint = ANY ((SELECT nullif(current_setting('headroom.accounts', true), '')::bytea[])::bytea[]));
GRANT SELECT, INSERT, UPDATE (fingerprint, key_version, password_hash, members), DELETE ON account TO :"app";

-- Links that are good once. Of a link the SHA-256 of its secret is kept.
CREATE TABLE member_link (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('INVITATION', 'PASSWORD')),
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  -- Used, or replaced by another one, or its member removed.
  ended_at bigint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id)
);
SELECT build_wall('member_link');
CREATE INDEX member_link_by_member ON member_link (agency_id, member_id) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE (ended_at) ON member_link TO :"app";

-- Sessions of the console. Of a token the SHA-256 of its secret is kept.
CREATE TABLE session (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  -- SECOND_FACTOR and ENROL open nothing but the second factor: to be given, or to be set up.
  stage text NOT NULL CHECK (stage IN ('SIGNED_IN', 'SECOND_FACTOR', 'ENROL')),
  created_at bigint NOT NULL,
  last_used_at bigint NOT NULL,
  -- Whatever it is used for.
  expires_at bigint NOT NULL,
  ended_at bigint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id)
);
SELECT build_wall('session');
CREATE INDEX session_by_member ON session (agency_id, member_id) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE (last_used_at, ended_at), DELETE ON session TO :"app";

-- Letters that wait to be sent. The address is read from the member's row when it is sent; the link's token is sealed with
-- a key of the server, and taken out once it was sent or given up.
CREATE TABLE letter (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('INVITATION', 'PASSWORD')),
  sealed_token bytea,
  created_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  next_try_at bigint,
  sent_at bigint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id),
  CHECK ((next_try_at IS NULL) = (sealed_token IS NULL))
);
SELECT build_wall('letter');
CREATE INDEX letter_waiting ON letter (agency_id, next_try_at) WHERE next_try_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE (sealed_token, tries, next_try_at, sent_at) ON letter TO :"app";

-- How often somebody tried to sign in, by fingerprints of the address and of where it came from: counted over all
-- processes. The shape is rate-limiter-flexible's.
CREATE TABLE sign_in_try (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
GRANT SELECT, INSERT, UPDATE (points, expire), DELETE ON sign_in_try TO :"app";
