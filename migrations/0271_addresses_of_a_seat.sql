-- An address that a seat had before: LinkedIn counts the account, so it is no other seat's afterwards.
CREATE TABLE seat_address (
  agency_id uuid NOT NULL,
  profile_url text NOT NULL,
  seat_id uuid NOT NULL,
  PRIMARY KEY (agency_id, profile_url),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('seat_address');
GRANT SELECT, INSERT, DELETE ON seat_address TO :"app";
