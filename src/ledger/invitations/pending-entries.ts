import type { Entries, Entry } from '../../quota/book.js';
import type { Counter } from '../../quota/counter.js';
import { SECOND } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { EntriesQuestion, Sum, SumQuestion } from '../reading/scopes.js';

/**
 * What the gauge of pending invitations counts. A person has one pending invitation of a seat at most: the newest, unless it
 * was answered or withdrawn since. Without a person an invitation stays until it lapses, or until a withdrawal takes it that
 * names nobody either. What a seat had pending when it was added is of that instant (src/quota/opening-invitations.ts); its opening use
 * is among it, and counts here no more.
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

const INVITATIONS = `FROM charge c WHERE c.agency_id = n.agency_id AND c.seat_id = n.id
    AND c.action = 'CONNECTION_REQUEST'`;

/** Invitations to people that count by themselves: those that an archive names are among the number at the seat's adding. */
const BY_THEMSELVES = `(c.origin <> 'IMPORT' OR NOT EXISTS (SELECT 1 FROM seat s WHERE s.agency_id = c.agency_id
      AND s.id = c.seat_id AND s.opening_pending_invitations > 0 AND s.created_at >= c.effective_at)) AND ${OF_PERSON}`;

/** That an archive names an invitation of before the seat's adding, which had not lapsed by then. */
const NAMED = `c.origin = 'IMPORT' AND c.effective_at > s.created_at - n.life AND c.effective_at <= s.created_at`;

/** Of the number at a seat's adding: those whom an archive names and who haven't answered. */
const LISTED = `(SELECT count(*) ${INVITATIONS} AND ${NAMED} AND ${OF_PERSON})`;

/** What is left of it: without those who answered, or were withdrawn, since, and weren't invited since. */
const LEFT = `(SELECT s.opening_pending_invitations - count(DISTINCT g.recipient_id) FROM (
      SELECT e.recipient_id, e.occurred_at AS at FROM engagement e WHERE e.agency_id = n.agency_id AND e.seat_id = n.id
        AND e.occurred_at >= s.created_at AND e.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN')
      UNION ALL
      SELECT w.recipient_id, w.effective_at FROM charge w WHERE w.agency_id = n.agency_id AND w.seat_id = n.id
        AND w.effective_at >= s.created_at AND w.action = 'INVITATION_WITHDRAWAL' AND w.origin <> 'VOID'
        AND w.recipient_id IS NOT NULL AND ${STANDS('w')}
      UNION ALL
      SELECT t.recipient_id, t.connected_at FROM connection t WHERE t.agency_id = n.agency_id AND t.seat_id = n.id
        AND t.connected_at >= s.created_at AND EXISTS (SELECT 1 ${INVITATIONS}
          AND c.recipient_id = t.recipient_id AND ${NAMED} AND ${STANDS('c')})) AS g
    WHERE NOT EXISTS (SELECT 1 ${INVITATIONS} AND c.recipient_id = g.recipient_id
      AND c.origin <> 'VOID' AND c.effective_at > s.created_at AND c.effective_at <= g.at AND ${STANDS('c')}))`;

const OPENING = (after: string): string => `FROM seat s WHERE s.agency_id = n.agency_id AND s.id = n.id
      AND s.created_at > ${after} AND s.opening_pending_invitations > 0`;

/** The number at a seat's adding, by what is left of it and by whom archives name: the higher one counts. */
export const openingOfSeat = (after: string): string => `
    SELECT s.created_at AS at, ${LEFT} AS "left", ${LISTED} AS listed ${OPENING(after)}`;

const RECORDED_TO_NOBODY = (after: string): string => `SELECT c.effective_at AS at, c.count ${INVITATIONS}
      AND c.effective_at > ${after} AND c.recipient_id IS NULL AND c.origin <> 'OPENING'`;

/** Invitations to nobody in particular after an instant, those of before the seat's adding among them. */
export const sentToNobody = (after: string): string => `
    ${RECORDED_TO_NOBODY(after)}
    UNION ALL
    SELECT o.at, greatest(o."left", o.listed) FROM (${openingOfSeat(after)}) AS o`;

/** That the withdrawal stands that ended invitations. */
export const ENDS_STAND = `(SELECT 1 FROM charge v WHERE v.voids = e.ended_by
      AND v.agency_id = e.agency_id AND v.effective_at = e.ended_at LIMIT 1) IS NULL`;

/** Of these what is pending, by instant: never less than nothing, whatever was taken out after it was withdrawn. */
const pendingOfNobody = (after: string): string => `
  SELECT b.at, b.count - e.count AS count
  FROM (SELECT a.at, sum(a.count) AS count FROM (${sentToNobody(after)}) AS a GROUP BY a.at) AS b
  CROSS JOIN LATERAL (SELECT coalesce(sum(e.count), 0) AS count FROM invitation_end e
    WHERE e.agency_id = n.agency_id AND e.seat_id = n.id AND e.sent_at = b.at AND ${ENDS_STAND}) AS e
  WHERE b.count > e.count`;

