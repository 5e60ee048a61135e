-- What was sent leads back to the step and the text that it was: answers are counted by them.
CREATE INDEX touch_of_reservation ON touch (agency_id, reservation_id) WHERE reservation_id IS NOT NULL;
