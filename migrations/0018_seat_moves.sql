-- Seats that go to another client account, or are removed and come back.

-- A seat that goes leaves the campaigns of the client account that it was of.
GRANT DELETE ON campaign_seat TO :"app";

-- What a removed seat was: restored, it is that again, so that no pause ends by a removal.
ALTER TABLE seat ADD COLUMN removed_as text CHECK (removed_as IN ('ACTIVE', 'PAUSED')),
  ADD CONSTRAINT seat_removed_as_of_removed CHECK (removed_as IS NULL OR status = 'REMOVED');
GRANT UPDATE (removed_as) ON seat TO :"app";

-- What a pool can't keep any more once a seat has gone from it.
ALTER TABLE credit_event DROP CONSTRAINT credit_event_because_check,
  ADD CONSTRAINT credit_event_because_check CHECK (because IN ('KEEP', 'EXPIRED', 'TIER_CHANGED', 'SEAT_MOVED'));

-- Who works with a seat: those whom its touches are meant for. What a key may do follows from the key alone.
CREATE TABLE seat_operator (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  PRIMARY KEY (agency_id, seat_id, api_key_id),
  -- The pair, not the id alone: foreign keys are checked without row-level security.
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  FOREIGN KEY (agency_id, api_key_id) REFERENCES api_key (agency_id, id)
);
SELECT build_wall('seat_operator');
CREATE INDEX seat_operator_by_api_key ON seat_operator (agency_id, api_key_id, seat_id);
GRANT SELECT, INSERT, DELETE ON seat_operator TO :"app";
