-- A record says of up to 100,000 at once: those of an hour come to more than an integer holds.
ALTER TABLE usage_hour ALTER COLUMN recorded TYPE bigint;
