-- Where the people of an agency sign in besides here: its OpenID provider, and what this server shows it.
CREATE TABLE sign_in_provider (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  -- Another one whenever it is set: a sign-in that began with the one before does not end with this one.
  id uuid NOT NULL,
  issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  client_id text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 500),
  sealed_client_secret bytea NOT NULL,
  -- In lower case: of no other domain does it say who somebody is.
  allowed_domain text NOT NULL CHECK (length(allowed_domain) BETWEEN 1 AND 253),
  -- Of whoever set it. It signs nobody of a wider role in: whoever names the provider can be anybody there.
  set_by_role text NOT NULL CHECK (set_by_role IN ('OWNER', 'ADMIN')),
  set_at bigint NOT NULL
);
SELECT build_wall('sign_in_provider');
GRANT SELECT, INSERT, DELETE,
  UPDATE (id, issuer, client_id, sealed_client_secret, allowed_domain, set_by_role, set_at)
  ON sign_in_provider TO :"app";

-- Sign-ins that came back from a provider, so that none comes back twice; kept until they would have expired.
CREATE TABLE sign_in_return (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  state_sha256 bytea NOT NULL CHECK (length(state_sha256) = 32),
  expires_at bigint NOT NULL,
  PRIMARY KEY (agency_id, state_sha256)
);
SELECT build_wall('sign_in_return');
GRANT SELECT, INSERT, DELETE ON sign_in_return TO :"app";
