-- What a campaign is, by whose leave it runs, and how far it is with each person.

-- Whether the client itself has to approve what is sent for it: of all its campaigns, or of one.
ALTER TABLE client_account ADD COLUMN approval_required boolean NOT NULL DEFAULT false;
GRANT UPDATE (approval_required) ON client_account TO :"app";

ALTER TABLE campaign
  -- What it is for, on which ground of the law people are written to, and where what is known of them is from.
  ADD COLUMN purpose text CHECK (length(purpose) BETWEEN 1 AND 1000),
  ADD COLUMN lawful_basis text CHECK (lawful_basis IN ('CONSENT', 'CONTRACT', 'LEGITIMATE_INTERESTS')),
  ADD COLUMN data_source text CHECK (length(data_source) BETWEEN 1 AND 500),
  -- Whom it is for: a segment of the client account, or those of its list who have all of these tags (none: all of the
  -- list). Both null while nobody has said.
  ADD COLUMN segment_id uuid,
  ADD COLUMN audience_tags text[] CHECK (cardinality(audience_tags) <= 8),
  -- Days of the client account's zone. No touch is due before the first, none after the last.
  ADD COLUMN starts_on date,
  ADD COLUMN ends_on date,
  ADD COLUMN approval_required boolean NOT NULL DEFAULT false,
  -- The version of the steps that people are started under, null before the first launch; and the newest there is.
  ADD COLUMN version integer,
  ADD COLUMN draft_version integer,
  ADD COLUMN launched_at bigint,
  ADD COLUMN ended_at bigint,
  ADD CONSTRAINT campaign_has_one_audience CHECK (segment_id IS NULL OR audience_tags IS NULL),
  ADD CONSTRAINT campaign_ends_after_it_starts CHECK (ends_on >= starts_on),
  ADD CONSTRAINT campaign_runs_a_version CHECK (version <= draft_version);
GRANT UPDATE (name, external_ref, status, purpose, lawful_basis, data_source, segment_id, audience_tags, starts_on, ends_on,
  approval_required, version, draft_version, launched_at, ended_at) ON campaign TO :"app";
CREATE INDEX campaign_by_segment ON campaign (agency_id, segment_id) WHERE segment_id IS NOT NULL;

-- How much of what a seat has left goes to this campaign, beside others of the seat.
ALTER TABLE campaign_seat ADD COLUMN weight smallint NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 3);
GRANT UPDATE (weight) ON campaign_seat TO :"app";

-- The steps and their texts, as they were. Never altered: whoever has started under a version goes on under it.
CREATE TABLE campaign_version (
  agency_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  -- {"v": 1, "stopOnReply": true, "steps": [...]}
  definition jsonb NOT NULL CHECK (definition ? 'v'),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (agency_id, campaign_id, number),
  FOREIGN KEY (agency_id, campaign_id) REFERENCES campaign (agency_id, id)
);
SELECT build_wall('campaign_version');
GRANT SELECT, INSERT ON campaign_version TO :"app";

-- What a client was asked to approve, word for word, and what it said. What was asked is never altered; an answer is
-- about these bytes and no others, so that a campaign that differs from them has no approval.
CREATE TABLE campaign_approval (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  version integer NOT NULL,
  -- {"v": 1, ...}: audience, texts, caps, dates. The people are in campaign_approval_person.
  content jsonb NOT NULL CHECK (content ? 'v'),
  -- SHA-256 of the content, written one way.
  content_sha256 bytea NOT NULL CHECK (length(content_sha256) = 32),
  people integer NOT NULL CHECK (people >= 0),
  asked_at bigint NOT NULL,
  asked_by text NOT NULL,
  answer text CHECK (answer IN ('APPROVED', 'DECLINED')),
  answered_at bigint,
  -- Who answered, in their own words.
  answered_name text CHECK (length(answered_name) BETWEEN 1 AND 200),
  remark text CHECK (length(remark) BETWEEN 1 AND 2000),
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, campaign_id, version) REFERENCES campaign_version (agency_id, campaign_id, number),
  -- Only a person answers: no answer without a name, and none without its instant.
  CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (answered_name IS NULL)),
  CHECK (answered_at >= asked_at)
);
SELECT build_wall('campaign_approval');
CREATE INDEX campaign_approval_of_campaign ON campaign_approval (agency_id, campaign_id, id);
GRANT SELECT, INSERT, UPDATE (answer, answered_at, answered_name, remark) ON campaign_approval TO :"app";

-- Whom the approval is for: nobody else is enrolled under it, however the list grows. The first of them are the sample.
CREATE TABLE campaign_approval_person (
  agency_id uuid NOT NULL,
  approval_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  -- From 1 on for those who are shown; null for all others.
  sample smallint,
  PRIMARY KEY (agency_id, approval_id, recipient_id),
  FOREIGN KEY (agency_id, approval_id) REFERENCES campaign_approval (agency_id, id)
);
SELECT build_wall('campaign_approval_person');
CREATE UNIQUE INDEX campaign_approval_sample ON campaign_approval_person (agency_id, approval_id, sample)
  WHERE sample IS NOT NULL;
