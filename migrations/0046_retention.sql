-- How long prospects are kept after the last contact. No row: as long as the server keeps them by itself.
CREATE TABLE retention (
  agency_id uuid PRIMARY KEY REFERENCES agency (agency_id),
  -- Null: until somebody takes them off.
  prospect_months integer CHECK (prospect_months BETWEEN 1 AND 120)
);
SELECT build_wall('retention');
GRANT SELECT, INSERT, UPDATE (prospect_months) ON retention TO :"app";

-- Whom the sweep looks at: the oldest first.
CREATE INDEX prospect_by_age ON prospect (agency_id, added_at, id);
