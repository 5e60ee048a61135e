-- An answer that an archive tells is each client account's own: a row of it stands once for each answer that it became. A send is one
-- charge, whoever tells of it.
ALTER TABLE archive_row
  DROP CONSTRAINT archive_row_pkey,
  ADD PRIMARY KEY (agency_id, seat_id, fingerprint, ordinal, subject_id);
CREATE UNIQUE INDEX archive_row_of_one_charge ON archive_row (agency_id, seat_id, fingerprint, ordinal)
  WHERE subject_kind = 'CHARGE';
