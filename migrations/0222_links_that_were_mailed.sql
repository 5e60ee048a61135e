-- Whether a link for a password went to the address. One that was handed over says nothing of whose the address is: it opens what it was made for.
ALTER TABLE member_link ADD COLUMN mailed boolean NOT NULL DEFAULT false;
