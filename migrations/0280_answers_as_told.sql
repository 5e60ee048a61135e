-- An answer that ends an invitation is kept under the address that was invited. Whom it was told of, where that was another address.
ALTER TABLE engagement ADD COLUMN told_recipient_id uuid,
  ADD FOREIGN KEY (agency_id, told_recipient_id) REFERENCES recipient (agency_id, id);