GRANT SELECT, INSERT ON campaign_approval_person TO :"app";

-- One person in one campaign, once.
CREATE TABLE enrolment (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  -- Who writes to them. When the seat has gone, their touches wait until a person gives them to another.
  seat_id uuid NOT NULL,
  version integer NOT NULL,
  -- ACTIVE, then exactly one of the others. FINISHED has no step left; STOPPED had.
  state text NOT NULL CHECK (state IN ('ACTIVE', 'FINISHED', 'STOPPED')),
  ended_because text CHECK (ended_because IN ('STEPS_DONE', 'REPLIED', 'OPTED_OUT', 'DO_NOT_CONTACT', 'OFF_THE_LIST',
    'FAILED', 'BY_HAND', 'CAMPAIGN_ENDED')),
  -- Where they are: the key of a step of the version, and since when. Null once no step is left.
  step text CHECK (length(step) BETWEEN 1 AND 60),
  step_since bigint NOT NULL,
  -- When to look at them again if nothing happens; null while a touch of theirs is open, and once they have ended.
  next_due_at bigint,
  -- What was last told of how the seat stands to them.
  degree text NOT NULL CHECK (degree IN ('FIRST', 'SECOND', 'THIRD', 'OUT_OF_NETWORK', 'UNKNOWN')),
  open_profile boolean NOT NULL,
  enrolled_at bigint NOT NULL,
  -- When the first touch was claimed: from then on their version is theirs.
  started_at bigint,
  ended_at bigint,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, campaign_id, recipient_id),
  FOREIGN KEY (agency_id, campaign_id, version) REFERENCES campaign_version (agency_id, campaign_id, number),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  CHECK ((state = 'ACTIVE') = (ended_at IS NULL) AND (state = 'ACTIVE') = (ended_because IS NULL)),
  CHECK (state <> 'ACTIVE' OR step IS NOT NULL),
  CHECK (state = 'ACTIVE' OR next_due_at IS NULL)
);
SELECT build_wall('enrolment');
CREATE INDEX enrolment_due ON enrolment (agency_id, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX enrolment_of_campaign ON enrolment (agency_id, campaign_id, id);
CREATE INDEX enrolment_of_seat ON enrolment (agency_id, seat_id, id) WHERE state = 'ACTIVE';
CREATE INDEX enrolment_of_recipient ON enrolment (agency_id, recipient_id);
GRANT SELECT, INSERT, UPDATE (seat_id, version, state, ended_because, step, step_since, next_due_at, degree, open_profile,
  started_at, ended_at) ON enrolment TO :"app";

-- One step for one person. Made once, whoever looks first and however often a process dies over it.
CREATE TABLE touch (
  agency_id uuid NOT NULL,
  id uuid NOT NULL,
  enrolment_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  step text NOT NULL CHECK (length(step) BETWEEN 1 AND 60),
  -- Of the step's texts; null where it has none.
  variant text CHECK (length(variant) BETWEEN 1 AND 60),
  -- DUE, or CLAIMED by somebody for a while; then exactly one of the others. CANCELLED: the person's steps ended before.
  state text NOT NULL CHECK (state IN ('DUE', 'CLAIMED', 'DONE', 'SKIPPED', 'FAILED', 'CANCELLED')),
  due_at bigint NOT NULL,
  claimed_by text,
  claimed_at bigint,
  -- A claim is none any more from here on, whoever looks.
  claimed_until bigint,
  -- The decision that allowed it, whose hold it has.
  reservation_id uuid,
  ended_at bigint,
  ended_because text CHECK (length(ended_because) BETWEEN 1 AND 60),
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, enrolment_id, step),
  FOREIGN KEY (agency_id, enrolment_id) REFERENCES enrolment (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id),
  CHECK ((state = 'CLAIMED') <= (claimed_by IS NOT NULL AND claimed_at IS NOT NULL AND claimed_until > claimed_at)),
  CHECK ((state IN ('DUE', 'CLAIMED')) = (ended_at IS NULL))
);
SELECT build_wall('touch');
CREATE INDEX touch_open_of_seat ON touch (agency_id, seat_id, due_at, id) WHERE state IN ('DUE', 'CLAIMED');
CREATE INDEX touch_of_campaign ON touch (agency_id, campaign_id, id);
GRANT SELECT, INSERT, DELETE, UPDATE (seat_id, variant, state, due_at, claimed_by, claimed_at, claimed_until,
  reservation_id, ended_at, ended_because) ON touch TO :"app";
