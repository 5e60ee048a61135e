-- Codes of a second factor that were tried from networks that the member never came in from: how many of late, when the last one
-- was, and from when another one is looked at.
ALTER TABLE second_factor
  ADD COLUMN tries integer NOT NULL DEFAULT 0,
  ADD COLUMN tried_at bigint NOT NULL DEFAULT 0,
  ADD COLUMN next_try_at bigint NOT NULL DEFAULT 0,
  ADD CHECK (tries >= 0);
GRANT UPDATE (tries, tried_at, next_try_at) ON second_factor TO :"app";

-- Members are told of that.
ALTER TABLE letter
  DROP CONSTRAINT letter_kind_check,
  ADD CONSTRAINT letter_kind_check CHECK (kind IN ('INVITATION', 'PASSWORD', 'APPROVAL', 'CODES_TRIED'));

-- Who became a member while their agency had a provider may have come by it: before that was put down, the account's password opened
-- the agency all the same, whoever had set it. From here on it does not, unless their address is none that the provider spoke for.
-- They come by the provider, or set a password by a link for whoever has the address. The owner sees all agencies for as long as it takes.
ALTER TABLE account NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE member NO FORCE ROW LEVEL SECURITY;
ALTER TABLE sign_in_provider NO FORCE ROW LEVEL SECURITY;
UPDATE account a SET members = jsonb_set(a.members, '{of}', (
  SELECT jsonb_agg(CASE WHEN jsonb_array_length(o.of) = 2 AND EXISTS (
      SELECT FROM member m LEFT JOIN sign_in_provider p ON p.agency_id = m.agency_id AND p.set_at <= m.joined_at
      WHERE m.agency_id = (o.of ->> 0)::uuid AND m.id = (o.of ->> 1)::uuid
        AND (p.allowed_domain IS NULL OR m.email LIKE '%@' || p.allowed_domain)
        -- An id begins with its instant: 48 bits of milliseconds.
        AND EXISTS (SELECT FROM audit_entry e WHERE e.agency_id = m.agency_id AND e.verb = 'setSignInProvider'
          AND ('x' || left(replace(e.id::text, '-', ''), 12))::bit(48)::bigint <= m.joined_at))
    THEN o.of || '["PROVIDER"]' ELSE o.of END ORDER BY o.place)
  FROM jsonb_array_elements(a.members -> 'of') WITH ORDINALITY AS o (of, place)))
WHERE a.password_hash IS NOT NULL AND a.members -> 'of' <> '[]';
ALTER TABLE sign_in_provider FORCE ROW LEVEL SECURITY;
ALTER TABLE member FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
