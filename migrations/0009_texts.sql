-- The texts of the last thirty days, as keyed sketches that say how alike two texts are and not what they say. Working
-- data: it goes, some days after it has stopped to count, with the next batch that adds to it.

-- A text of a seat. Copies of one template have the same sketch, once what was put in for a person is taken out of them.
CREATE TABLE text_sketch (
  agency_id uuid NOT NULL,
  -- Made from the seat and the sketch, with the server's secret.
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  sketch bytea NOT NULL CHECK (length(sketch) = 128),
  fingerprint_version smallint NOT NULL,
  -- No send of it can count longer.
  kept_until bigint NOT NULL,
  PRIMARY KEY (agency_id, id)
);
SELECT build_wall('text_sketch');
CREATE INDEX text_sketch_by_age ON text_sketch (agency_id, kept_until);
GRANT SELECT, INSERT, UPDATE (kept_until), DELETE ON text_sketch TO :"app";

-- The bands of a sketch: two texts that are alike have one in common, so that only these are compared.
CREATE TABLE text_band (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  band bigint NOT NULL,
  text_id uuid NOT NULL,
  PRIMARY KEY (agency_id, seat_id, band, text_id),
  -- The pair, not the id alone: foreign keys are checked without row-level security.
  FOREIGN KEY (agency_id, text_id) REFERENCES text_sketch (agency_id, id) ON DELETE CASCADE
);
SELECT build_wall('text_band');
CREATE INDEX text_band_of_text ON text_band (agency_id, text_id);
GRANT SELECT, INSERT ON text_band TO :"app";

-- To whom a text went, or is about to go: of a reservation, by its id. A hold that is released or voided has none any more.
CREATE TABLE text_send (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  text_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  held boolean NOT NULL,
  -- The expiry of a hold, or the instant at which a send leaves the window: counted until then, that instant not included.
  counts_until bigint NOT NULL,
  PRIMARY KEY (agency_id, id)
);
SELECT build_wall('text_send');
CREATE INDEX text_send_of_text ON text_send (agency_id, text_id, counts_until);
CREATE INDEX text_send_by_age ON text_send (agency_id, counts_until);
GRANT SELECT, INSERT, UPDATE (held, counts_until), DELETE ON text_send TO :"app";
