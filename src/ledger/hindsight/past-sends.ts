import type { PastSend } from '../../quota/backtest.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { SeatRef } from '../reading/standing.js';

/** Rows of one statement: so many are in memory. */
const READ_AT_ONCE = 5_000;

const READ_PAST_SENDS: Statement = {
  name: 'read_past_sends',
  text: `
SELECT id, effective_at AS at, action, noted, count FROM charge
WHERE agency_id = $1 AND seat_id = $2 AND effective_at >= $3 AND (effective_at, id) > ($3, $4::uuid)
ORDER BY effective_at, id LIMIT ${READ_AT_ONCE}`,
};

type SendRow = PastSend & { readonly id: string };

/** All that a seat sent, by commits, records and archives, in the order of time; what was taken out again is not among it. */
export async function* readPastSends(
  transaction: LedgerTransaction,
  { agencyId, seatId }: SeatRef,
): AsyncGenerator<PastSend> {
  let after = { at: 0, id: '00000000-0000-0000-0000-000000000000' };
  let together: SendRow[] = [];
  for (;;) {
    const rows: SendRow[] = await transaction.query<SendRow>(READ_PAST_SENDS, [
      agencyId,
      seatId,
      after.at,
      after.id,
    ]);
    for (const row of rows) {
      if (together[0] && together[0].at !== row.at) {
        yield* ofOneInstant(together[0].at, together);
        together = [];
      }
      together.push(row);
    }
    after = rows.at(-1) ?? after;
    if (rows.length < READ_AT_ONCE) break;
  }
  if (together[0]) yield* ofOneInstant(together[0].at, together);
}

/** A counter-entry has the instant of what it takes out: what is left of an instant is their sum. */
function* ofOneInstant(at: Instant, rows: readonly SendRow[]): Generator<PastSend> {
  const sums = new Map<string, PastSend>();
  for (const { action, noted, count } of rows) {
    const key = `${action} ${noted}`;
    sums.set(key, { action, noted, at, count: (sums.get(key)?.count ?? 0) + count });
  }
  for (const send of sums.values()) if (send.count > 0) yield send;
}
