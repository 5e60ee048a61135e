import type { Entries, Entry } from '../../quota/book.js';
import { ALL } from '../../quota/entries-needed.js';
import { placeFrom } from '../../quota/instants.js';
import type { ScopeKind } from '../../quota/words.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { refName } from './names.js';
import { PACKED_ENTRIES, unpacked, type PackedEntries } from './packed-entries.js';
import { agencyOf, askByKind, COUNTED, countersOf, forEachKind, type EntriesQuestion } from './scopes.js';

/** More of the last ones than that, and all of them, are read once for all counters of a scope that count the same. */
const MANY = 200;

const readEntries = (order: 'ASC' | 'DESC') => (column: string) => `
SELECT n.i AS index, e.ats, e.counts
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::bool[], $6::int8[], $7::int8[])
  AS n (i, agency_id, id, actions, only_with_note, after, most)
CROSS JOIN LATERAL (SELECT ${PACKED_ENTRIES} FROM (
  SELECT c.effective_at AS at, sum(c.count)::int8 AS count FROM charge c
  WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at > n.after
    AND c.effective_at <= ${CHARGED_UNTIL} AND ${COUNTED}
  GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at ${order} LIMIT n.most) AS s) AS e
WHERE e.ats IS NOT NULL`;

const READ_ENTRIES = forEachKind(readEntries('ASC'), 'read_entries');
const READ_NEWEST_ENTRIES = forEachKind(readEntries('DESC'), 'read_newest_entries');

/** In the order of the questions. */
export async function readChargeEntries(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entries[]> {
  const groups = inCommon(questions);
  const common = [...groups.values()];
  const read = await readEach(transaction, common);
  const found = new Map([...groups.keys()].map((name, index) => [name, read[index]!]));
  return LongWork.byItself(agencyOf(questions)).each(questions, (question, index) =>
    partOf(found.get(nameOf(question, index))!, question),
  );
}

/** What is read for several questions at once, by what they have in common: no more than the one that asks for most. */
function inCommon(questions: readonly EntriesQuestion[]): Map<string, EntriesQuestion> {
  const groups = new Map<string, EntriesQuestion>();
  for (const [index, question] of questions.entries()) {
    const name = nameOf(question, index);
    const known = groups.get(name) ?? question;
    const after = Math.min(known.after, question.after);
    groups.set(name, { ...question, after, count: Math.max(known.count, question.count) });
  }
  return groups;
}

/** Of the first ones behind several instants nobody knows how many lie between these: they are read by themselves. */
function nameOf(question: EntriesQuestion, index: number): string {
  const { counter, count, newest = false } = question;
  if (newest ? count <= MANY : count < ALL) return String(index);
  return `${refName(question)} ${counter.actions.join()} ${counter.onlyWithNote} ${newest}`;
}

async function readEach(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entry[][]> {
  const ask = (statements: Record<ScopeKind, Statement>, newest: boolean) =>
    askByKind<EntriesQuestion, PackedEntries>(
      transaction,
      statements,
      questions,
      (asked) => [...countersOf(asked), asked.map(({ after }) => after), asked.map(({ count }) => count)],
      (question) => (question.newest ?? false) === newest,
    );
  const rows = await Promise.all([ask(READ_ENTRIES, false), ask(READ_NEWEST_ENTRIES, true)]);
  const packed = new Map(rows.flat().map((row) => [row.index, row]));
  return LongWork.byItself(agencyOf(questions)).each(questions, (_, index) => {
    const row = packed.get(index);
    return row ? unpacked(row) : [];
  });
}

/** Each entry counts one at least: fewer entries than asked for are all there are. Of those in common it is the end, as all or the last are. */
function partOf(read: readonly Entry[], { after, count, newest }: EntriesQuestion): Entries {
  const from = placeFrom(read, after + 1);
  const length = read.length - from;
  const first = newest ? Math.max(from, read.length - count) : from;
  const entries = first === 0 ? read : read.slice(first);
  return { entries, complete: length < count, endOf: read, ...(newest && { newest }) };
}
