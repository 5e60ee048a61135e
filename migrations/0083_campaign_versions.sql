-- Versions of a campaign that nobody goes by: a draft that was written anew before anybody saw it is kept no more. What people are
-- in by, and what clients were shown, foreign keys hold.
GRANT DELETE ON campaign_version TO :"app";
