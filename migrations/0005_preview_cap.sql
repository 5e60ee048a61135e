-- Whom a key has previewed today, so that what a key can find out about people is bounded. Fingerprints alone, as in
-- recipient_key; the rows of a day are of no use after it, and are deleted.
CREATE TABLE preview_recipient (
  agency_id uuid NOT NULL,
  key_id uuid NOT NULL,
  -- Days of UTC since 1970-01-01.
  day integer NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  PRIMARY KEY (agency_id, key_id, day, fingerprint),
  FOREIGN KEY (agency_id, key_id) REFERENCES api_key (agency_id, id)
);
SELECT build_wall('preview_recipient');
CREATE INDEX preview_recipient_by_day ON preview_recipient (agency_id, day);
GRANT SELECT, INSERT, DELETE ON preview_recipient TO :"app";

-- The longest address that a profile can have: 200 letters of a slug, each of which takes up to 12 characters
-- percent-encoded, behind https://www.linkedin.com/in/.
ALTER TABLE seat DROP CONSTRAINT seat_profile_url_check,
  ADD CONSTRAINT seat_profile_url_check CHECK (length(profile_url) BETWEEN 1 AND 2428);
ALTER TABLE recipient
  ADD CONSTRAINT recipient_profile_url_check CHECK (length(profile_url) BETWEEN 1 AND 2428);
