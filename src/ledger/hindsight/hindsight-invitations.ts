import type { PastEnd, PastInvitation, PastWithdrawal } from '../../quota/invited-past.js';
import type { OpeningInvitations } from '../../quota/opening-invitations.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { InvitationAnswer, SentInvitation } from '../invitations/invitation-reading.js';
import { ENDS_STAND, STANDS } from '../invitations/pending-entries.js';
import type { SeatRef } from '../reading/standing.js';

const ENDS_ONE = (engagement: string): string =>
  `${engagement}.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN')`;

/** The invitations of a seat over time, and all that ended some of them. */
export interface InvitationsOverTime {
  readonly invitations: PastInvitation[];
  readonly ends: PastEnd[];
  readonly withdrawals: PastWithdrawal[];
  readonly opening: OpeningInvitations;
  /** Those that a rate of acceptance is judged by. */
  readonly sent: SentInvitation[];
  readonly answers: InvitationAnswer[];
}

// Its opening use is among what a seat had pending when it was added, and counts here no more. Whoever answered since then
// may have been one of these.
const READ_INVITATIONS_OVER_TIME: Statement = {
  name: 'read_invitations_over_time',
  text: `
WITH n AS (
  SELECT * FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[])
    AS n (i, agency_id, seat_id, since, until, opening_at)),
sent AS MATERIALIZED (
  SELECT n.i, n.agency_id, n.seat_id, n.since, n.until, c.*
  FROM n CROSS JOIN LATERAL (
    SELECT c.id, c.recipient_id, c.effective_at AS at, c.count, c.origin FROM charge c
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.since AND c.effective_at <= n.until
      AND c.action = 'CONNECTION_REQUEST' AND c.origin NOT IN ('VOID', 'OPENING') AND ${STANDS('c')} OFFSET 0) AS c),
people AS (
  SELECT i, agency_id, seat_id, since, until, recipient_id FROM sent WHERE recipient_id IS NOT NULL
  UNION
  SELECT n.i, n.agency_id, n.seat_id, n.since, n.until, f.recipient_id FROM n CROSS JOIN LATERAL (
    (SELECT e.recipient_id FROM engagement e
      WHERE e.agency_id = n.agency_id AND e.seat_id = n.seat_id AND e.occurred_at >= n.opening_at AND e.occurred_at <= n.until
        AND ${ENDS_ONE('e')} OFFSET 0)
    UNION ALL
    (SELECT w.recipient_id FROM charge w
      WHERE w.agency_id = n.agency_id AND w.seat_id = n.seat_id AND w.effective_at >= n.opening_at AND w.effective_at <= n.until
        AND w.action = 'INVITATION_WITHDRAWAL' AND w.recipient_id IS NOT NULL AND w.origin <> 'VOID' OFFSET 0)) AS f)
SELECT i AS index, 'SENT' AS what, origin AS code, id, recipient_id AS "personId", at, count, NULL::int8 AS "sentAt" FROM sent
UNION ALL
SELECT n.i, 'WITHDRAWAL', NULL, e.ended_by, NULL, e.ended_at, e.count, e.sent_at
FROM n JOIN invitation_end e ON e.agency_id = n.agency_id AND e.seat_id = n.seat_id
  AND e.sent_at > n.since AND e.ended_at <= n.until AND ${ENDS_STAND}
UNION ALL
SELECT p.i, 'END', f.code, f.id, p.recipient_id, f.at, 1, NULL
FROM people AS p
CROSS JOIN LATERAL (
  (SELECT e.kind AS code, NULL::uuid AS id, e.occurred_at AS at FROM engagement e
    WHERE e.agency_id = p.agency_id AND e.seat_id = p.seat_id AND e.recipient_id = p.recipient_id
      AND e.occurred_at > p.since AND e.occurred_at <= p.until AND ${ENDS_ONE('e')} OFFSET 0)
  UNION ALL
  (SELECT 'CONNECTION', NULL, t.connected_at FROM connection t WHERE t.agency_id = p.agency_id AND t.seat_id = p.seat_id
    AND t.recipient_id = p.recipient_id AND t.connected_at > p.since AND t.connected_at <= p.until LIMIT 1)
  UNION ALL
  (SELECT 'INVITATION_WITHDRAWAL', w.id, w.effective_at FROM charge w WHERE w.agency_id = p.agency_id AND w.seat_id = p.seat_id
    AND w.recipient_id = p.recipient_id AND w.action = 'INVITATION_WITHDRAWAL' AND w.origin <> 'VOID'
    AND w.effective_at > p.since AND w.effective_at <= p.until AND ${STANDS('w')} OFFSET 0)) AS f`,
};

interface Row {
  readonly index: number;
  readonly what: 'SENT' | 'WITHDRAWAL' | 'END';
  readonly code: string | null;
  readonly id: string | null;
  readonly personId: string | null;
  readonly at: Instant;
  readonly count: number;
  /** Of a withdrawal that named nobody: when that was sent which it took. */
  readonly sentAt: Instant | null;
}

/** Where invitations over time are asked for. */
export interface InvitationsAsked extends SeatRef {
  readonly since: Instant;
  readonly until: Instant;
  readonly opening: OpeningInvitations;
}

/** Those of seats after an instant and until another one, in the order of the seats. */
export async function readInvitationsOverTime(
  transaction: LedgerTransaction,
  seats: readonly InvitationsAsked[],
): Promise<InvitationsOverTime[]> {
  const read = seats.map(({ opening }): InvitationsOverTime => {
    return { invitations: [], ends: [], withdrawals: [], opening, sent: [], answers: [] };
  });
  if (seats.length === 0) return read;
  const rows = await transaction.query<Row>(READ_INVITATIONS_OVER_TIME, [
    seats.map((_, index) => index),
    seats.map(({ agencyId }) => agencyId),
    seats.map(({ seatId }) => seatId),
    seats.map(({ since }) => since),
    seats.map(({ until }) => until),
    seats.map(({ opening }) => (opening.count > 0 ? opening.at : null)),
  ]);
  for (const row of rows) take(read[row.index]!, row);
  return read;
}

function take(read: InvitationsOverTime, { what, code, id, personId, at, count, sentAt }: Row): void {
  if (what === 'WITHDRAWAL') read.withdrawals.push({ chargeId: id!, at, sentAt: sentAt!, count });
  else if (what === 'END') takeEnd(read, { code, id, personId: personId!, at });
  else {
    const isArchived = code === 'IMPORT';
    read.invitations.push({ chargeId: id!, personId, at, count, isArchived });
    if (personId !== null) read.sent.push({ id: id!, recipientId: personId, at, isJudged: !isArchived });
  }
}

const ENDS_UNANSWERED: readonly (string | null)[] = ['INVITATION_WITHDRAWN', 'INVITATION_WITHDRAWAL'];

function takeEnd(
  read: InvitationsOverTime,
  { code, id, personId, at }: Pick<Row, 'code' | 'id' | 'at'> & { readonly personId: string },
): void {
  const isConnection = code === 'CONNECTION';
  read.ends.push({ chargeId: id, personId, at, isConnection });
  if (ENDS_UNANSWERED.includes(code)) return;
  read.answers.push({ recipientId: personId, at, accepted: isConnection || code === 'INVITATION_ACCEPTED' });
}
