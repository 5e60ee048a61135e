import { BUILT_IN_COURSE } from '../../quota/policy/index.js';
import { rampOf } from '../../quota/warm-up.js';
import { DAY, type Instant } from '../../quota/window.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';

interface SeatRef {
  readonly agencyId: string;
  readonly seatId: string;
}

/** When a seat last did something: what a gap and a warm-up are judged by. */
export interface Pace {
  /** The last send of any kind; null where nothing was sent for as long as begins a warm-up again. */
  readonly lastSentAt: Instant | null;
  /** When the newest of the live holds was made. */
  readonly lastHeldAt: Instant | null;
  /** When the live holds expire. */
  readonly heldUntil: readonly Instant[];
  /** Of a seat that warms up: its first send after it was idle that long; null where a ramp that began there is over. */
  readonly resumedAt: Instant | null;
}

export const NO_PACE: Pace = { lastSentAt: null, lastHeldAt: null, heldUntil: [], resumedAt: null };

type Sent = readonly [at: Instant, count: number];

/**
 * Sends of a seat, by instant: of those since `recentFrom` the first and the last ones, of those before it the last ones. As
 * many of each as voids of the batch may take out, and one more.
 */
export interface PaceRead extends SeatRef {
  readonly recentFrom: Instant;
  readonly lastHeldAt: Instant | null;
  readonly newest: readonly Sent[];
  readonly oldest: readonly Sent[];
  readonly older: readonly Sent[];
}

// Of a ramp that began longer ago than a ramp takes nothing is left, so that one idleness at most is of interest: the one
// that ended since. A seat that does not warm up is asked for its last send alone.
const SENDS = `SELECT c.effective_at AS at, sum(c.count)::int8 AS count FROM charge c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at <= ${CHARGED_UNTIL}`;
const listOf = (name: string): string =>
  `(SELECT json_agg(json_build_array(at, count)) AS list FROM (${name}) AS s)`;

const READ_PACES: Statement = {
  name: 'read_paces',
  text: `
SELECT n.agency_id AS "agencyId", n.seat_id AS "seatId", n.recent_from AS "recentFrom", h.at AS "lastHeldAt",
  coalesce(newest.list, '[]') AS newest, coalesce(oldest.list, '[]') AS oldest, coalesce(older.list, '[]') AS older
FROM (SELECT agency_id, seat_id, current_setting('headroom.now')::int8 AS now,
    current_setting('headroom.now')::int8 - $3::int8 AS recent_from
  FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, seat_id)) AS n
JOIN seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id
LEFT JOIN LATERAL (
  SELECT max(held_at) AS at FROM hold d
  WHERE d.agency_id = n.agency_id AND d.seat_id = n.seat_id AND d.expires_at > n.now) AS h ON true
LEFT JOIN LATERAL ${listOf(`${SENDS} AND c.effective_at > n.recent_from
    GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at DESC LIMIT $5`)} AS newest ON true
LEFT JOIN LATERAL ${listOf(`${SENDS} AND s.warm_up_started_on IS NOT NULL AND c.effective_at > n.recent_from
    GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT $5`)} AS oldest ON true
LEFT JOIN LATERAL ${listOf(`${SENDS} AND s.warm_up_started_on IS NOT NULL
    AND c.effective_at > n.now - 2 * $4::int8 AND c.effective_at <= n.recent_from
    GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at DESC LIMIT $5`)} AS older ON true`,
};

/** A day more than a ramp takes is enough, and less than makes a seat idle. */
const RAMP_SLACK = DAY;

/** What seats did of late, where so many sends may be taken out behind it. */
export async function readPaces(
  transaction: LedgerTransaction,
  seats: readonly SeatRef[],
  voids: number,
): Promise<PaceRead[]> {
  if (seats.length === 0) return [];
  const idleMs = idleMsNow();
  return transaction.query<PaceRead>(READ_PACES, [
    seats.map(({ agencyId }) => agencyId),
    seats.map(({ seatId }) => seatId),
    idleMs - RAMP_SLACK,
    idleMs,
    voids + 1,
  ]);
}

/** The same in every version: no agency's own makes it otherwise. */
function idleMsNow(): number {
  return rampOf(BUILT_IN_COURSE.at(Infinity))?.idleMs ?? 0;
}

/** When the seats of a pass last did something, what it does itself included. */
export class PacesOfPass {
  private readonly sent = new Map<string, Map<Instant, number>>();
  private readonly heldAt = new Map<string, Instant>();

  constructor(private readonly read: ReadonlyMap<string, PaceRead>) {}

  hold(seatId: string, at: Instant): void {
    this.heldAt.set(seatId, at);
  }

  /** A counter-entry takes away what it voids; one of a send that was not read changes neither end of what was. */
  charge(seatId: string, at: Instant, count: number): void {
    const sends = this.sendsOf(seatId);
    const known = sends.get(at);
    if (known === undefined && count < 0) return;
    sends.set(at, (known ?? 0) + count);
  }

  of(seatId: string): Omit<Pace, 'heldUntil'> {
    const read = this.read.get(seatId);
    const recentFrom = read?.recentFrom ?? -Infinity;
    const instants = [...this.sendsOf(seatId)].flatMap(([at, count]) => (count === 0 ? [] : [at]));
    const recent = instants.filter((at) => at > recentFrom);
    const [first, before] = [Math.min(...recent), Math.max(...instants.filter((at) => at <= recentFrom))];
    const last = Math.max(...instants);
    return {
      lastSentAt: last === -Infinity ? null : last,
      lastHeldAt: this.heldAt.get(seatId) ?? read?.lastHeldAt ?? null,
      resumedAt: recent.length > 0 && first - before >= idleMsNow() ? first : null,
    };
  }

  private sendsOf(seatId: string): Map<Instant, number> {
    const known = this.sent.get(seatId);
    if (known) return known;
    const read = this.read.get(seatId);
    const sends = new Map(read ? [...read.newest, ...read.oldest, ...read.older] : []);
    this.sent.set(seatId, sends);
    return sends;
  }
}
