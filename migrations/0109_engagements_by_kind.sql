-- The newest answer of each kind, and the one of an instant, are found at once, however many others a person gave a seat: beside
-- an index without the kind this one would be written for nothing.
CREATE INDEX engagement_of_person ON engagement (agency_id, seat_id, recipient_id, kind, occurred_at);
DROP INDEX engagement_of_seat;
