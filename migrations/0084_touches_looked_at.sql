-- Touches that wait are looked at again before the instant that was told, and campaigns of which nothing goes out are told.

-- When somebody looks whether a person whom another client account had is free: once a day, whatever instant was told.
ALTER TABLE touch ADD COLUMN look_at bigint;
GRANT UPDATE (look_at) ON touch TO :"app";
CREATE INDEX touch_to_look_at ON touch (agency_id, seat_id, look_at) WHERE look_at IS NOT NULL;

ALTER TABLE campaign
  -- Since when it has been running, where it was paused in between; else since it was launched.
  ADD COLUMN running_since bigint,
  -- When it had stalled, as it was told; it is told again once something of it went out since.
  ADD COLUMN stalled_at bigint;
GRANT UPDATE (running_since, stalled_at) ON campaign TO :"app";

-- What of a campaign went out last, and what of it is open: by its seats, whose queues take so many of each campaign.
CREATE INDEX touch_done_of_campaign ON touch (agency_id, campaign_id, ended_at) WHERE state = 'DONE';
CREATE INDEX touch_open_of_campaign ON touch (agency_id, campaign_id, seat_id, due_at, id) WHERE state IN ('DUE', 'CLAIMED');
