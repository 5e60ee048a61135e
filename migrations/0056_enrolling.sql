-- Up to which person a launched campaign has taken its people in, so many at once; null when it is through. Whoever finds
-- it goes on from there, if the process that began has died.
ALTER TABLE campaign ADD COLUMN enrolling_after uuid;
GRANT UPDATE (enrolling_after) ON campaign TO :"app";
CREATE INDEX campaign_enrolling ON campaign (agency_id, id) WHERE enrolling_after IS NOT NULL;
