-- What the code decides of webhooks and of what tools tell, asserted again where it is stored.
ALTER TABLE webhook
  ADD CHECK (read_sequence >= 0 AND read_at >= 0 AND last_number >= 0),
  ADD CHECK (failures >= 0 AND claimed_until >= 0),
  ADD CHECK (failing_since IS NOT NULL OR NOT failing_told),
  ADD CHECK (length(sealed_url) > 0);
ALTER TABLE webhook_secret
  ADD CHECK (length(sealed_secret) > 0),
  ADD CHECK (ends_at >= created_at);
ALTER TABLE webhook_delivery
  ADD CHECK (tries >= 0 AND (tries = 0) = (tried_at IS NULL)),
  ADD CHECK (status_code BETWEEN 100 AND 999),
  ADD CHECK (took_ms >= 0),
  -- What failed last and was not given up waits to be tried again.
  ADD CHECK (status <> 'DELIVERED' OR failure IS NULL AND tries > 0),
  ADD CHECK (status <> 'DEAD' OR failure IS NOT NULL);
ALTER TABLE inbound_source
  ADD CHECK (revoked_at >= created_at),
  ADD CHECK (last_event_at >= 0 AND unread_told_at >= 0);
ALTER TABLE unread_event
  ADD CHECK (why IN ('NOT_JSON', 'NO_TYPE', 'UNKNOWN_TYPE', 'NO_PERSON', 'PERSON_UNREADABLE', 'TIME_UNREADABLE', 'SEAT_UNKNOWN',
    'REFUSED')),
  -- A name as programs write them: neither a sentence nor an address.
  ADD CHECK (type ~ '^[A-Za-z][A-Za-z0-9_.:-]*$'),
  ADD CHECK (cardinality(outline) <= 60);
