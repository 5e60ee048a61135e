-- What was held by the claims of a touch before its last one, the last first: a send of any of them may be told late.
ALTER TABLE touch ADD COLUMN earlier_reservation_ids uuid[] NOT NULL DEFAULT '{}';
-- The owner sees all agencies for as long as it takes.
ALTER TABLE touch NO FORCE ROW LEVEL SECURITY;
UPDATE touch SET earlier_reservation_ids = ARRAY[previous_reservation_id] WHERE previous_reservation_id IS NOT NULL;
ALTER TABLE touch FORCE ROW LEVEL SECURITY;
ALTER TABLE touch DROP COLUMN previous_reservation_id;
GRANT UPDATE (earlier_reservation_ids) ON touch TO :"app";
