-- A record that names a reservation, and was a send that somebody had told of without it: the reservation became that send.
ALTER TABLE idempotency ADD COLUMN reservation_id uuid CHECK (reservation_id IS NULL OR matched);
CREATE INDEX idempotency_of_reservation ON idempotency (agency_id, reservation_id) WHERE reservation_id IS NOT NULL;
