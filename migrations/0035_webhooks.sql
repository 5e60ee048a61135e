-- Webhooks: where an agency wants to be told of its alerts, and of holds that ended without it. What is told is read from the
-- alerts and reservations themselves, by each endpoint's own place in them: nothing is queued by the transaction that
-- decides, and nothing that it wrote can be missing here.
CREATE TABLE webhook (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- Sealed: addresses of some services are secrets.
  sealed_url bytea NOT NULL,
  format text NOT NULL CHECK (format IN ('STANDARD', 'SLACK')),
  -- Null: all of them. Empty: none.
  alert_kinds text[],
  min_severity text NOT NULL CHECK (min_severity IN ('INFO', 'WARNING', 'CRITICAL')),
  -- Null: of the whole agency.
  client_account_id uuid,
  reservation_changes boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED')),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  -- How far it has come: the number of the last alert, and the instant from which reservations are still to be looked at.
  read_sequence bigint NOT NULL,
  read_at bigint NOT NULL,
  last_number bigint NOT NULL DEFAULT 0,
  -- Of tries in a row that failed, since when, and whether an alert told so.
  failures integer NOT NULL DEFAULT 0,
  failing_since bigint,
  failing_told boolean NOT NULL DEFAULT false,
  -- When the first of those that wait is tried; null while none waits.
  next_try_at bigint,
  -- Who is at it, and until when nobody else begins. A process that died is waited for no longer than that.
  claimed_by uuid,
  claimed_until bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  CHECK ((failures = 0) = (failing_since IS NULL))
) WITH (fillfactor = 50);
SELECT build_wall('webhook');
GRANT SELECT, INSERT, DELETE,
  UPDATE (name, sealed_url, format, alert_kinds, min_severity, client_account_id, reservation_changes, status,
    read_sequence, read_at, last_number, failures, failing_since, failing_told, next_try_at, claimed_by, claimed_until)
  ON webhook TO :"app";

-- What each of its requests is signed with; two at a time while one takes over from another.
CREATE TABLE webhook_secret (
  agency_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  id uuid NOT NULL,
  sealed_secret bytea NOT NULL,
  created_at bigint NOT NULL,
  -- Null while it has no end.
  ends_at bigint,
  PRIMARY KEY (agency_id, webhook_id, id),
  FOREIGN KEY (agency_id, webhook_id) REFERENCES webhook (agency_id, id) ON DELETE CASCADE
);
SELECT build_wall('webhook_secret');
GRANT SELECT, INSERT, DELETE, UPDATE (ends_at) ON webhook_secret TO :"app";

-- What waits to be sent, in order, and what became of it. The body is made anew for each try, from what it is about.
CREATE TABLE webhook_delivery (
  agency_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  -- Of the endpoint: they are sent in this order.
  number bigint NOT NULL CHECK (number > 0),
  id uuid NOT NULL,
  event text NOT NULL CHECK (event IN ('ALERT', 'RESERVATION', 'TEST')),
  -- The alert, the reservation, or the delivery itself.
  subject_id uuid NOT NULL,
  replayed boolean NOT NULL DEFAULT false,
  status text NOT NULL CHECK (status IN ('WAITING', 'DELIVERED', 'DEAD')),
  created_at bigint NOT NULL,
  -- From when on it is tried for two days.
  due_at bigint NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  tried_at bigint,
  ended_at bigint,
  status_code integer,
  failure text CHECK (failure IN ('HTTP_STATUS', 'TIMED_OUT', 'UNREACHABLE', 'ADDRESS_REFUSED', 'OUT_OF_SIGHT')),
  took_ms integer,
  PRIMARY KEY (agency_id, webhook_id, number),
  UNIQUE (agency_id, id),
  FOREIGN KEY (agency_id, webhook_id) REFERENCES webhook (agency_id, id) ON DELETE CASCADE,
  CHECK ((status = 'WAITING') = (ended_at IS NULL))
);
SELECT build_wall('webhook_delivery');
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (agency_id, webhook_id, number) WHERE status = 'WAITING';
CREATE INDEX webhook_delivery_ended ON webhook_delivery (agency_id, webhook_id, ended_at) WHERE ended_at IS NOT NULL;
GRANT SELECT, INSERT, DELETE,
  UPDATE (status, due_at, tries, tried_at, ended_at, status_code, failure, took_ms) ON webhook_delivery TO :"app";

-- Holds that were released by us, in the order of time: few, beside all that are committed.
CREATE INDEX resolution_released_by_us ON resolution (agency_id, resolved_at) WHERE released_because IS NOT NULL;
