import type { Instant } from '../../quota/window.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

// Once for each instant that the clock fell behind: while it stands, the last instant in the books does not move.
const RAISE: Statement = {
  name: 'raise_clock_behind',
  text: `
WITH next AS (
  UPDATE agency_book SET alert_sequence = alert_sequence + 1
  WHERE agency_id = $1 AND NOT EXISTS (
    SELECT 1 FROM alert WHERE agency_id = $1 AND kind = 'CLOCK_BEHIND' AND raised_at = $2)
  RETURNING alert_sequence
)
INSERT INTO alert (agency_id, sequence, id, kind, severity, detail, raised_at)
SELECT $1, alert_sequence, $3, 'CLOCK_BEHIND', 'CRITICAL', jsonb_build_object('v', 1, 'facts', jsonb_build_object('behindMs', $4::int8)), $2 FROM next`,
};

/** Writes down that the database's clock is behind an agency's books (P8), under the lock that found it. */
export function raiseClockBehind(
  transaction: LedgerTransaction,
  agencyId: string,
  lastAt: Instant,
  behindMs: number,
): void {
  void transaction.query(RAISE, [agencyId, lastAt, uuidAt(lastAt), behindMs]);
}
