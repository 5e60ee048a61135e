-- What is claimed, by when its claim is over: of an agency, to find what was left of campaigns that have ended.
CREATE INDEX touch_claimed ON touch (agency_id, claimed_until, id) WHERE state = 'CLAIMED';
