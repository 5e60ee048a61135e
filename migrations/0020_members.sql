-- The people of an agency. A person's address and name stand in this one row; taking them out leaves the id, which is all
-- that the audit log and the books know a member by.
CREATE TABLE member (
  agency_id uuid NOT NULL REFERENCES agency (agency_id),
  id uuid NOT NULL,
  -- As it is compared: in lower case.
  email text CHECK (length(email) BETWEEN 3 AND 254),
  name text CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MANAGER', 'OPERATOR', 'ANALYST', 'CLIENT')),
  status text NOT NULL CHECK (status IN ('INVITED', 'ACTIVE', 'REMOVED')),
  -- One more with every change of what the member may do or see: whoever was let in under another number asks again.
  rights integer NOT NULL DEFAULT 1,
  invited_by text NOT NULL,
  created_at bigint NOT NULL,
  joined_at bigint,
  removed_at bigint,
  PRIMARY KEY (agency_id, id),
  CHECK (status = 'REMOVED' OR email IS NOT NULL),
  CHECK (status <> 'ACTIVE' OR name IS NOT NULL),
  CHECK ((status = 'REMOVED') = (removed_at IS NOT NULL))
);
SELECT build_wall('member');
CREATE UNIQUE INDEX member_by_email ON member (agency_id, email) WHERE status <> 'REMOVED';
GRANT SELECT, INSERT, UPDATE (email, name, role, status, rights, joined_at, removed_at) ON member TO :"app";

-- What was given to a member who does not see the whole agency: client accounts with all their seats, and single seats.
CREATE TABLE member_client_account (
  agency_id uuid NOT NULL,
  member_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  given_at bigint NOT NULL,
  PRIMARY KEY (agency_id, member_id, client_account_id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id)
);
SELECT build_wall('member_client_account');
GRANT SELECT, INSERT, DELETE ON member_client_account TO :"app";

CREATE TABLE member_seat (
  agency_id uuid NOT NULL,
  member_id uuid NOT NULL,
  seat_id uuid NOT NULL,
  given_at bigint NOT NULL,
  PRIMARY KEY (agency_id, member_id, seat_id),
  FOREIGN KEY (agency_id, member_id) REFERENCES member (agency_id, id),
  FOREIGN KEY (agency_id, seat_id) REFERENCES seat (agency_id, id)
);
SELECT build_wall('member_seat');
GRANT SELECT, INSERT, DELETE ON member_seat TO :"app";

-- Members preview too, and are bounded as keys are: the column holds the id of either.
ALTER TABLE preview_recipient DROP CONSTRAINT preview_recipient_agency_id_key_id_fkey;
ALTER TABLE preview_recipient RENAME COLUMN key_id TO asker_id;
ALTER TABLE preview_recipient ADD FOREIGN KEY (agency_id) REFERENCES agency (agency_id);
