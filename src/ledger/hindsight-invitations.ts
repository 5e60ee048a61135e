import type { PastEnd, PastInvitation } from '../quota/pending-past.js';
import type { Instant } from '../quota/window.js';
import type { LedgerTransaction, Statement } from './connection.js';
import type { InvitationAnswer, SentInvitation } from './invitation-reading.js';
import { STANDS } from './pending-entries.js';
import type { SeatRef } from './standing.js';

/** The invitations of a seat over time, and all that ended some of them. */
export interface InvitationsOverTime {
  readonly invitations: PastInvitation[];
  readonly ends: PastEnd[];
  /** Those that a rate of acceptance is judged by. */
  readonly sent: SentInvitation[];
  readonly answers: InvitationAnswer[];
}

// What a seat had pending when it was added is of that instant; its opening use is among it, and counts here no more.
const READ_INVITATIONS_OVER_TIME: Statement = {
  name: 'read_invitations_over_time',
  text: `
WITH sent AS MATERIALIZED (
  SELECT n.i, n.agency_id, n.seat_id, n.since, n.until, c.*
  FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, seat_id, since, until)
  CROSS JOIN LATERAL (
    SELECT c.id, c.recipient_id, c.effective_at AS at, c.count, c.origin FROM charge c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.since AND c.effective_at <= n.until
      AND c.action = 'CONNECTION_REQUEST' AND c.origin NOT IN ('VOID', 'OPENING') AND ${STANDS('c')} OFFSET 0) AS c)
SELECT i AS index, 'SENT' AS what, origin AS code, id, recipient_id AS "personId", at, count FROM sent
UNION ALL
SELECT n.i, 'OPENING', NULL, s.id, NULL, s.created_at, s.opening_pending_invitations
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, seat_id, since, until)
JOIN seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id AND s.opening_pending_invitations > 0
  AND s.created_at > n.since AND s.created_at <= n.until
UNION ALL
SELECT p.i, 'END', f.code, f.id, p.recipient_id, f.at, 1
FROM (SELECT DISTINCT i, agency_id, seat_id, since, until, recipient_id FROM sent WHERE recipient_id IS NOT NULL) AS p
CROSS JOIN LATERAL (
  (SELECT e.kind AS code, NULL::uuid AS id, e.occurred_at AS at FROM engagement e
    WHERE e.agency_id = p.agency_id AND e.seat_id = p.seat_id AND e.recipient_id = p.recipient_id
      AND e.occurred_at > p.since AND e.occurred_at <= p.until
      AND e.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN') OFFSET 0)
  UNION ALL
  (SELECT 'CONNECTION', NULL, t.connected_at FROM connection t WHERE t.agency_id = p.agency_id AND t.seat_id = p.seat_id
    AND t.recipient_id = p.recipient_id AND t.connected_at > p.since AND t.connected_at <= p.until LIMIT 1)
  UNION ALL
  (SELECT 'WITHDRAWAL', w.id, w.effective_at FROM charge w WHERE w.agency_id = p.agency_id AND w.seat_id = p.seat_id
    AND w.recipient_id = p.recipient_id AND w.action = 'INVITATION_WITHDRAWAL' AND w.origin <> 'VOID'
    AND w.effective_at > p.since AND w.effective_at <= p.until AND ${STANDS('w')} OFFSET 0)) AS f`,
};

interface Row {
  readonly index: number;
  readonly what: 'SENT' | 'OPENING' | 'END';
  readonly code: string | null;
  readonly id: string | null;
  readonly personId: string | null;
  readonly at: Instant;
  readonly count: number;
}

/** Those of seats after an instant and until another one, in the order of the seats. */
export async function readInvitationsOverTime(
  transaction: LedgerTransaction,
  seats: readonly (SeatRef & { readonly since: Instant; readonly until: Instant })[],
): Promise<InvitationsOverTime[]> {
  const read = seats.map((): InvitationsOverTime => ({ invitations: [], ends: [], sent: [], answers: [] }));
  if (seats.length === 0) return read;
  const rows = await transaction.query<Row>(READ_INVITATIONS_OVER_TIME, [
    seats.map((_, index) => index),
    seats.map(({ agencyId }) => agencyId),
    seats.map(({ seatId }) => seatId),
    seats.map(({ since }) => since),
    seats.map(({ until }) => until),
  ]);
  for (const row of rows) take(read[row.index]!, row);
  return read;
}

const ENDS_UNANSWERED: readonly (string | null)[] = ['INVITATION_WITHDRAWN', 'WITHDRAWAL'];

function take(read: InvitationsOverTime, { what, code, id, personId, at, count }: Row): void {
  if (what !== 'END') {
    read.invitations.push({ chargeId: id!, personId, at, count });
    if (personId !== null) {
      read.sent.push({ id: id!, recipientId: personId, at, isJudged: code !== 'IMPORT' });
    }
    return;
  }
  read.ends.push({ chargeId: id, personId: personId!, at });
  if (ENDS_UNANSWERED.includes(code)) return;
  const accepted = code === 'INVITATION_ACCEPTED' || code === 'CONNECTION';
  read.answers.push({ recipientId: personId!, at, accepted });
}
