-- What a client answered is the proof of its approval for as long as the campaign goes on, and for as long as decisions are kept
-- after that. Then who answered, and in which words, is forgotten; that it was answered, how and when, is not.
ALTER TABLE campaign_approval
  DROP CONSTRAINT campaign_approval_check,
  -- Whom of the agency the link was shown to: whoever has it can answer. Null where it was sent to the client alone.
  ADD COLUMN link_shown_to text,
  ADD COLUMN words_forgotten_at bigint,
  ADD CHECK ((answer IS NULL) = (answered_at IS NULL)),
  ADD CHECK (answer IS NOT NULL OR answered_name IS NULL AND remark IS NULL AND words_forgotten_at IS NULL),
  -- Only a person answers: no answer without a name, until it is forgotten.
  ADD CHECK (answer IS NULL OR (answered_name IS NULL) = (words_forgotten_at IS NOT NULL)),
  ADD CHECK (words_forgotten_at IS NULL OR remark IS NULL);
GRANT UPDATE (words_forgotten_at), DELETE ON campaign_approval TO :"app";
GRANT DELETE ON campaign_approval_person TO :"app";

-- Until now it was shown to whoever asked. The owner sees all agencies for as long as it takes.
ALTER TABLE campaign_approval NO FORCE ROW LEVEL SECURITY;
UPDATE campaign_approval SET link_shown_to = asked_by;
ALTER TABLE campaign_approval FORCE ROW LEVEL SECURITY;

-- Whom of the client the link is sent to, where mail is sent.
ALTER TABLE client_account ADD COLUMN approver_email text CHECK (length(approver_email) BETWEEN 3 AND 254);
GRANT UPDATE (approver_email) ON client_account TO :"app";

-- Letters to them, of a question.
ALTER TABLE letter
  ALTER COLUMN member_id DROP NOT NULL,
  ADD COLUMN approval_id uuid,
  DROP CONSTRAINT letter_kind_check,
  ADD CONSTRAINT letter_kind_check CHECK (kind IN ('INVITATION', 'PASSWORD', 'APPROVAL')),
  ADD CHECK ((kind = 'APPROVAL') = (approval_id IS NOT NULL) AND (kind = 'APPROVAL') = (member_id IS NULL)),
  ADD FOREIGN KEY (agency_id, approval_id) REFERENCES campaign_approval (agency_id, id) ON DELETE CASCADE;
