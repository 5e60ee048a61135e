-- InMail credits: what is in a purse now, and all that ever happened to it.

-- A purse is a seat's, or a client account's whose seats share their credits. What is kept follows from credit_event: the
-- audit counts it anew.
CREATE TABLE credit_purse (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  scope_kind text NOT NULL CHECK (scope_kind IN ('CLIENT_ACCOUNT', 'SEAT')),
  scope_id uuid NOT NULL,
  state jsonb NOT NULL CHECK (state ? 'v'),
  PRIMARY KEY (agency_id, scope_kind, scope_id)
) WITH (fillfactor = 50);
SELECT build_wall('credit_purse');
GRANT SELECT, INSERT, UPDATE (state) ON credit_purse TO :"app";

-- Append-only: ids, codes and numbers. `number` counts a purse's events from 1 on, without gaps.
CREATE TABLE credit_event (
  agency_id uuid NOT NULL,
  scope_kind text NOT NULL,
  scope_id uuid NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  at bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('OPENING', 'GRANT', 'SET', 'TAKE', 'RETURN', 'LOST')),
  amount integer NOT NULL CHECK (amount > 0 OR (kind = 'SET' AND amount = 0)),
  balance integer NOT NULL CHECK (balance >= 0),
  lot integer,
  expires_at bigint,
  seat_id uuid,
  charge_id uuid,
  because text CHECK (because IN ('KEEP', 'EXPIRED', 'TIER_CHANGED')),
  PRIMARY KEY (agency_id, scope_kind, scope_id, number),
  FOREIGN KEY (agency_id, scope_kind, scope_id) REFERENCES credit_purse (agency_id, scope_kind, scope_id),
  CHECK ((because IS NULL) = (kind <> 'LOST')),
  CHECK (kind NOT IN ('TAKE', 'RETURN') OR (charge_id IS NOT NULL AND lot IS NOT NULL))
);
SELECT build_wall('credit_event');
-- A credit comes back once: of one lot one charge has taken, and one has been given back.
CREATE UNIQUE INDEX credit_event_of_charge ON credit_event (agency_id, charge_id, kind, lot) WHERE charge_id IS NOT NULL;
GRANT SELECT, INSERT ON credit_event TO :"app";
