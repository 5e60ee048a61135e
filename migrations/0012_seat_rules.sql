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

-- What LinkedIn did to an account, as somebody saw it.
CREATE TABLE restriction (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('INVITATION_LIMIT', 'TOO_MANY_PENDING', 'TEMPORARY', 'IDENTITY_CHECK', 'PERMANENT')),
  -- Null: every action.
  actions text[] CHECK (cardinality(actions) > 0),
  reported_at bigint NOT NULL,
  -- Null: until a person lifts it.
  until_at bigint CHECK (until_at > reported_at),
  -- Half of every cap until then, from its end on; null where the end is not known.
  half_caps_until bigint,
  lifted_at bigint,
  note text CHECK (length(note) BETWEEN 1 AND 500),
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  CHECK ((half_caps_until IS NULL) = (until_at IS NULL AND lifted_at IS NULL))
);
SELECT build_wall('restriction');
CREATE INDEX restriction_of_seat ON restriction (agency_id, seat_id, reported_at);
GRANT SELECT, INSERT, UPDATE (half_caps_until, lifted_at) ON restriction TO :"app";
