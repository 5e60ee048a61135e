-- Two addresses that turn out to be one person: of two enrolments of theirs in a campaign the later one ends.
ALTER TABLE enrolment DROP CONSTRAINT enrolment_ended_because_check;
ALTER TABLE enrolment ADD CONSTRAINT enrolment_ended_because_check CHECK (ended_because IN ('STEPS_DONE', 'REPLIED',
  'OPTED_OUT', 'DO_NOT_CONTACT', 'OFF_THE_LIST', 'FAILED', 'BY_HAND', 'CAMPAIGN_ENDED', 'SAME_PERSON'));
