-- Endpoints that are told of touches that ended, and of what people did in answer. A delivery holds the id of what it tells of,
-- as all of them do: whom it is about is looked up when it is sent, so that an erased person is in no log.
ALTER TABLE webhook
  ADD COLUMN touch_changes boolean NOT NULL DEFAULT false,
  ADD COLUMN engagements boolean NOT NULL DEFAULT false,
  -- Which field of a list holds the receiver's own reference of a person.
  ADD COLUMN prospect_ref_field text CHECK (length(prospect_ref_field) BETWEEN 1 AND 60),
  -- How far it has come: the number of the last touch; the instant from which engagements are still to be looked at, and of
  -- those of that very instant the last one.
  ADD COLUMN read_touch bigint NOT NULL DEFAULT 0 CHECK (read_touch >= 0),
  ADD COLUMN read_engaged_at bigint NOT NULL DEFAULT 0 CHECK (read_engaged_at >= 0),
  ADD COLUMN read_engagement uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
GRANT UPDATE (touch_changes, engagements, prospect_ref_field, read_touch, read_engaged_at, read_engagement) ON webhook TO :"app";

ALTER TABLE webhook_delivery
  DROP CONSTRAINT webhook_delivery_event_check,
  ADD CONSTRAINT webhook_delivery_event_check CHECK (event IN (
    'ALERT', 'RESERVATION', 'TEST', 'TOUCH_COMPLETED', 'TOUCH_SKIPPED', 'TOUCH_FAILED', 'ENGAGEMENT'));

-- How many touches of an agency were done, passed over or could not be done. Whoever ends one numbers it, and holds this row
-- until the transaction ends: so the numbers have no gap, and are in the order of commit.
CREATE TABLE touches_ended (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  last_number bigint NOT NULL CHECK (last_number >= 0)
) WITH (fillfactor = 50);
SELECT build_wall('touches_ended');
GRANT SELECT, INSERT, UPDATE (last_number) ON touches_ended TO :"app";

-- Null while it is open, where it was cancelled, and where it ended before they were numbered.
ALTER TABLE touch ADD COLUMN end_number bigint CHECK (end_number > 0),
  ADD CHECK (end_number IS NULL OR state IN ('DONE', 'SKIPPED', 'FAILED'));
CREATE UNIQUE INDEX touch_by_end ON touch (agency_id, end_number) WHERE end_number IS NOT NULL;
GRANT UPDATE (end_number) ON touch TO :"app";

-- What was told by callers was written under the agency's book, and is in the order of its instants. What an archive told was
-- not: its rows bear an instant of before the book was taken, so they are found by the import, which bears one of under it.
ALTER TABLE archive_import ADD COLUMN rows_recorded_at bigint;
CREATE INDEX archive_import_by_time ON archive_import (agency_id, imported_at);
CREATE INDEX engagement_by_record ON engagement (agency_id, recorded_at, id);
