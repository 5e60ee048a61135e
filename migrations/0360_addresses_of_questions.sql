-- Since when the client account had the address that a question was sent to: it is answered, and its letter sent, while it has that one.
-- Null where the link was shown, or the address was there before it was kept since when. The owner sees all agencies for as long as it takes.
ALTER TABLE campaign_approval ADD COLUMN approver_set_at bigint;
ALTER TABLE campaign_approval NO FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign NO FORCE ROW LEVEL SECURITY;
ALTER TABLE client_account NO FORCE ROW LEVEL SECURITY;
UPDATE campaign_approval q SET approver_set_at = c.approver_set_at
FROM campaign g JOIN client_account c ON c.agency_id = g.agency_id AND c.id = g.client_account_id
WHERE g.agency_id = q.agency_id AND g.id = q.campaign_id AND q.link_shown_to IS NULL AND q.asked_at >= c.approver_set_at;
ALTER TABLE client_account FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign_approval FORCE ROW LEVEL SECURITY;
