-- Whoever took their agreement back holds an account, whichever seat is of it afterwards.
ALTER TABLE seat_address ADD COLUMN holder_withdrew_at bigint;
UPDATE seat_address address SET holder_withdrew_at = seat.holder_withdrew_at
FROM seat WHERE seat.agency_id = address.agency_id AND seat.id = address.seat_id;
