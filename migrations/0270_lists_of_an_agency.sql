-- PostgreSQL takes an agency's rows to be as many as the average agency's. Where that is one, an index that finds all of an agency's
-- looks as good as the one that finds the row, and the first long list is read whole for each person on it. So an agency is taken
-- to have a twentieth of all that is listed.
ALTER TABLE prospect ALTER COLUMN agency_id SET (n_distinct = 20);
