-- What the agency's tools tell by themselves. A source is an address that a tool sends its events to; whoever has the address
-- is the tool. Of the token in it the SHA-256 of its secret is kept.
CREATE TABLE inbound_source (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  tool text NOT NULL CHECK (tool IN ('HEYREACH', 'SALESFLOW', 'UNIPILE', 'GENERIC')),
  -- {"v": 1, …}: where in an event of a GENERIC tool stands what.
  mapping jsonb CHECK (mapping ? 'v'),
  -- Whose seats it tells of: one seat, those of a client account, or all of the agency.
  client_account_id uuid,
  seat_id uuid,
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  revoked_at bigint,
  last_event_at bigint,
  -- When an alert last told of events that could not be read.
  unread_told_at bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  CHECK ((tool = 'GENERIC') = (mapping IS NOT NULL)),
  CHECK (client_account_id IS NULL OR seat_id IS NULL)
);
SELECT build_wall('inbound_source');
GRANT SELECT, INSERT, UPDATE (revoked_at, last_event_at, unread_told_at) ON inbound_source TO :"app";

-- Events that could not be read, each once: why, and which fields it had, without any value. A person's data lives in
-- recipient alone, and texts are never kept.
CREATE TABLE unread_event (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  source_id uuid NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  why text NOT NULL,
  type text CHECK (length(type) <= 100),
  outline text[] NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, source_id, fingerprint),
  FOREIGN KEY (agency_id, source_id) REFERENCES inbound_source (agency_id, id)
);
SELECT build_wall('unread_event');
CREATE INDEX unread_event_of_source ON unread_event (agency_id, source_id, id);
GRANT SELECT, INSERT, DELETE ON unread_event TO :"app";
