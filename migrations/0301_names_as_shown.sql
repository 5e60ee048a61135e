-- What the campaign was called when its client was asked: the page shows that name for ever. Of what was asked before it is not known.
ALTER TABLE campaign_approval ADD COLUMN campaign_name text;
