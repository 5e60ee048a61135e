import type { Instant } from '../../quota/window.js';
import type { EngagementKind } from '../../quota/words.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from '../people/one-person.js';
import type { SeatRef } from '../reading/standing.js';

/** What answers an InMail: a reply, an acceptance or a declination. */
export const ANSWERS_INMAIL: readonly EngagementKind[] = ['REPLIED', 'INMAIL_ACCEPTED', 'INMAIL_DECLINED'];

/** The InMails of a seat after an instant are asked for. */
export interface ResponseQuestion extends SeatRef {
  readonly since: Instant;
}

/** What a pass can't tell without: it is read, and all is done again. */
export class ResponsesNeeded extends Error {
  constructor(readonly questions: readonly ResponseQuestion[]) {
    super('Answers to InMails are to be read.');
  }
}

interface ToPerson {
  /** Of several who are one person, the one that stands for all. */
  readonly recipientId: string;
  readonly at: Instant;
}

/** The InMails that a seat sent to somebody, and what these people answered since. */
export interface ResponsesRead {
  readonly sent: (ToPerson & { readonly id: string })[];
  readonly answers: ToPerson[];
}

const READ_RESPONSES: Statement = {
  name: 'read_responses',
  text: `
WITH sent AS MATERIALIZED (
  SELECT n.i, n.agency_id, n.seat_id, n.since, c.* FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[])
    AS n (i, agency_id, seat_id, since)
  CROSS JOIN LATERAL (
    SELECT c.id, coalesce(r.merged_into, c.recipient_id) AS person_id, c.effective_at AS at FROM charge c
    LEFT JOIN recipient r ON r.agency_id = c.agency_id AND r.id = c.recipient_id
    WHERE c.agency_id = n.agency_id AND c.seat_id = n.seat_id AND c.effective_at > n.since
      AND c.action = 'INMAIL' AND c.recipient_id IS NOT NULL AND c.origin NOT IN ('VOID', 'OPENING')
      AND (SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id
        AND v.effective_at = c.effective_at LIMIT 1) IS NULL OFFSET 0) AS c)
SELECT i AS index, id, person_id AS "recipientId", at FROM sent
UNION ALL
SELECT p.i, NULL, p.person_id, e.occurred_at
FROM (SELECT DISTINCT i, agency_id, seat_id, since, person_id FROM sent) AS p
CROSS JOIN LATERAL unnest(${recipientsOfPerson('p.agency_id', 'p.person_id')}) AS one (id)
JOIN engagement e ON e.agency_id = p.agency_id AND e.seat_id = p.seat_id AND e.recipient_id = one.id
  AND e.occurred_at > p.since AND e.kind IN (${ANSWERS_INMAIL.map((kind) => `'${kind}'`).join()})`,
};

interface ResponseRow extends ToPerson {
  readonly index: number;
  /** Null of an answer. */
  readonly id: string | null;
}

/** Reads what seats sent and were answered, in one statement. */
export async function readResponses(
  transaction: LedgerTransaction,
  questions: readonly ResponseQuestion[],
  of: (agencyId: string) => { readonly responses: Map<string, ResponsesRead> },
): Promise<void> {
  if (questions.length === 0) return;
  const rows = await transaction.query<ResponseRow>(READ_RESPONSES, [
    questions.map((_, index) => index),
    questions.map(({ agencyId }) => agencyId),
    questions.map(({ seatId }) => seatId),
    questions.map(({ since }) => since),
  ]);
  const read = questions.map((): ResponsesRead => ({ sent: [], answers: [] }));
  for (const { index, id, recipientId, at } of rows) {
    const { sent, answers } = read[index]!;
    if (id === null) answers.push({ recipientId, at });
    else sent.push({ id, recipientId, at });
  }
  for (const [index, { agencyId, seatId }] of questions.entries()) {
    of(agencyId).responses.set(seatId, read[index]!);
  }
}
