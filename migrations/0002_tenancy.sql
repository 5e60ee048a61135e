-- Plans, client accounts, seats, campaigns, limits, keys: what an agency sets up.
-- Words are text with a CHECK, not enums: comparing enums is not leakproof, so a policy would keep them from an index.

CREATE TABLE plan (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  seat_allowance integer NOT NULL CHECK (seat_allowance BETWEEN 0 AND 100000),
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, name)
);
SELECT build_wall('plan');
GRANT SELECT, INSERT, UPDATE (name, seat_allowance) ON plan TO :"app";

CREATE TABLE client_account (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  plan_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  external_ref text CHECK (length(external_ref) BETWEEN 1 AND 200),
  time_zone text NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED', 'ARCHIVED')),
  limit_mode text NOT NULL CHECK (limit_mode IN ('CEILING', 'RECOMMENDED')),
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, external_ref),
  -- The pair, not the id alone: foreign keys are checked without row-level security.
  FOREIGN KEY (agency_id, plan_id) REFERENCES plan (agency_id, id)
);
SELECT build_wall('client_account');
CREATE INDEX client_account_by_name ON client_account (agency_id, name, id);
CREATE INDEX client_account_by_plan ON client_account (agency_id, plan_id);
GRANT SELECT, INSERT, UPDATE (plan_id, name, external_ref, time_zone, status, limit_mode) ON client_account TO :"app";

CREATE TABLE seat (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  external_ref text CHECK (length(external_ref) BETWEEN 1 AND 200),
  holder_name text NOT NULL CHECK (length(holder_name) BETWEEN 1 AND 200),
  holder_kind text NOT NULL CHECK (holder_kind IN ('AGENCY_STAFF', 'CLIENT_STAFF')),
  holder_agreed_on date,
  profile_url text NOT NULL CHECK (length(profile_url) BETWEEN 1 AND 300),
  tier text NOT NULL CHECK (tier IN (
    'BASIC', 'PREMIUM_CAREER', 'PREMIUM_BUSINESS', 'SALES_NAVIGATOR',
    'RECRUITER_LITE', 'RECRUITER_PROFESSIONAL_SERVICES', 'RECRUITER_CORPORATE')),
  time_zone text NOT NULL,
  -- {"v": 1, "days": [1, 2], "from": "09:00", "to": "18:00"}
  working_hours jsonb CHECK (working_hours ? 'v'),
  limit_mode text NOT NULL CHECK (limit_mode IN ('CEILING', 'RECOMMENDED')),
  status text NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED', 'REMOVED')),
  history text NOT NULL CHECK (history IN ('NONE', 'DECLARED', 'UNKNOWN')),
  warm_up_started_on date,
  opening_pending_invitations integer NOT NULL DEFAULT 0 CHECK (opening_pending_invitations BETWEEN 0 AND 30000),
  opening_credits integer CHECK (opening_credits BETWEEN 0 AND 100000),
  credits_renew_on date,
  credits_per_month integer CHECK (credits_per_month BETWEEN 0 AND 100000),
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, external_ref),
  -- LinkedIn counts the account: a removed seat is restored, never added a second time.
  UNIQUE (agency_id, profile_url),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id)
);
SELECT build_wall('seat');
CREATE INDEX seat_by_client_account ON seat (agency_id, client_account_id, holder_name, id);
CREATE INDEX seat_by_holder_name ON seat (agency_id, holder_name, id);
GRANT SELECT, INSERT, UPDATE (client_account_id, external_ref, holder_name, holder_kind, holder_agreed_on, profile_url,
  tier, time_zone, working_hours, limit_mode, status, history, warm_up_started_on, opening_pending_invitations,
  opening_credits, credits_renew_on, credits_per_month) ON seat TO :"app";

-- Which client account a seat belonged to, from when on. What it did stays with the client account of its time.
CREATE TABLE seat_assignment (
  agency_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  from_at bigint NOT NULL,
  client_account_id uuid NOT NULL,
  PRIMARY KEY (agency_id, seat_id, from_at),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id)
);
SELECT build_wall('seat_assignment');
GRANT SELECT, INSERT ON seat_assignment TO :"app";

-- Which zone a scope's calendar windows follow, from when on. Kept for ever: a window of the past is counted by the
-- zone of its time. A campaign's is its client account's.
CREATE TABLE scope_zone (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  scope_kind text NOT NULL CHECK (scope_kind IN ('AGENCY', 'CLIENT_ACCOUNT', 'SEAT')),
  scope_id uuid NOT NULL,
  from_at bigint NOT NULL,
  time_zone text NOT NULL,
  PRIMARY KEY (agency_id, scope_kind, scope_id, from_at)
);
SELECT build_wall('scope_zone');
GRANT SELECT, INSERT ON scope_zone TO :"app";

