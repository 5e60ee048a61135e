import type { LedgerTransaction, Statement } from '../../src/ledger/books/connection.js';
import type { InMailRead, PurseOver } from '../../src/ledger/hindsight/hindsight-inmails.js';
import { STANDS } from '../../src/ledger/invitations/pending-entries.js';
import { HORIZON } from '../../src/quota/rule.js';

/** The InMails of seats' purses, and for each of them all answers and all InMails since looked through: as plain as SQL says it. */
const PLAIN_INMAILS: Statement = {
  name: 'plain_inmails',
  text: `
SELECT n.i AS index, c.id AS "chargeId", c.seat_id AS "seatId", c.count, c.effective_at AS "sentAt", c.recorded_at AS "recordedAt",
  c.origin = 'COMMIT' AS committed, a.at AS "answeredAt"
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, id, before, until)
CROSS JOIN LATERAL (
  SELECT * FROM charge c WHERE c.agency_id = n.agency_id AND c.action = 'INMAIL'
    AND c.effective_at > n.before - $6::int8 AND c.effective_at <= n.until AND c.seat_id = n.id
    AND c.origin NOT IN ('VOID', 'OPENING') AND ${STANDS('c')} OFFSET 0) AS c
LEFT JOIN LATERAL (
  SELECT min(e.occurred_at) AS at FROM engagement e
  WHERE e.agency_id = n.agency_id AND e.seat_id = c.seat_id AND e.recipient_id = c.recipient_id
    AND e.kind IN ('REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED') AND e.occurred_at >= c.effective_at
    AND (e.reservation_id = c.reservation_id OR e.reservation_id IS NULL AND NOT EXISTS (
      SELECT 1 FROM charge l WHERE l.agency_id = c.agency_id AND l.seat_id = c.seat_id AND l.recipient_id = c.recipient_id
        AND l.action = 'INMAIL' AND l.origin <> 'VOID' AND l.effective_at > c.effective_at
        AND l.effective_at <= e.occurred_at AND ${STANDS('l')}))) AS a ON true`,
};

export async function plainInMails(
  transaction: LedgerTransaction,
  purses: readonly PurseOver[],
): Promise<InMailRead[][]> {
  const rows = await transaction.query<InMailRead & { index: number }>(PLAIN_INMAILS, [
    purses.map((_, index) => index),
    purses.map(({ agencyId }) => agencyId),
    purses.map(({ key }) => key.id),
    purses.map(({ before }) => before),
    purses.map(({ until }) => until),
    HORIZON,
  ]);
  return purses.map((_, purse) =>
    rows.filter(({ index }) => index === purse).map(({ index: _index, ...one }) => one),
  );
}
