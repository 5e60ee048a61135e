/** What the tables of an agency tell of each other: statements of `$1`, the agency, that share nothing with the code that decides. */

/** Each finds what contradicts itself, and nothing where all is well. */
export const STORIES: readonly { readonly what: string; readonly text: string }[] = [
  {
    what: 'a committed reservation is one charge, at its sentAt',
    text: `
SELECT r.reservation_id || ' sent at ' || r.sent_at AS kept, count(c.id) || ' charges' AS counted FROM resolution r
LEFT JOIN charge c ON c.agency_id = r.agency_id AND c.reservation_id = r.reservation_id AND c.origin = 'COMMIT'
  AND c.effective_at = r.sent_at
WHERE r.agency_id = $1 AND r.status = 'COMMITTED' GROUP BY r.reservation_id, r.sent_at HAVING count(c.id) <> 1`,
  },
  {
    what: 'a commit’s charge has its resolution',
    text: `
SELECT c.id::text AS kept, 'no resolution' AS counted FROM charge c
WHERE c.agency_id = $1 AND c.origin = 'COMMIT' AND NOT EXISTS (
  SELECT 1 FROM resolution r WHERE r.agency_id = c.agency_id AND r.reservation_id = c.reservation_id
    AND r.status = 'COMMITTED' AND r.sent_at = c.effective_at)`,
  },
  {
    what: 'a hold is of an allowed decision that nobody resolved',
    text: `
SELECT h.id::text AS kept, coalesce(r.status, 'no allowed decision') AS counted FROM hold h
LEFT JOIN decision d ON d.agency_id = h.agency_id AND d.id = h.id AND d.expires_at = h.expires_at
LEFT JOIN resolution r ON r.agency_id = h.agency_id AND r.reservation_id = h.id
WHERE h.agency_id = $1 AND (d.id IS NULL OR r.reservation_id IS NOT NULL)`,
  },
  {
    what: 'a live reservation has its hold',
    text: `
SELECT d.id::text AS kept, 'no hold' AS counted FROM decision d
JOIN agency_book b ON b.agency_id = d.agency_id
WHERE d.agency_id = $1 AND d.expires_at > b.last_at
  AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.agency_id = d.agency_id AND r.reservation_id = d.id)
  AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.agency_id = d.agency_id AND h.id = d.id)`,
  },
  {
    what: 'a counter-entry takes out exactly what it names',
    text: `
SELECT v.id::text AS kept, coalesce(c.count, 0)::text AS counted FROM charge v
LEFT JOIN charge c ON c.id = v.voids AND c.agency_id = v.agency_id AND c.effective_at = v.effective_at
WHERE v.agency_id = $1 AND v.origin = 'VOID' AND c.count IS DISTINCT FROM -v.count`,
  },
  {
    what: 'a reservation’s key has its decision',
    text: `
SELECT i.key AS kept, 'no decision' AS counted FROM idempotency i
WHERE i.agency_id = $1 AND i.kind = 'RESERVE'
  AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.agency_id = i.agency_id AND d.id = i.subject_id)`,
  },
  {
    what: 'a reservation is one send at most: a commit, or a record that names it',
    text: `
SELECT c.reservation_id::text AS kept, count(*) || ' charges' AS counted FROM charge c
WHERE c.agency_id = $1 AND c.reservation_id IS NOT NULL AND c.origin IN ('COMMIT', 'RECORD') AND NOT EXISTS (
  SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
GROUP BY c.reservation_id HAVING count(*) > 1`,
  },
  {
    what: 'the alerts are numbered from 1 on without gaps, up to the number in the book',
    text: `
SELECT 'the book says ' || b.alert_sequence AS kept,
  format('%s alerts, from %s to %s', count(a.sequence), coalesce(min(a.sequence), 1), coalesce(max(a.sequence), 0)) AS counted
FROM agency_book b LEFT JOIN alert a ON a.agency_id = b.agency_id
WHERE b.agency_id = $1 GROUP BY b.alert_sequence
HAVING count(a.sequence) <> b.alert_sequence OR coalesce(min(a.sequence), 1) <> 1
  OR coalesce(max(a.sequence), 0) <> b.alert_sequence`,
  },
  {
    what: 'what is remembered as told of a scope was told of it',
    text: `
SELECT format('%s %s %s', s.scope_kind, s.scope_id, t.what) AS kept, 'no such alert' AS counted
FROM scope_state s CROSS JOIN LATERAL jsonb_each_text(s.state->'toldUntil') AS t (what, until)
WHERE s.agency_id = $1 AND NOT EXISTS (
  -- A level is remembered by the word for the lowest: of several that are passed at once the highest alone is told.
  SELECT 1 FROM alert a WHERE a.agency_id = s.agency_id
    AND (a.kind = split_part(t.what, ' ', 1) OR (starts_with(t.what, 'LIMIT_WARNING ') AND starts_with(a.kind, 'LIMIT_')))
    AND s.scope_id = CASE s.scope_kind WHEN 'SEAT' THEN a.seat_id WHEN 'CAMPAIGN' THEN a.campaign_id
      WHEN 'CLIENT_ACCOUNT' THEN a.client_account_id ELSE a.agency_id END
    AND (a.kind <> 'SEAT_IDLE' OR a.raised_at <= t.until::int8))`,
  },
  {
    what: 'the hours add up to the charges, the decisions and the releases, each of its own seat, client account, campaign and action',
    text: `
WITH happened AS (
  SELECT seat_id, client_account_id, campaign_id, action, effective_at AS at, 0 AS allowed, 0 AS denied,
    CASE origin WHEN 'COMMIT' THEN count ELSE 0 END AS committed, 0 AS released,
    CASE origin WHEN 'COMMIT' THEN 0 ELSE count END AS recorded
  FROM charge WHERE agency_id = $1 AND origin <> 'OPENING'
  UNION ALL
  SELECT seat_id, client_account_id, campaign_id, action,
    ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint,
    (outcome = 'ALLOWED')::int, (outcome = 'DENIED')::int, 0, 0, 0
  FROM decision WHERE agency_id = $1
  UNION ALL
  SELECT d.seat_id, d.client_account_id, d.campaign_id, d.action, r.resolved_at, 0, 0, 0, 1, 0
  FROM resolution r JOIN decision d ON d.agency_id = r.agency_id AND d.id = r.reservation_id
  WHERE r.agency_id = $1 AND r.status = 'RELEASED'
), counted AS (
  SELECT seat_id, client_account_id, coalesce(campaign_id, '00000000-0000-0000-0000-000000000000') AS campaign_id, action,
    at - at % 3600000 AS hour,
    format('%s %s %s %s %s', sum(allowed), sum(denied), sum(committed), sum(released), sum(recorded)) AS numbers
  FROM happened GROUP BY 1, 2, 3, 4, 5
), hours AS (
  SELECT seat_id, client_account_id, campaign_id, action, hour,
    format('%s %s %s %s %s', allowed, denied, committed, released, recorded) AS numbers
  FROM usage_hour WHERE agency_id = $1
)
SELECT format('%s %s %s %s %s: %s', seat_id, client_account_id, campaign_id, action, hour, coalesce(h.numbers, '0 0 0 0 0'))
    AS kept, coalesce(c.numbers, '0 0 0 0 0') AS counted
FROM hours h FULL JOIN counted c USING (seat_id, client_account_id, campaign_id, action, hour)
WHERE coalesce(h.numbers, '0 0 0 0 0') <> coalesce(c.numbers, '0 0 0 0 0')`,
  },
];
