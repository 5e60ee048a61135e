-- An address is kept as it is compared: in lower case, and composed afterwards too. Of those that were kept in parts what nobody else of the
-- agency has in another form is composed. The owner sees all agencies for as long as it takes.
ALTER TABLE member NO FORCE ROW LEVEL SECURITY;
UPDATE member m SET email = normalize(m.email, NFC)
WHERE m.email IS NOT NFC NORMALIZED AND NOT EXISTS (
  SELECT FROM member o
  WHERE o.agency_id = m.agency_id AND o.id <> m.id AND o.status <> 'REMOVED' AND normalize(o.email, NFC) = normalize(m.email, NFC));
ALTER TABLE member FORCE ROW LEVEL SECURITY;
