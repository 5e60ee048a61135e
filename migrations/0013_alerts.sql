-- The lists of alerts, each in the order of the numbers.
CREATE INDEX alert_of_seat ON alert (agency_id, seat_id, sequence) WHERE seat_id IS NOT NULL;
-- What nobody has acknowledged is little beside all that ever was.
CREATE INDEX alert_unacknowledged ON alert (agency_id, sequence) WHERE acknowledged_at IS NULL;
