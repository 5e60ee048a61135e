-- An event that the server fails at writing is given up in time as what does not arrive is, and holds its endpoint up no longer.
ALTER TABLE webhook_delivery DROP CONSTRAINT webhook_delivery_failure_check,
  ADD CONSTRAINT webhook_delivery_failure_check
    CHECK (failure IN ('HTTP_STATUS', 'TIMED_OUT', 'UNREACHABLE', 'ADDRESS_REFUSED', 'OUT_OF_SIGHT', 'UNWRITABLE'));