CREATE TABLE campaign (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  external_ref text CHECK (length(external_ref) BETWEEN 1 AND 200),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status text NOT NULL CHECK (status IN ('DRAFT', 'RUNNING', 'PAUSED', 'COMPLETED', 'ARCHIVED')),
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, external_ref),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id)
);
SELECT build_wall('campaign');
CREATE INDEX campaign_by_client_account ON campaign (agency_id, client_account_id, id);
GRANT SELECT, INSERT ON campaign TO :"app";

CREATE TABLE campaign_seat (
  agency_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  joined_at bigint NOT NULL,
  PRIMARY KEY (agency_id, campaign_id, seat_id),
  FOREIGN KEY (agency_id, campaign_id) REFERENCES campaign (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('campaign_seat');
CREATE INDEX campaign_seat_by_seat ON campaign_seat (agency_id, seat_id);
GRANT SELECT, INSERT ON campaign_seat TO :"app";

-- Limits that people set: a plan's, and custom ones at an agency, a client account, a campaign or a seat.
CREATE TABLE scope_limit (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  scope_kind text NOT NULL CHECK (scope_kind IN ('PLAN', 'AGENCY', 'CLIENT_ACCOUNT', 'CAMPAIGN', 'SEAT')),
  scope_id uuid NOT NULL,
  -- In the order of the words, so that the same actions are the same array.
  actions text[] NOT NULL CHECK (cardinality(actions) > 0),
  only_with_note boolean NOT NULL,
  window_kind text NOT NULL CHECK (window_kind IN ('ROLLING', 'CALENDAR_DAY', 'CALENDAR_WEEK', 'CALENDAR_MONTH')),
  -- 0 for the calendar kinds: NULLs would not be the same to a unique key.
  window_seconds integer NOT NULL,
  max integer NOT NULL CHECK (max BETWEEN 0 AND 1000000),
  created_at bigint NOT NULL,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, scope_kind, scope_id, actions, only_with_note, window_kind, window_seconds),
  CHECK (CASE WHEN window_kind = 'ROLLING' THEN window_seconds BETWEEN 1 AND 34560000 ELSE window_seconds = 0 END)
);
SELECT build_wall('scope_limit');
GRANT SELECT, INSERT, UPDATE (max), DELETE ON scope_limit TO :"app";

CREATE TABLE api_key (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MANAGER', 'OPERATOR', 'ANALYST', 'CLIENT')),
  client_account_id uuid,
  secret_sha256 bytea NOT NULL CHECK (length(secret_sha256) = 32),
  prefix text NOT NULL,
  created_by text NOT NULL,
  created_at bigint NOT NULL,
  last_used_at bigint,
  expires_at bigint,
  revoked_at bigint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  CHECK (role <> 'CLIENT' OR client_account_id IS NOT NULL)
);
SELECT build_wall('api_key');
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON api_key TO :"app";

-- A person's data lives here and nowhere else. Erasing empties the row and keeps the keys, so that the person stays
-- uncontacted and history stays countable.
CREATE TABLE recipient (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  profile_url text,
  name text,
  company text,
  company_domain text,
  created_at bigint NOT NULL,
  erased_at bigint,
  merged_into uuid,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, merged_into) REFERENCES recipient (agency_id, id),
  CHECK (erased_at IS NULL OR (profile_url IS NULL AND name IS NULL AND company IS NULL AND company_domain IS NULL))
);
SELECT build_wall('recipient');
GRANT SELECT, INSERT, UPDATE (profile_url, name, company, company_domain, erased_at, merged_into) ON recipient TO :"app";

-- Finds a person by what is known of them, without keeping it: HMACs under a key of the server.
CREATE TABLE recipient_key (
  agency_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PROFILE', 'SALES_NAVIGATOR', 'NAME')),
  key_version smallint NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  recipient_id uuid NOT NULL,
  PRIMARY KEY (agency_id, kind, key_version, fingerprint),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('recipient_key');
-- Not agency_id first: on a table that nobody has analysed yet the planner takes it for look-ups by fingerprint, and reads
-- all keys of the agency.
CREATE INDEX recipient_key_by_recipient ON recipient_key (recipient_id, agency_id);
GRANT SELECT, INSERT, UPDATE (recipient_id) ON recipient_key TO :"app";
