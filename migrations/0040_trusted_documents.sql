-- What a key may send, where it may not send whatever it likes: documents that were registered before, each found by the
-- SHA-256 of its text.
CREATE TABLE trusted_document (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 50000),
  registered_at bigint NOT NULL,
  PRIMARY KEY (agency_id, sha256)
);
SELECT build_wall('trusted_document');
GRANT SELECT, INSERT, DELETE ON trusted_document TO :"app";

-- Given with the key, and never altered: whoever wants another makes another key.
ALTER TABLE api_key ADD COLUMN trusted_documents_only boolean NOT NULL DEFAULT false;
