import { countUntil } from '../../quota/instants.js';
import { HORIZON } from '../../quota/rule.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { PurseRead } from '../credits/credit-reading.js';
import { ANSWERS_INMAIL } from '../invitations/response-reading.js';
import { STANDS } from '../invitations/pending-entries.js';

/** A purse whose InMails are asked for. */
export interface PurseOver extends Pick<PurseRead, 'key'> {
  readonly agencyId: string;
  readonly terms: readonly { readonly seatId: string }[];
  /** The instant before the first InMail that is asked for, or that was told after one before it. */
  readonly before: Instant;
  readonly until: Instant;
}

/** An InMail of the past, with the first answer to it. */
export interface InMailRead {
  readonly chargeId: string;
  readonly seatId: string;
  readonly count: number;
  readonly sentAt: Instant;
  readonly recordedAt: Instant;
  readonly committed: boolean;
  readonly answeredAt: Instant | null;
}

// All that was sent and answered between a seat and a person is read once, and put together here: to look through it for each
// InMail would take the square of it.
const READ_INMAILS_OVER_TIME: Statement = {
  name: 'read_inmails_over_time',
  text: `
WITH sent AS MATERIALIZED (
  SELECT n.i, n.agency_id, c.id, c.seat_id, c.recipient_id, c.count, c.effective_at, c.recorded_at, c.origin,
    coalesce(c.reservation_id, (SELECT i.reservation_id FROM idempotency i WHERE i.agency_id = c.agency_id
      AND i.subject_id = c.id AND i.matched AND i.reservation_id IS NOT NULL LIMIT 1)) AS reservation_id
  FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::uuid[], $5::int8[], $6::int8[])
    AS n (i, agency_id, kind, id, before, until)
  CROSS JOIN LATERAL (
    SELECT * FROM charge c WHERE c.agency_id = n.agency_id AND c.action = 'INMAIL'
      AND c.effective_at > n.before - $8::int8 AND c.effective_at <= n.until
      AND (n.kind = 'SEAT' AND c.seat_id = n.id
        OR n.kind = 'CLIENT_ACCOUNT' AND c.client_account_id = n.id AND c.seat_id = ANY ($7::uuid[]))
      AND c.origin NOT IN ('VOID', 'OPENING') AND ${STANDS('c')} OFFSET 0) AS c),
people AS MATERIALIZED (
  SELECT i, agency_id, seat_id, recipient_id, min(effective_at) AS since FROM sent WHERE recipient_id IS NOT NULL
  GROUP BY i, agency_id, seat_id, recipient_id)
SELECT i AS index, 'SENT' AS what, id AS "chargeId", seat_id AS "seatId", recipient_id AS "recipientId",
  reservation_id AS "reservationId", count, effective_at AS at, recorded_at AS "recordedAt", origin = 'COMMIT' AS committed
FROM sent
UNION ALL
SELECT p.i, 'NEXT', NULL, p.seat_id, p.recipient_id, NULL, 0, l.effective_at, 0, false
FROM people p CROSS JOIN LATERAL (
  SELECT l.effective_at FROM charge l WHERE l.agency_id = p.agency_id AND l.seat_id = p.seat_id
    AND l.recipient_id = p.recipient_id AND l.action = 'INMAIL' AND l.origin <> 'VOID' AND l.effective_at > p.since
    AND ${STANDS('l')} OFFSET 0) AS l
UNION ALL
SELECT p.i, 'ANSWER', NULL, p.seat_id, p.recipient_id, e.reservation_id, 0, e.occurred_at, 0, false
FROM people p CROSS JOIN LATERAL (
  SELECT e.reservation_id, e.occurred_at FROM engagement e WHERE e.agency_id = p.agency_id AND e.seat_id = p.seat_id
    AND e.recipient_id = p.recipient_id AND e.occurred_at >= p.since
    AND e.kind IN (${ANSWERS_INMAIL.map((kind) => `'${kind}'`).join()}) OFFSET 0) AS e`,
};

interface Row {
  readonly index: number;
  readonly what: 'SENT' | 'NEXT' | 'ANSWER';
  readonly chargeId: string | null;
  readonly seatId: string;
  readonly recipientId: string | null;
  readonly reservationId: string | null;
  readonly count: number;
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly committed: boolean;
}

/** What statements about purses unnest, column by column. */
export function columnsOf(purses: readonly PurseOver[]): readonly unknown[][] {
  return [
    purses.map((_, index) => index),
    purses.map(({ agencyId }) => agencyId),
    purses.map(({ key }) => key.kind),
    purses.map(({ key }) => key.id),
    purses.map(({ before }) => before),
    purses.map(({ until }) => until),
  ];
}

/** The InMails of purses, in the order of these. */
export async function readInMails(
  transaction: LedgerTransaction,
  purses: readonly PurseOver[],
): Promise<InMailRead[][]> {
  const inMails = purses.map((): InMailRead[] => []);
  if (purses.length === 0) return inMails;
  const rows = await transaction.query<Row & { [column: string]: unknown }>(READ_INMAILS_OVER_TIME, [
    ...columnsOf(purses),
    purses.flatMap(({ terms }) => terms.map(({ seatId }) => seatId)),
    HORIZON,
  ]);
  const known = new Map<string, BetweenTwo>();
  for (const row of rows.toSorted((one, other) => one.at - other.at)) takeIn(known, row);
  for (const row of rows) {
    const { what, chargeId, seatId, count, at: sentAt, recordedAt, committed } = row;
    if (what !== 'SENT') continue;
    const answeredAt = answerTo(row, known.get(nameOf(row)));
    inMails[row.index]!.push({
      ...{ chargeId: chargeId!, seatId, count, sentAt, recordedAt, committed, answeredAt },
    });
  }
  return inMails;
}

/** Of a seat and a person, in the order of time: when InMails were sent, and when which of them were answered. */
interface BetweenTwo {
  readonly sent: Instant[];
  /** By the reservation that an answer names; null where it names none. */
  readonly answers: Map<string | null, Instant[]>;
}

function takeIn(known: Map<string, BetweenTwo>, row: Row): void {
  if (row.what === 'SENT') return;
  const name = nameOf(row);
  const { sent, answers } = known.get(name) ?? { sent: [], answers: new Map<string | null, Instant[]>() };
  known.set(name, { sent, answers });
  if (row.what === 'NEXT') {
    sent.push(row.at);
    return;
  }
  const told = answers.get(row.reservationId) ?? [];
  told.push(row.at);
  answers.set(row.reservationId, told);
}

/** An answer is of the reservation that it names, or else of the newest InMail before it. */
function answerTo({ at, reservationId }: Row, known: BetweenTwo | undefined): Instant | null {
  if (!known) return null;
  const { sent, answers } = known;
  const first = (told: readonly Instant[] = []): Instant => told[countUntil(told, at - 1)] ?? Infinity;
  const unnamed = first(answers.get(null));
  const next = sent[countUntil(sent, at)] ?? Infinity;
  const named = reservationId === null ? Infinity : first(answers.get(reservationId));
  const answeredAt = Math.min(named, unnamed < next ? unnamed : Infinity);
  return answeredAt === Infinity ? null : answeredAt;
}

/** To nobody in particular nothing is answered. */
function nameOf({ index, seatId, recipientId }: Row): string {
  return `${index} ${seatId} ${recipientId}`;
}
