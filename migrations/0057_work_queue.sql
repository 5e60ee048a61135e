-- The work queue: touches are given out to operators one by one, each to one of them.

-- How often it was claimed: each claim asks the books under a key of its own, so that whoever goes on with a claim that a
-- process died over finds the same reservation. And the caller's key, by which a claim that was answered is answered again.
ALTER TABLE touch
  ADD COLUMN claims integer NOT NULL DEFAULT 0 CHECK (claims >= 0),
  ADD COLUMN claim_key text CHECK (length(claim_key) BETWEEN 1 AND 255),
  -- Of the claim before the one that is being answered: it may have been committed in its last millisecond.
  ADD COLUMN previous_reservation_id uuid;
GRANT UPDATE (claims, claim_key, previous_reservation_id) ON touch TO :"app";

-- Whom to look at: of a seat, in the order of their time.
CREATE INDEX enrolment_due_of_seat ON enrolment (agency_id, seat_id, next_due_at, id) WHERE next_due_at IS NOT NULL;
