-- Since when questions to a client go to another address than before: a link that was sent to that one is answered no more.
ALTER TABLE client_account ADD COLUMN approver_set_at bigint;
GRANT UPDATE (approver_set_at) ON client_account TO :"app";
