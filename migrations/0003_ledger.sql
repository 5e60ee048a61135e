-- The books. Instants are epoch milliseconds. What is written here holds ids, codes and numbers, never a name, an
-- address or a text. No foreign keys: each row is written under the agency's book by code that has just loaded what
-- it names, the ledger outlives what it names, and no foreign key may point at a partitioned table.

-- A tool that activities were seen in.
CREATE TABLE activity_source (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, name)
);
SELECT build_wall('activity_source');
GRANT SELECT, INSERT ON activity_source TO :"app";

-- One send, or one record of `count` of them, at the instant it was sent. Append-only: a wrong one is voided by a
-- counter-entry of the same instant. The id is a uuidv7 made from effective_at, so that an id finds its partition.
CREATE TABLE charge (
  agency_id uuid NOT NULL,
  effective_at bigint NOT NULL CHECK (effective_at >= 0),
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  -- Those of its time: a move never re-attributes.
  client_account_id uuid NOT NULL,
  campaign_id uuid,
  action text NOT NULL,
  noted boolean NOT NULL,
  count integer NOT NULL CHECK (count <> 0),
  origin text NOT NULL CHECK (origin IN ('COMMIT', 'RECORD', 'IMPORT', 'OPENING', 'VOID')),
  -- The range that an instant without a zone may lie in; effective_at is its end. Null where it is exact.
  earliest_at bigint,
  recipient_id uuid,
  reservation_id uuid,
  voids uuid,
  source_id uuid,
  recorded_at bigint NOT NULL,
  recorded_by text NOT NULL,
  -- Not agency_id first: the planner then takes this key for window sums, and reads the whole agency. An id has its
  -- own instant in it, so look-ups lead with it.
  PRIMARY KEY (id, agency_id, effective_at),
  -- One counter-entry at most.
  UNIQUE (voids, agency_id, effective_at),
  CHECK ((origin = 'VOID') = (voids IS NOT NULL)),
  CHECK ((origin = 'VOID') = (count < 0)),
  CHECK (recipient_id IS NULL OR abs(count) = 1)
) PARTITION BY RANGE (effective_at);
SELECT build_wall('charge');
CREATE INDEX charge_of_seat ON charge (agency_id, seat_id, effective_at) INCLUDE (action, noted, count);
CREATE INDEX charge_of_client_account ON charge (agency_id, client_account_id, effective_at) INCLUDE (action, noted, count);
CREATE INDEX charge_of_campaign ON charge (agency_id, campaign_id, effective_at) INCLUDE (action, noted, count)
  WHERE campaign_id IS NOT NULL;
CREATE INDEX charge_of_agency ON charge (agency_id, effective_at) INCLUDE (action, noted, count);
-- Whatever is asked of a person: was this sent to them already, when was the last.
CREATE INDEX charge_of_recipient ON charge (agency_id, recipient_id, effective_at) INCLUDE (seat_id, action)
  WHERE recipient_id IS NOT NULL;
CREATE INDEX charge_of_reservation ON charge (agency_id, reservation_id) WHERE reservation_id IS NOT NULL;
GRANT SELECT, INSERT ON charge TO :"app";

-- The working set of reservations: neither committed nor released. One whose expires_at has passed is dead, whether
-- the row is still here or not: two days later it may go, and goes with the next batch that holds.
CREATE TABLE hold (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  campaign_id uuid,
  recipient_id uuid NOT NULL,
  action text NOT NULL,
  noted boolean NOT NULL,
  held_at bigint NOT NULL,
  expires_at bigint NOT NULL CHECK (expires_at > held_at),
  -- When somebody told what came of it after it had lapsed.
  accounted_at bigint,
  PRIMARY KEY (agency_id, id)
);
SELECT build_wall('hold');
CREATE INDEX hold_of_seat ON hold (agency_id, seat_id, expires_at) INCLUDE (action, noted, id);
CREATE INDEX hold_of_client_account ON hold (agency_id, client_account_id, expires_at) INCLUDE (action, noted, id);
CREATE INDEX hold_of_campaign ON hold (agency_id, campaign_id, expires_at) INCLUDE (action, noted, id)
  WHERE campaign_id IS NOT NULL;
