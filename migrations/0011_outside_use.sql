-- What a seat does elsewhere, as its agency declares it: so many of an action on each day of the seat's zone. The newest
-- declaration of a day holds; one whose days a newer one covers whole is deleted, and stays in the audit log.
CREATE TABLE outside_use (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  seat_id uuid NOT NULL,
  id uuid NOT NULL,
  action text NOT NULL,
  per_day integer NOT NULL CHECK (per_day BETWEEN 0 AND 100000),
  from_on date NOT NULL,
  -- The last day; null where it has no end.
  until_on date CHECK (until_on >= from_on),
  declared_at bigint NOT NULL,
  PRIMARY KEY (agency_id, seat_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('outside_use');
GRANT SELECT, INSERT, DELETE ON outside_use TO :"app";
