-- Whoever wants to hear no more of a LinkedIn account is left alone by it, whichever client account has the seat.
ALTER TABLE do_not_contact DROP CONSTRAINT do_not_contact_scope_kind_check;
ALTER TABLE do_not_contact ADD CONSTRAINT do_not_contact_scope_kind_check
  CHECK (scope_kind IN ('AGENCY', 'CLIENT_ACCOUNT', 'SEAT'));

-- Those who have said so already, unless their mark was taken back since. The owner sees all agencies for as long as it takes.
ALTER TABLE do_not_contact NO FORCE ROW LEVEL SECURITY;
ALTER TABLE engagement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE recipient_key NO FORCE ROW LEVEL SECURITY;
INSERT INTO do_not_contact
SELECT DISTINCT ON (d.agency_id, e.seat_id, d.key_version, d.fingerprint)
  d.agency_id, gen_random_uuid(), 'SEAT', e.seat_id, 'PERSON', d.key_version, d.fingerprint, e.recorded_at, e.recorded_by
FROM engagement e
JOIN recipient_key k ON k.agency_id = e.agency_id AND k.recipient_id = e.recipient_id
JOIN do_not_contact d ON d.agency_id = k.agency_id AND d.kind = 'PERSON' AND d.key_version = k.key_version
  AND d.fingerprint = k.fingerprint AND d.scope_id = e.client_account_id
WHERE e.kind = 'OPTED_OUT'
ORDER BY d.agency_id, e.seat_id, d.key_version, d.fingerprint, e.recorded_at;
ALTER TABLE do_not_contact FORCE ROW LEVEL SECURITY;
ALTER TABLE engagement FORCE ROW LEVEL SECURITY;
ALTER TABLE recipient_key FORCE ROW LEVEL SECURITY;
