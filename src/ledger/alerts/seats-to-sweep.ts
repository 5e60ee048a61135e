import { CREDIT_TIERS } from '../../quota/credit-days.js';
import { IDLE_DAYS, LAPSED_HOLDS_MIN } from '../../quota/day-alert.js';
import { DAY } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

const READ_CLOCK: Statement = { name: 'see_clock', text: 'SELECT see_clock()' };

// Not under the book: whoever is found is looked at under it. By the rollups, whose hours are whole: an hour earlier.
const READ_SEATS_TO_SWEEP: Statement = {
  name: 'read_seats_to_sweep',
  text: `
SELECT s.id FROM seat s
LEFT JOIN scope_state t ON t.agency_id = s.agency_id AND t.scope_kind = 'SEAT' AND t.scope_id = s.id
LEFT JOIN LATERAL (
  SELECT h.hour FROM usage_hour h WHERE h.agency_id = s.agency_id AND h.seat_id = s.id AND h.committed + h.recorded > 0
  ORDER BY h.hour DESC LIMIT 1) AS l ON true
CROSS JOIN (SELECT current_setting('headroom.now')::int8 AS now) AS clock
WHERE s.agency_id = $1 AND s.status <> 'REMOVED' AND (
  s.status = 'ACTIVE' AND coalesce(l.hour, s.created_at) + $2 <= clock.now
    AND coalesce((t.state->'toldUntil'->>'SEAT_IDLE')::int8, 0) < coalesce(l.hour, s.created_at) + $2
  OR EXISTS (SELECT 1 FROM outside_use o WHERE o.agency_id = s.agency_id AND o.seat_id = s.id)
  OR s.tier = ANY ($5)
  OR (t.state->'acceptance'->>'until')::int8 <= clock.now
  OR jsonb_array_length(t.state->'acceptance'->'steps') > 1
  OR (SELECT count(*) FROM (SELECT 1 FROM hold h WHERE h.agency_id = s.agency_id AND h.seat_id = s.id
    AND h.expires_at <= clock.now AND h.expires_at > clock.now - $3 LIMIT $4) AS lapsed) >= $4)
ORDER BY s.id`,
};

/** The seats of an agency that time alone may have done something to that is to be told. */
export async function readSeatsToSweep(transaction: LedgerTransaction, agencyId: string): Promise<string[]> {
  // A statement of its own: beside a table a cluster would read the clock of whichever machine has the agency.
  void transaction.query(READ_CLOCK, []);
  const values = [agencyId, IDLE_DAYS * DAY, DAY, LAPSED_HOLDS_MIN, CREDIT_TIERS];
  const rows = await transaction.query<{ id: string }>(READ_SEATS_TO_SWEEP, values);
  return rows.map(({ id }) => id);
}
