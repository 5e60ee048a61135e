-- Whom the lists of a client account told to be one person, where they are two recipients still because somebody has a history with
-- one of them. They are one row of its list: two rows would tell whom other client accounts know. It outlives the row, and tells
-- nothing of the person.
CREATE TABLE listed_as_one (
  agency_id uuid NOT NULL,
  client_account_id uuid NOT NULL,
  recipient_id uuid NOT NULL,
  -- One of them, by which all of them are found.
  person_id uuid NOT NULL,
  PRIMARY KEY (agency_id, client_account_id, recipient_id),
  FOREIGN KEY (agency_id, client_account_id) REFERENCES client_account (agency_id, id),
  FOREIGN KEY (agency_id, recipient_id) REFERENCES recipient (agency_id, id)
);
SELECT build_wall('listed_as_one');
CREATE INDEX listed_as_one_by_person ON listed_as_one (agency_id, client_account_id, person_id);
CREATE INDEX listed_as_one_of_recipient ON listed_as_one (agency_id, recipient_id);
GRANT SELECT, INSERT, UPDATE (person_id) ON listed_as_one TO :"app";
