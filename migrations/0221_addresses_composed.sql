-- An address is kept as it is compared, with its marks composed: a capital whose mark stands apart left one with its mark apart. Where
-- somebody has the composed one it stays. The owner sees all agencies for as long as it takes.
ALTER TABLE member NO FORCE ROW LEVEL SECURITY;
UPDATE member m SET email = normalize(m.email, NFC) WHERE m.email <> normalize(m.email, NFC) AND NOT EXISTS (
  SELECT FROM member o WHERE o.agency_id = m.agency_id AND o.email = normalize(m.email, NFC) AND o.status <> 'REMOVED');
ALTER TABLE member FORCE ROW LEVEL SECURITY;
