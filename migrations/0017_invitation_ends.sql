-- What took invitations to nobody in particular out of the gauge of pending ones: withdrawals that name nobody either.
CREATE TABLE invitation_end (
  agency_id uuid NOT NULL,
  -- The withdrawal's charge. A withdrawal that is taken out ends nothing any more.
  ended_by uuid NOT NULL,
  -- The instant of the invitations: of the record, or of the seat's adding.
  sent_at bigint NOT NULL,
  seat_id uuid NOT NULL,
  -- Of the charge, whose partition it tells.
  ended_at bigint NOT NULL CHECK (ended_at >= sent_at),
  count integer NOT NULL CHECK (count > 0),
  PRIMARY KEY (agency_id, ended_by, sent_at),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('invitation_end');
CREATE INDEX invitation_end_of_seat ON invitation_end (agency_id, seat_id, sent_at);
GRANT SELECT, INSERT ON invitation_end TO :"app";
