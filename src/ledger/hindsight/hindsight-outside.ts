import { SumsOverTime } from '../../quota/hindsight.js';
import { daysToCount, OutsideUses } from '../../quota/outside-use.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { PastAsk } from './past-ask.js';
import { reachOf } from '../reading/outside-days.js';
import type { Standing } from '../reading/standing.js';

/** A day that a window overlaps began no earlier than so long before it. */
const DAYS_BEFORE = 3 * DAY;

/** What was recorded of the actions that a seat does elsewhere, over time. */
export type RecordedOverTime = ReadonlyMap<Action, SumsOverTime>;

// The same as makes less of a day unknown when it is asked for now.
const READ_RECORDED_OVER_TIME: Statement = {
  name: 'read_recorded_over_time',
  text: `
SELECT n.i AS index, c.action, c.effective_at AS at, sum(c.count)::int8 AS count
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, seat_id, after, until)
JOIN charge c ON c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.after
  AND c.effective_at <= n.until AND c.origin IN ('RECORD', 'IMPORT', 'VOID')
GROUP BY n.i, c.action, c.effective_at`,
};

interface Row {
  readonly index: number;
  readonly action: Action;
  readonly at: Instant;
  readonly count: number;
}

/** In the order of the seats, for requests from an instant on and until another one. */
export async function readRecordedOverTime(
  transaction: LedgerTransaction,
  seats: readonly { readonly standing: Standing; readonly from: Instant; readonly until: Instant }[],
): Promise<RecordedOverTime[]> {
  if (seats.every(({ standing }) => standing.outside.uses.length === 0)) return seats.map(() => new Map());
  const rows = await transaction.query<Row>(READ_RECORDED_OVER_TIME, [
    seats.map((_, index) => index),
    seats.map(({ standing }) => standing.agencyId),
    seats.map(({ standing }) => standing.seatId),
    seats.map(({ standing, from, until }) =>
      standing.outside.uses.length === 0 ? until : reachOf(standing, from) - DAYS_BEFORE,
    ),
    seats.map(({ until }) => until),
  ]);
  return seats.map((_, seat) => {
    const ofSeat = rows.filter(({ index }) => index === seat);
    const actions = [...new Set(ofSeat.map(({ action }) => action))];
    return new Map(
      actions.map((action) => [action, new SumsOverTime(ofSeat.filter((row) => row.action === action))]),
    );
  });
}

/** Room that was set aside at the instant of a request, by what was recorded of each day until then. */
export function outsideAt({ standing, at, behind }: PastAsk, recorded: RecordedOverTime): OutsideUses | null {
  const { outside, zones, seatId } = standing;
  if (outside.uses.length === 0) return null;
  const days = daysToCount(outside, zones.seat, { since: reachOf(standing, at), at });
  const laterOf = (action: Action): number =>
    behind.reduce(
      (sum, { send }) => (send.seatId === seatId && send.action === action ? sum + send.count : sum),
      0,
    );
  const counted = days.map(({ action, start, end }) => {
    const sums = recorded.get(action);
    const sent = sums ? sums.until(Math.min(end - 1, at)) - sums.until(start - 1) : 0;
    return { action, start, count: sent - (end <= at ? 0 : laterOf(action)) };
  });
  return new OutsideUses(outside, zones.seat, at, counted);
}
