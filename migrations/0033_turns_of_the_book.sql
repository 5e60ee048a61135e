-- Two transactions may hold a book at the same instant, and a clock that was set back stands still for all of them: the
-- last instant does not tell one from the other. This number does: it grows by one with each that decides or changes
-- anything under the book, in the order of commit. Who watches an agency knows by it what they have not read yet.
ALTER TABLE agency_book ADD COLUMN turn bigint NOT NULL DEFAULT 0;
GRANT UPDATE (turn) ON agency_book TO :"app";

-- What became of reservations since an instant: resolved_at never goes back in the order of commit.
CREATE INDEX resolution_of_instant ON resolution (agency_id, resolved_at);
