-- Versions of the policy that agencies published. A version is never altered: each decision tells the one it was made
-- under. Its numbers are what it has otherwise than the built-in version that it follows from.
CREATE TABLE policy_version (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  -- In the order of publication: of two for one instant the later one holds.
  number integer NOT NULL CHECK (number > 0),
  version text NOT NULL CHECK (length(version) BETWEEN 1 AND 100),
  based_on text NOT NULL,
  built_in text NOT NULL,
  -- What was decided by then stays as it was decided: no version is of the past.
  effective_from bigint NOT NULL CHECK (effective_from >= published_at),
  published_at bigint NOT NULL,
  published_by text NOT NULL,
  source text NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
  -- {"v": 1, "rules": [rule, …], "creditRules": [rule, …]}: each rule says itself which one it is
  numbers jsonb NOT NULL CHECK (numbers ? 'v'),
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, number),
  UNIQUE (agency_id, version)
);
SELECT build_wall('policy_version');
GRANT SELECT, INSERT ON policy_version TO :"app";

-- What becomes of versions by itself is told once of each: what was told is looked up by it, and nothing is told twice.
CREATE UNIQUE INDEX alert_of_policy ON alert (agency_id, kind, (detail->'facts'->>'version'))
  WHERE kind IN ('POLICY_CHANGED', 'POLICY_STALE');
