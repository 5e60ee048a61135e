-- Whether a client account lets the agency tell its other client accounts that say so too, without a name, that a person
-- was contacted for somebody else. Off unless somebody says so: it pools what they know.
ALTER TABLE client_account ADD COLUMN pools_contacts boolean NOT NULL DEFAULT false;
GRANT UPDATE (pools_contacts) ON client_account TO :"app";