CREATE INDEX hold_of_agency ON hold (agency_id, expires_at) INCLUDE (action, noted, id);
GRANT SELECT, INSERT, UPDATE (accounted_at), DELETE ON hold TO :"app";

-- Every answer, refusals too. The id is a uuidv7 made from decidedAt; an allowed decision is a reservation of the
-- same id.
CREATE TABLE decision (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  campaign_id uuid,
  recipient_id uuid NOT NULL,
  action text NOT NULL,
  noted boolean NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('ALLOWED', 'DENIED')),
  reason_codes text[] NOT NULL,
  -- Of the hold; null where denied.
  expires_at bigint,
  policy_version text NOT NULL,
  asked_by text NOT NULL,
  -- {"v": 1, ...}: reasons, warnings, usage seen, retryAt, certainAt, suggestions
  answer jsonb NOT NULL CHECK (answer ? 'v'),
  PRIMARY KEY (agency_id, id),
  CHECK ((outcome = 'ALLOWED') = (expires_at IS NOT NULL)),
  CHECK ((outcome = 'DENIED') = (cardinality(reason_codes) > 0))
) PARTITION BY RANGE (id);
SELECT build_wall('decision');
CREATE INDEX decision_of_seat ON decision (agency_id, seat_id, id);
CREATE INDEX decision_of_client_account ON decision (agency_id, client_account_id, id);
CREATE INDEX decision_of_campaign ON decision (agency_id, campaign_id, id) WHERE campaign_id IS NOT NULL;
CREATE INDEX decision_of_recipient ON decision (agency_id, recipient_id, id);
GRANT SELECT, INSERT ON decision TO :"app";

-- What became of a reservation: committed or released, once. Expired is what time alone makes of it, and has no row.
CREATE TABLE resolution (
  agency_id uuid NOT NULL,
  reservation_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('COMMITTED', 'RELEASED')),
  sent_at bigint,
  resolved_at bigint NOT NULL,
  released_because text,
  resolved_by text NOT NULL,
  PRIMARY KEY (agency_id, reservation_id),
  CHECK ((status = 'COMMITTED') = (sent_at IS NOT NULL)),
  CHECK (released_because IS NULL OR status = 'RELEASED')
) PARTITION BY RANGE (reservation_id);
SELECT build_wall('resolution');
GRANT SELECT, INSERT ON resolution TO :"app";

-- A key of a request to what it was answered with. One space for all kinds; not partitioned, since a key names no day.
CREATE TABLE idempotency (
  agency_id uuid NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  kind text NOT NULL CHECK (kind IN ('RESERVE', 'RECORD', 'ENGAGEMENT')),
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  fingerprint_version smallint NOT NULL,
  -- The decision, the charge, or the engagement.
  subject_id uuid NOT NULL,
  -- A record that turned out to be a send that was in the books already.
  matched boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, key)
);
SELECT build_wall('idempotency');
CREATE INDEX idempotency_of_matched ON idempotency (agency_id, subject_id) WHERE matched;
GRANT SELECT, INSERT ON idempotency TO :"app";

-- All counters of a scope, kept so that a decision need not count: what they say can always be counted anew from
-- charge. {"v": 1, "counters": {key: …}}; the levels that alerts are armed for are kept with the counters.
CREATE TABLE scope_state (
  agency_id uuid NOT NULL,
  scope_kind text NOT NULL CHECK (scope_kind IN ('AGENCY', 'CLIENT_ACCOUNT', 'CAMPAIGN', 'SEAT')),
  scope_id uuid NOT NULL,
  state jsonb NOT NULL CHECK (state ? 'v'),
  PRIMARY KEY (agency_id, scope_kind, scope_id)
) WITH (fillfactor = 50);
SELECT build_wall('scope_state');
GRANT SELECT, INSERT, UPDATE (state) ON scope_state TO :"app";

-- What happened in an hour, for history and statements. campaign_id is all zeroes where there was none: it is in the key.
CREATE TABLE usage_hour (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  action text NOT NULL,
  -- The hour's first instant.
  hour bigint NOT NULL CHECK (hour % 3600000 = 0),
  allowed integer NOT NULL,
  denied integer NOT NULL,
  committed integer NOT NULL,
  released integer NOT NULL,
  recorded integer NOT NULL,
  PRIMARY KEY (agency_id, seat_id, hour, client_account_id, campaign_id, action)
);
SELECT build_wall('usage_hour');
CREATE INDEX usage_hour_of_client_account ON usage_hour (agency_id, client_account_id, hour);
GRANT SELECT, INSERT, UPDATE (allowed, denied, committed, released, recorded) ON usage_hour TO :"app";

