-- A tool that tells of a single seat is of the client account that had the seat when its source was made: it tells nothing of a seat
-- that is another one's. The owner sees all agencies for as long as it takes.
ALTER TABLE inbound_source ADD COLUMN seat_account_id uuid;
ALTER TABLE inbound_source NO FORCE ROW LEVEL SECURITY;
ALTER TABLE seat_assignment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE seat NO FORCE ROW LEVEL SECURITY;
UPDATE inbound_source i SET seat_account_id = coalesce(
  (SELECT a.client_account_id FROM seat_assignment a
   WHERE a.agency_id = i.agency_id AND a.seat_id = i.seat_id AND a.from_at <= i.created_at ORDER BY a.from_at DESC LIMIT 1),
  (SELECT s.client_account_id FROM seat s WHERE s.agency_id = i.agency_id AND s.id = i.seat_id))
WHERE i.seat_id IS NOT NULL;
ALTER TABLE seat FORCE ROW LEVEL SECURITY;
ALTER TABLE seat_assignment FORCE ROW LEVEL SECURITY;
ALTER TABLE inbound_source FORCE ROW LEVEL SECURITY;
ALTER TABLE inbound_source
  ADD FOREIGN KEY (agency_id, seat_account_id) REFERENCES client_account (agency_id, id),
  ADD CHECK ((seat_id IS NULL) = (seat_account_id IS NULL));
