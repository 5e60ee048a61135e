-- The texts themselves, where an agency says that they are kept. Where it says nothing there is nothing here.

-- Whether an agency keeps the texts that it asks about, and for how long. No row: it keeps none.
CREATE TABLE text_keeping (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  days integer NOT NULL CHECK (days BETWEEN 1 AND 400)
);
SELECT build_wall('text_keeping');
GRANT SELECT, INSERT, UPDATE (days), DELETE ON text_keeping TO :"app";

-- What a reservation was asked for with, sealed under a key that the database does not have. Beside the books and not in them: what
-- is written there is never taken out again, and this goes with the person, with time, and with its agency's keeping.
CREATE TABLE kept_text (
  agency_id uuid NOT NULL,
  -- Of the reservation, and of its decision.
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  -- That of its time.
  client_account_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  asked_by text NOT NULL,
  kept_at bigint NOT NULL,
  -- The number of the key; it is not made from the text.
  key_version integer NOT NULL CHECK (key_version > 0),
  sealed bytea NOT NULL,
  PRIMARY KEY (agency_id, id),
  -- Whatever else goes wrong: an agency that keeps no texts has none.
  FOREIGN KEY (agency_id) REFERENCES text_keeping (agency_id) ON DELETE CASCADE
);
SELECT build_wall('kept_text');
-- Written once: nothing in it can be altered.
GRANT SELECT, INSERT, DELETE ON kept_text TO :"app";

-- The oldest go first; and those of a person who is erased.
CREATE INDEX kept_text_by_age ON kept_text (agency_id, kept_at);
CREATE INDEX kept_text_of_recipient ON kept_text (agency_id, recipient_id);
