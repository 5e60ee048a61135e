/** What the purses of an agency and the ledger tell of each other: statements of `$1`, the agency, as those of audit-stories.ts. */

/** Credits that an event put in, or took out. */
const SIGNED = `CASE WHEN e.kind IN ('TAKE', 'LOST') THEN -e.amount ELSE e.amount END`;

export const CREDIT_STORIES: readonly { readonly what: string; readonly text: string }[] = [
  {
    what: 'the lots of a purse are what was granted, taken, given back and lost since its balance was last told',
    text: `
WITH told AS (
  SELECT scope_kind, scope_id, max(number) AS number FROM credit_event
  WHERE agency_id = $1 AND kind = 'SET' GROUP BY scope_kind, scope_id
), counted AS (
  SELECT e.scope_kind, e.scope_id, e.lot, sum(${SIGNED})::int AS remaining FROM credit_event e
  LEFT JOIN told t ON t.scope_kind = e.scope_kind AND t.scope_id = e.scope_id
  WHERE e.agency_id = $1 AND e.lot IS NOT NULL AND e.number >= coalesce(t.number, 0)
  GROUP BY e.scope_kind, e.scope_id, e.lot
), kept AS (
  SELECT p.scope_kind, p.scope_id, (l ->> 'number')::int AS lot, (l ->> 'remaining')::int AS remaining
  FROM credit_purse p CROSS JOIN LATERAL jsonb_array_elements(p.state -> 'lots') AS l WHERE p.agency_id = $1
)
SELECT format('%s %s lot %s: %s', scope_kind, scope_id, lot, coalesce(k.remaining, 0)) AS kept,
  coalesce(c.remaining, 0)::text AS counted
FROM kept k FULL JOIN counted c USING (scope_kind, scope_id, lot)
WHERE coalesce(k.remaining, 0) <> coalesce(c.remaining, 0)`,
  },
  {
    what: 'a balance is the one before it, and what happened',
    text: `
SELECT format('%s %s event %s: %s', scope_kind, scope_id, number, balance) AS kept, counted::text FROM (
  SELECT e.scope_kind, e.scope_id, e.number, e.balance, CASE
    WHEN e.kind = 'SET' THEN e.amount
    WHEN e.kind = 'LOST' AND e.because = 'KEEP' THEN coalesce(b.balance, 0)
    ELSE coalesce(b.balance, 0) + ${SIGNED} END AS counted
  FROM credit_event e LEFT JOIN credit_event b ON b.agency_id = e.agency_id AND b.scope_kind = e.scope_kind
    AND b.scope_id = e.scope_id AND b.number = e.number - 1
  WHERE e.agency_id = $1) AS told
WHERE balance <> counted`,
  },
  {
    what: 'a purse has all of its events, in order of time',
    text: `
SELECT format('%s %s: %s', p.scope_kind, p.scope_id, p.state ->> 'eventsMade') AS kept,
  format('%s up to %s at %s', count(e.number), max(e.number), max(e.at)) AS counted
FROM credit_purse p LEFT JOIN (
  SELECT *, lag(at) OVER (PARTITION BY scope_kind, scope_id ORDER BY number) AS earlier FROM credit_event
  WHERE agency_id = $1) AS e ON e.scope_kind = p.scope_kind AND e.scope_id = p.scope_id
WHERE p.agency_id = $1 GROUP BY p.scope_kind, p.scope_id, p.state
HAVING (p.state ->> 'eventsMade')::int <> count(e.number) OR max(e.number) <> count(e.number)
  OR max(e.at) > (p.state ->> 'upTo')::bigint OR bool_or(e.earlier > e.at)`,
  },
  {
    what: 'what is taken is of an InMail that is in the books, and no more than it sent',
    text: `
SELECT e.charge_id || ' took ' || e.amount AS kept, coalesce(max(c.count), 0)::text AS counted FROM (
  SELECT charge_id, sum(amount) AS amount FROM credit_event
  WHERE agency_id = $1 AND kind = 'TAKE' GROUP BY charge_id) AS e
LEFT JOIN charge c ON c.agency_id = $1 AND c.id = e.charge_id AND c.action = 'INMAIL' AND c.origin <> 'VOID'
  AND c.effective_at = ('x' || left(replace(e.charge_id::text, '-', ''), 12))::bit(48)::bigint
GROUP BY e.charge_id, e.amount HAVING coalesce(max(c.count), 0) < e.amount`,
  },
  {
    what: 'what comes back was taken, of that very lot',
    text: `
SELECT format('%s lot %s: %s back', r.charge_id, r.lot, sum(r.amount)) AS kept, coalesce(max(t.amount), 0)::text AS counted
FROM credit_event r LEFT JOIN credit_event t ON t.agency_id = r.agency_id AND t.charge_id = r.charge_id AND t.lot = r.lot
  AND t.scope_kind = r.scope_kind AND t.scope_id = r.scope_id AND t.kind = 'TAKE' AND t.number < r.number
WHERE r.agency_id = $1 AND r.kind = 'RETURN'
GROUP BY r.charge_id, r.lot HAVING sum(r.amount) > coalesce(max(t.amount), 0)`,
  },
  {
    what: 'a committed InMail took a credit, or there was none',
    text: `
SELECT c.id::text AS kept, 'nothing, of ' || b.balance AS counted FROM charge c
JOIN credit_purse p ON p.agency_id = c.agency_id AND (p.scope_kind = 'SEAT' AND p.scope_id = c.seat_id)
CROSS JOIN LATERAL (
  SELECT e.balance FROM credit_event e WHERE e.agency_id = c.agency_id AND e.scope_kind = p.scope_kind
    AND e.scope_id = p.scope_id AND e.at < c.recorded_at ORDER BY e.number DESC LIMIT 1) AS b
WHERE c.agency_id = $1 AND c.action = 'INMAIL' AND c.origin = 'COMMIT' AND b.balance > 0 AND NOT EXISTS (
  SELECT 1 FROM credit_event e WHERE e.agency_id = c.agency_id AND e.scope_kind = p.scope_kind AND e.scope_id = p.scope_id
    AND (e.at = c.recorded_at OR e.charge_id = c.id AND e.kind = 'TAKE'))`,
  },
  {
    what: 'no lot outlives its expiry, none ends before it',
    text: `
SELECT format('%s %s event %s', l.scope_kind, l.scope_id, l.number) AS kept, g.expires_at::text AS counted
FROM credit_event l JOIN credit_event g ON g.agency_id = l.agency_id AND g.scope_kind = l.scope_kind
  AND g.scope_id = l.scope_id AND g.lot = l.lot AND g.kind IN ('OPENING', 'GRANT', 'SET')
WHERE l.agency_id = $1 AND (l.at > g.expires_at OR l.because = 'EXPIRED' AND l.at <> g.expires_at
  OR l.at = g.expires_at AND l.because IS DISTINCT FROM 'EXPIRED')`,
  },
];
