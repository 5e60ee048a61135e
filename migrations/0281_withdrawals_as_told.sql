-- A withdrawal is kept under the address that was invited. Whom it was told of, where that was another address.
ALTER TABLE charge ADD COLUMN told_recipient_id uuid;
