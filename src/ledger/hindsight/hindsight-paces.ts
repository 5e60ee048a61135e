import { rampOf } from '../../quota/warm-up.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { Standing } from '../reading/standing.js';

/** A seat that warms up, and the instants of its requests. */
export interface PaceAsked {
  readonly standing: Standing;
  readonly from: Instant;
  readonly instants: readonly Instant[];
}

/** Sends of a seat by which its pace at an instant is known: the last one, and those about the idleness that began its ramp. */
export type SendsByInstant = ReadonlyMap<Instant, readonly Instant[]>;

const SENDS = `SELECT c.effective_at AS at FROM charge c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.after AND c.effective_at < n.until`;
const FIRST = 'GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT 1';
const LAST = 'GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at DESC LIMIT 1';

const READ_SENDS_ABOUT: Statement = {
  name: 'read_sends_about',
  text: `
SELECT n.i AS index, f.at
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[])
  AS n (i, agency_id, seat_id, after, recent_from, until)
CROSS JOIN LATERAL (
  (${SENDS} ${LAST})
  UNION ALL (${SENDS} AND c.effective_at <= n.recent_from ${LAST})
  UNION ALL (${SENDS} AND c.effective_at > n.recent_from ${FIRST})) AS f`,
};

/** By which instant on a send is recent: of an idleness before it no ramp is left. Null where the seat had no ramp then. */
export function recentFrom(standing: Standing, at: Instant): Instant | null {
  const idleMs = rampOf(standing.course.at(at))?.idleMs;
  return idleMs === undefined ? null : at - idleMs + DAY;
}

/** In the order of the seats. Of a ramp that began longer ago than it takes nothing is left: one idleness before is of interest. */
export async function readSendsByInstant(
  transaction: LedgerTransaction,
  seats: readonly PaceAsked[],
): Promise<SendsByInstant[]> {
  const sends = seats.map(() => new Map<Instant, Instant[]>());
  const asked = seats.flatMap(({ standing, from, instants }, seat) => {
    const after = from - 2 * (rampOf(standing.course.at(from))?.idleMs ?? 0);
    return [...new Set(instants)].flatMap((at) => {
      const recent = recentFrom(standing, at);
      return recent === null ? [] : [{ seat, standing, after, recent, at }];
    });
  });
  if (asked.length === 0) return sends;
  const rows = await transaction.query<{ index: number; at: Instant }>(READ_SENDS_ABOUT, [
    asked.map((_, index) => index),
    asked.map(({ standing }) => standing.agencyId),
    asked.map(({ standing }) => standing.seatId),
    asked.map(({ after }) => after),
    asked.map(({ recent }) => recent),
    asked.map(({ at }) => at),
  ]);
  for (const { index, at } of rows) {
    const { seat, at: asOf } = asked[index]!;
    sends[seat]!.set(asOf, [...(sends[seat]!.get(asOf) ?? []), at]);
  }
  return sends;
}
