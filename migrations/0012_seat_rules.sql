-- What the rules of a seat by itself rest on.

-- Days on which a seat does not work, holidays among them, whatever its hours say.
CREATE TABLE seat_day_off (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  day date NOT NULL,
  PRIMARY KEY (agency_id, seat_id, day),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('seat_day_off');
GRANT SELECT, INSERT, DELETE ON seat_day_off TO :"app";
