-- An agency that keeps texts no more: nobody reads one from that instant on, and they are deleted a portion at a time, which holds up
-- nobody who decides. The row stays for as long as there may be any, and says from when on texts are kept.
ALTER TABLE text_keeping
  DROP CONSTRAINT text_keeping_days_check,
  -- 0: none are kept.
  ADD CONSTRAINT text_keeping_days_check CHECK (days BETWEEN 0 AND 400),
  -- What was kept by then is gone for whoever reads, whatever is set later.
  ADD COLUMN kept_after bigint NOT NULL DEFAULT 0;
GRANT UPDATE (kept_after) ON text_keeping TO :"app";
REVOKE DELETE ON text_keeping FROM :"app";

-- With the setting went all texts at once, a million of them too, under the book.
ALTER TABLE kept_text
  DROP CONSTRAINT kept_text_agency_id_fkey,
  ADD FOREIGN KEY (agency_id) REFERENCES text_keeping (agency_id);
