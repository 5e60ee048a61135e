-- Alerts that nobody is pushed for a while. They are written, numbered and listed all the same.
CREATE TABLE alert_mute (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  -- Null for all kinds.
  kinds text[] CHECK (cardinality(kinds) > 0),
  -- Whose alerts: of a seat while it is this client account's, of a client account, or of the agency.
  client_account_id uuid,
  seat_id uuid,
  until bigint NOT NULL,
  muted_at bigint NOT NULL,
  muted_by text NOT NULL,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  CHECK (seat_id IS NULL OR client_account_id IS NOT NULL),
  CHECK (until > muted_at)
);
SELECT build_wall('alert_mute');
GRANT SELECT, INSERT, DELETE ON alert_mute TO :"app";
