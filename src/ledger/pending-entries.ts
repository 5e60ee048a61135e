import type { Entries, Entry } from '../quota/book.js';
import type { LedgerTransaction, Statement } from './connection.js';
import type { EntriesQuestion, Sum, SumQuestion } from './scopes.js';

/**
 * What the gauge of pending invitations counts. A person has one pending invitation of a seat at most: the newest, unless it
 * was answered or withdrawn since. Without a person an invitation stays until it lapses. What a seat had pending when it was
 * added is of that instant; its opening use is among it, and counts here no more.
 */

/** That nobody took a charge out again. */
export const STANDS = (charge: string): string => `(SELECT 1 FROM charge v WHERE v.voids = ${charge}.id
      AND v.agency_id = ${charge}.agency_id AND v.effective_at = ${charge}.effective_at LIMIT 1) IS NULL`;

const OF_PERSON = `c.recipient_id IS NOT NULL AND c.origin NOT IN ('VOID', 'OPENING') AND ${STANDS('c')}
    AND (SELECT 1 FROM charge l WHERE l.agency_id = c.agency_id AND l.recipient_id = c.recipient_id
      AND l.seat_id = c.seat_id AND l.action = 'CONNECTION_REQUEST' AND l.origin <> 'VOID'
      AND l.effective_at >= c.effective_at AND (l.effective_at, l.id) > (c.effective_at, c.id) AND ${STANDS('l')}
      LIMIT 1) IS NULL
    AND coalesce(greatest(
      (SELECT max(e.occurred_at) FROM engagement e WHERE e.agency_id = c.agency_id AND e.seat_id = c.seat_id
        AND e.recipient_id = c.recipient_id
        AND e.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN')),
      (SELECT max(t.connected_at) FROM connection t WHERE t.agency_id = c.agency_id AND t.seat_id = c.seat_id
        AND t.recipient_id = c.recipient_id),
      (SELECT max(w.effective_at) FROM charge w WHERE w.agency_id = c.agency_id AND w.seat_id = c.seat_id
        AND w.recipient_id = c.recipient_id AND w.action = 'INVITATION_WITHDRAWAL' AND w.origin <> 'VOID'
        AND w.effective_at >= c.effective_at AND ${STANDS('w')})), -1) < c.effective_at`;

const OF_NOBODY = `c.recipient_id IS NULL AND c.origin <> 'OPENING'`;

const INVITATIONS = `FROM charge c WHERE c.agency_id = n.agency_id AND c.seat_id = n.id
    AND c.action = 'CONNECTION_REQUEST'`;

const OPENING = `FROM seat s WHERE s.agency_id = n.agency_id AND s.id = n.id AND s.opening_pending_invitations > 0`;

const READ_PENDING_SUMS: Statement = {
  name: 'read_pending_sums',
  text: `
SELECT n.i AS index, (p.sum + u.sum + o.sum)::int8 AS sum, least(pf.first, uf.first, opf.first) AS first
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[])
  AS n (i, agency_id, id, after, until, first_after)
CROSS JOIN LATERAL (SELECT count(*) AS sum ${INVITATIONS}
    AND c.effective_at > n.after AND c.effective_at <= n.until AND ${OF_PERSON}) AS p
CROSS JOIN LATERAL (SELECT coalesce(sum(c.count), 0) AS sum ${INVITATIONS}
    AND c.effective_at > n.after AND c.effective_at <= n.until AND ${OF_NOBODY}) AS u
CROSS JOIN LATERAL (SELECT coalesce(sum(s.opening_pending_invitations), 0) AS sum ${OPENING}
    AND s.created_at > n.after AND s.created_at <= n.until) AS o
LEFT JOIN LATERAL (SELECT c.effective_at AS first ${INVITATIONS}
    AND c.effective_at > n.first_after AND ${OF_PERSON} ORDER BY c.effective_at LIMIT 1) AS pf ON true
LEFT JOIN LATERAL (SELECT c.effective_at AS first ${INVITATIONS}
    AND c.effective_at > n.first_after AND ${OF_NOBODY}
    GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT 1) AS uf ON true
LEFT JOIN LATERAL (SELECT s.created_at AS first ${OPENING}
    AND s.created_at > n.first_after LIMIT 1) AS opf ON true`,
};

/** Of gauges of seats, in the order of the questions. */
export async function readPendingSums(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  const sums = questions.map((): Sum => ({ sum: 0, first: null }));
  if (questions.length === 0) return sums;
  const rows = await transaction.query<Sum & { index: number }>(READ_PENDING_SUMS, [
    questions.map((_, index) => index),
    questions.map(({ agencyId }) => agencyId),
    questions.map(({ scope }) => scope.id),
    questions.map(({ after }) => after),
    questions.map(({ until }) => until),
    questions.map(({ firstAfter }) => firstAfter),
  ]);
  for (const { index, sum, first } of rows) sums[index] = { sum, first };
  return sums;
}

const READ_PENDING_ENTRIES: Statement = {
  name: 'read_pending_entries',
  text: `
SELECT n.i AS index, e.at, e.count
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[]) AS n (i, agency_id, id, after, most)
CROSS JOIN LATERAL (
  SELECT a.at, sum(a.count)::int8 AS count FROM (
    (SELECT c.effective_at AS at, 1 AS count ${INVITATIONS}
      AND c.effective_at > n.after AND ${OF_PERSON} ORDER BY c.effective_at LIMIT n.most)
    UNION ALL
    (SELECT c.effective_at, sum(c.count) ${INVITATIONS}
      AND c.effective_at > n.after AND ${OF_NOBODY}
      GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT n.most)
    UNION ALL
    (SELECT s.created_at, s.opening_pending_invitations ${OPENING} AND s.created_at > n.after LIMIT 1)
  ) AS a GROUP BY a.at ORDER BY a.at LIMIT n.most) AS e
ORDER BY n.i, e.at`,
};

/** Of gauges of seats, as many as make up `count`, in the order of the questions. */
export async function readPendingEntries(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entries[]> {
  const entries = questions.map((): Entry[] => []);
  if (questions.length === 0) return [];
  const rows = await transaction.query<Entry & { index: number }>(READ_PENDING_ENTRIES, [
    questions.map((_, index) => index),
    questions.map(({ agencyId }) => agencyId),
    questions.map(({ scope }) => scope.id),
    questions.map(({ after }) => after),
    questions.map(({ count }) => count),
  ]);
  for (const { index, at, count } of rows) entries[index]?.push({ at, count });
  return entries.map((found, index) => ({
    entries: found,
    complete: found.length < questions[index]!.count,
  }));
}
