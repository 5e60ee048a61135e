import { policyAt } from '../quota/policy/index.js';
import { rampOf } from '../quota/warm-up.js';
import { DAY, type Instant } from '../quota/window.js';
import type { LedgerTransaction, Statement } from './connection.js';

interface SeatRef {
  readonly agencyId: string;
  readonly seatId: string;
}

/** When a seat last did something: what a gap and a warm-up are judged by. */
export interface Pace {
  /** The last send of late, of any kind; null where nothing was sent for as long as begins a warm-up again. */
  readonly lastSentAt: Instant | null;
  /** When the newest of the live holds was made. */
  readonly lastHeldAt: Instant | null;
  /** Of a seat that warms up: the first send after it was idle that long. */
  readonly resumedAt: Instant | null;
}

export const NO_PACE: Pace = { lastSentAt: null, lastHeldAt: null, resumedAt: null };

// Sends of late alone are looked at: of a ramp that began earlier nothing is left. There is one such gap at most, since
// they are shorter than it.
const READ_PACES: Statement = {
  name: 'read_paces',
  text: `
SELECT n.agency_id AS "agencyId", n.seat_id AS "seatId", l.at AS "lastSentAt", h.at AS "lastHeldAt",
  CASE WHEN b.at IS NULL THEN f.at END AS "resumedAt"
FROM (SELECT agency_id, seat_id, current_setting('headroom.now')::int8 AS now
  FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, seat_id)) AS n
JOIN seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id
LEFT JOIN LATERAL (
  SELECT c.effective_at AS at FROM charge c
  WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.now - $3::int8
  GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at DESC LIMIT 1) AS l ON true
LEFT JOIN LATERAL (
  SELECT max(held_at) AS at FROM hold d
  WHERE d.agency_id = n.agency_id AND d.seat_id = n.seat_id AND d.expires_at > n.now) AS h ON true
LEFT JOIN LATERAL (
  SELECT c.effective_at AS at FROM charge c
  WHERE s.warm_up_started_on IS NOT NULL
    AND c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.now - $4::int8
  GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT 1) AS f ON true
LEFT JOIN LATERAL (
  SELECT c.effective_at AS at FROM charge c
  WHERE f.at IS NOT NULL AND c.agency_id = n.agency_id AND c.seat_id = n.seat_id
    AND c.effective_at > f.at - $3::int8 AND c.effective_at < f.at
  GROUP BY c.effective_at HAVING sum(c.count) <> 0 LIMIT 1) AS b ON true`,
};

/** A day more than a ramp takes is enough, and less than makes a seat idle. */
const RAMP_SLACK = DAY;

export async function readPaces(
  transaction: LedgerTransaction,
  seats: readonly SeatRef[],
): Promise<(Pace & SeatRef)[]> {
  const idleMs = rampOf(policyAt(Infinity))?.idleMs ?? 0;
  if (seats.length === 0) return [];
  return transaction.query<Pace & SeatRef>(READ_PACES, [
    seats.map(({ agencyId }) => agencyId),
    seats.map(({ seatId }) => seatId),
    idleMs,
    idleMs - RAMP_SLACK,
  ]);
}

/** A pace after one more send: one that ends a long idleness begins the warm-up again. */
export function sentAt(pace: Pace, at: Instant): Pace {
  const { lastSentAt, resumedAt } = pace;
  return {
    ...pace,
    lastSentAt: Math.max(lastSentAt ?? at, at),
    resumedAt: lastSentAt === null ? at : resumedAt,
  };
}
