-- The holder of a LinkedIn account can take their agreement back at any time, by a link that needs no sign-in.
ALTER TABLE seat
  -- Null while the holder has not withdrawn, or has agreed again since.
  ADD COLUMN holder_withdrew_at bigint,
  -- A link of another generation is none any more.
  ADD COLUMN holder_link_generation integer NOT NULL DEFAULT 1 CHECK (holder_link_generation > 0),
  -- Whatever a defect does: a seat whose holder has withdrawn is neither agreed to nor in use.
  ADD CONSTRAINT seat_of_holder_who_withdrew CHECK (holder_withdrew_at IS NULL OR (
    holder_agreed_on IS NULL AND status <> 'ACTIVE' AND removed_as IS DISTINCT FROM 'ACTIVE'));
GRANT UPDATE (holder_withdrew_at, holder_link_generation) ON seat TO :"app";