/** What left a gauge until its tail, and the first that is still in it: few of a seat's, so each is looked up by itself. */
const READ_PENDING_LEFT: Statement = {
  name: 'read_pending_left',
  text: `
SELECT n.i AS index, (p.sum + u.sum)::int8 AS sum, least(pf.first, uf.first) AS first
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[])
  AS n (i, agency_id, id, life, after, tail)
CROSS JOIN LATERAL (SELECT count(*) AS sum ${INVITATIONS}
    AND c.effective_at > n.after AND c.effective_at <= n.tail AND ${BY_THEMSELVES}) AS p
CROSS JOIN LATERAL (SELECT coalesce(sum(o.count), 0) AS sum FROM (${pendingOfNobody('n.after')}) AS o
    WHERE o.at <= n.tail) AS u
LEFT JOIN LATERAL (SELECT c.effective_at AS first ${INVITATIONS}
    AND c.effective_at > n.tail AND ${BY_THEMSELVES} ORDER BY c.effective_at LIMIT 1) AS pf ON true
CROSS JOIN LATERAL (SELECT min(o.at) AS first FROM (${pendingOfNobody('n.tail')}) AS o) AS uf`,
};

/**
 * The same of people, of a seat's whole window: gathered by person in one pass over what the seat sent and heard. To look each
 * invitation up by itself takes seconds where ten thousand are pending.
 */
const pendingOfPeople = (after: string): string => `
  SELECT p.at, 1 AS count FROM (
    SELECT f.recipient_id, max(f.at) FILTER (WHERE f.sent) AS at, max(f.at) FILTER (WHERE NOT f.sent) AS ended_at,
      (array_agg(f.archived ORDER BY f.at DESC, f.id DESC) FILTER (WHERE f.sent))[1] AS archived
    FROM (
      SELECT c.recipient_id, c.action = 'CONNECTION_REQUEST' AS sent, c.effective_at AS at, coalesce(c.voids, c.id) AS id,
        bool_or(c.origin = 'IMPORT') AS archived
      FROM charge c WHERE c.agency_id = n.agency_id AND c.seat_id = n.id AND c.effective_at > ${after}
        AND c.action IN ('CONNECTION_REQUEST', 'INVITATION_WITHDRAWAL') AND c.recipient_id IS NOT NULL
      GROUP BY 1, 2, 3, 4 HAVING bool_and(c.voids IS NULL)
      UNION ALL
      SELECT e.recipient_id, false, e.occurred_at, NULL, false
      FROM engagement e WHERE e.agency_id = n.agency_id AND e.seat_id = n.id AND e.occurred_at > ${after}
        AND e.kind IN ('INVITATION_ACCEPTED', 'INVITATION_DECLINED', 'INVITATION_WITHDRAWN')) AS f
    GROUP BY f.recipient_id) AS p
  WHERE p.at > coalesce(p.ended_at, -1)
    AND NOT (p.archived AND EXISTS (SELECT 1 FROM seat s WHERE s.agency_id = n.agency_id AND s.id = n.id
      AND s.opening_pending_invitations > 0 AND s.created_at >= p.at))
    AND (SELECT 1 FROM connection t WHERE t.agency_id = n.agency_id AND t.seat_id = n.id
      AND t.recipient_id = p.recipient_id AND t.connected_at >= p.at LIMIT 1) IS NULL`;

const PENDING = `(${pendingOfPeople('n.after')} UNION ALL ${pendingOfNobody('n.after')}) AS a`;

const READ_PENDING_WHOLE: Statement = {
  name: 'read_pending_whole',
  text: `
SELECT n.i AS index, p.sum, p.first
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[])
  AS n (i, agency_id, id, life, after, until)
CROSS JOIN LATERAL (
  SELECT coalesce(sum(a.count) FILTER (WHERE a.at <= n.until), 0)::int8 AS sum, min(a.at) AS first FROM ${PENDING}) AS p`,
};

const READ_PENDING_ENTRIES: Statement = {
  name: 'read_pending_entries',
  text: `
SELECT n.i AS index, e.at, e.count
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[], $5::int8[], $6::int8[]) AS n (i, agency_id, id, after, most, life)
CROSS JOIN LATERAL (
  SELECT a.at, sum(a.count)::int8 AS count FROM ${PENDING} GROUP BY a.at ORDER BY a.at LIMIT n.most) AS e
ORDER BY n.i, e.at`,
};

/** Of gauges of seats, in the order of the questions: what left them, or, with nothing kept, all that is in them. */
export async function readPendingSums(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  const sums = questions.map((): Sum => ({ sum: 0, first: null }));
  const ask = async (statement: Statement, isAsked: (question: SumQuestion) => boolean): Promise<void> => {
    const asked = [...questions.entries()].filter(([, question]) => isAsked(question));
    if (asked.length === 0) return;
    const rows = await transaction.query<Sum & { index: number }>(statement, [
      asked.map(([index]) => index),
      asked.map(([, { agencyId }]) => agencyId),
      asked.map(([, { scope }]) => scope.id),
      asked.map(([, { counter }]) => lifeOf(counter)),
      asked.map(([, { after }]) => after),
      asked.map(([, { until }]) => until),
    ]);
    for (const { index, sum, first } of rows) sums[index] = { sum, first };
  };
  // Whose tail is where the question begins has nothing kept.
  const isWhole = ({ after, firstAfter }: SumQuestion): boolean => after === firstAfter;
  await Promise.all([
    ask(READ_PENDING_WHOLE, isWhole),
    ask(READ_PENDING_LEFT, (question) => !isWhole(question)),
  ]);
  return sums;
}

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
    questions.map(({ counter }) => lifeOf(counter)),
  ]);
  for (const { index, at, count } of rows) entries[index]?.push({ at, count });
  return entries.map((found, index) => ({
    entries: found,
    complete: found.length < questions[index]!.count,
  }));
}

/** How long an invitation lives that a gauge counts. */
function lifeOf({ window }: Counter): number {
  return window.kind === 'ROLLING' ? window.seconds * SECOND : 0;
}