-- Numbered within the agency, without gaps, in the order of commit: the number is taken from the agency's book.
CREATE TABLE alert (
  agency_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  id uuid NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
  client_account_id uuid,
  seat_id uuid,
  campaign_id uuid,
  -- {"v": 1, ...}: the counter as it stood, and the numbers that the message is made from
  detail jsonb NOT NULL CHECK (detail ? 'v'),
  raised_at bigint NOT NULL,
  acknowledged_at bigint,
  acknowledged_by text,
  PRIMARY KEY (agency_id, sequence),
  UNIQUE (agency_id, id),
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
SELECT build_wall('alert');
CREATE INDEX alert_of_client_account ON alert (agency_id, client_account_id, sequence);
GRANT SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by) ON alert TO :"app";

-- Who changed what, with the old and the new value. The id is a uuidv7 made from the instant.
CREATE TABLE audit_entry (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  actor text NOT NULL,
  verb text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  -- {"v": 1, field: {"old": …, "new": …}}: codes, ids and numbers as they are, texts as keyed fingerprints
  changes jsonb NOT NULL CHECK (changes ? 'v'),
  PRIMARY KEY (agency_id, id)
) PARTITION BY RANGE (id);
SELECT build_wall('audit_entry');
CREATE INDEX audit_entry_of_subject ON audit_entry (agency_id, subject_kind, subject_id, id);
GRANT SELECT, INSERT ON audit_entry TO :"app";

-- What is known of seats and people from LinkedIn's own export, or as callers tell.

CREATE TABLE connection (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  -- The last instant of the day that the export names.
  connected_at bigint NOT NULL,
  learned_at bigint NOT NULL,
  PRIMARY KEY (agency_id, seat_id, recipient_id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('connection');
CREATE INDEX connection_by_recipient ON connection (agency_id, recipient_id);
GRANT SELECT, INSERT, UPDATE (connected_at, learned_at) ON connection TO :"app";

CREATE TABLE engagement (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN (
    'INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN', 'REPLIED', 'INMAIL_ACCEPTED',
    'INMAIL_DECLINED', 'OPTED_OUT')),
  origin text NOT NULL CHECK (origin IN ('REPORT', 'IMPORT')),
  occurred_at bigint NOT NULL,
  earliest_at bigint,
  reservation_id uuid,
  recorded_at bigint NOT NULL,
  recorded_by text NOT NULL,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('engagement');
CREATE INDEX engagement_of_seat ON engagement (agency_id, seat_id, recipient_id, occurred_at);
GRANT SELECT, INSERT ON engagement TO :"app";

-- An archive that was taken in: whose, when, how far it reaches.
CREATE TABLE archive_import (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  seat_id uuid NOT NULL,
  imported_at bigint NOT NULL,
  imported_by text NOT NULL,
  forced boolean NOT NULL,
  -- {"v": 1, ...}: the numbers that were answered
  result jsonb NOT NULL CHECK (result ? 'v'),
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('archive_import');
CREATE INDEX archive_import_of_seat ON archive_import (agency_id, seat_id, imported_at);
GRANT SELECT, INSERT ON archive_import TO :"app";

-- Each row of an archive by a keyed fingerprint of its columns and its number among rows that are alike, so that the
-- same row of a newer archive is known.
CREATE TABLE archive_row (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  fingerprint bytea NOT NULL,
  fingerprint_version smallint NOT NULL,
  ordinal integer NOT NULL CHECK (ordinal > 0),
  subject_kind text NOT NULL CHECK (subject_kind IN ('CHARGE', 'ENGAGEMENT')),
  subject_id uuid NOT NULL,
  -- The charge was in the books already: a commit, or a record.
  matched boolean NOT NULL,
  PRIMARY KEY (agency_id, seat_id, fingerprint, ordinal),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('archive_row');
CREATE INDEX archive_row_of_subject ON archive_row (agency_id, subject_id);
GRANT SELECT, INSERT ON archive_row TO :"app";
