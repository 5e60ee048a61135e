import { countOf, type Entries } from '../../quota/book.js';
import { counts } from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { readChargeEntries } from './charge-entries.js';
import { distinctBy } from './distinct.js';
import { refName } from './names.js';
import { PACKED_ENTRIES, unpacked, type PackedEntries } from './packed-entries.js';
import { agencyOf, askByKind, COUNTED, countersOf, forEachKind, type EntriesQuestion } from './scopes.js';

/**
 * The charges that make room on counters which are far over: of tens of thousands in a window it takes a handful. However many
 * counters a scope has, its charges are gone through once, for how much there is in each stretch of time. What a counter needs
 * is then in one or two of these.
 */

/** Instants in a stretch. */
const INSTANTS = 512;

/** How much of one kind there is in a stretch. The first of a scope's stretches is the newest. */
interface KindInStretch {
  readonly index: number;
  readonly place: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
}

const READ_STRETCHES_OF_ENTRIES = forEachKind(
  (column) => `
SELECT n.i AS index, s.* FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int8[]) AS n (i, agency_id, id, after)
CROSS JOIN LATERAL (
  SELECT (r.rank / ${INSTANTS})::int4 AS place, r.action, r.noted, min(r.at) AS first, max(r.at) AS last, sum(r.count)::int8 AS count
  FROM (
    SELECT c.effective_at AS at, c.action, c.noted, c.count, dense_rank() OVER (ORDER BY c.effective_at DESC) AS rank
    FROM charge c WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at > n.after
      AND c.effective_at <= ${CHARGED_UNTIL}) AS r
  GROUP BY 1, r.action, r.noted) AS s
ORDER BY n.i, s.place`,
  'read_stretches_of_entries',
);

const READ_ENTRIES_APART = forEachKind(
  (column) => `
SELECT n.i AS index, e.*
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::bool[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[])
  AS n (i, agency_id, id, actions, only_with_note, first, last, newer, together, most)
CROSS JOIN LATERAL (SELECT ${PACKED_ENTRIES}, min(newer)::int8 AS newer FROM (
  SELECT s.at, s.count, n.newer + sum(s.count) OVER (ORDER BY s.at DESC) - s.count AS newer FROM (
    SELECT c.effective_at AS at, sum(c.count)::int8 AS count FROM charge c
    WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at >= n.first AND c.effective_at <= n.last
      AND c.effective_at <= ${CHARGED_UNTIL} AND ${COUNTED}
    GROUP BY c.effective_at HAVING sum(c.count) <> 0) AS s) AS a
  WHERE a.newer < n.most AND a.newer + a.count > n.together) AS e
WHERE e.ats IS NOT NULL`,
  'read_entries_apart',
);

/** Where what a question needs is: in a span of time, before so much that is newer. */
interface Place {
  readonly first: Instant;
  readonly last: Instant;
  readonly newer: number;
  /** The last of all that the counter counts. */
  readonly end: Instant;
}

/** In the order of the questions. Where there is less than was asked for, all of it, each by itself. */
export async function readFarEntries(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<Entries[]> {
  if (questions.length === 0) return [];
  const stretches = await readKinds(transaction, questions);
  const placed = await LongWork.byItself(agencyOf(questions)).each(questions, (question) =>
    placeOf(question, stretches.get(refName(question)) ?? []),
  );
  const far = [...placed.entries()].flatMap(([index, place]) =>
    place ? [{ ...questions[index]!, ...place, index }] : [],
  );
  const apart = await readApart(transaction, far);
  const answers = new Map(far.map(({ index }, place) => [index, apart[place] ?? null]));
  const short = [...questions.entries()].filter(([index]) => !answers.get(index));
  const all = await readChargeEntries(
    transaction,
    short.map(([, { together: _, ...question }]) => question),
  );
  for (const [place, [index]] of short.entries()) answers.set(index, all[place]!);
  return questions.map((_, index) => answers.get(index)!);
}

/** What each scope was charged with, by its name, the newest first. */
async function readKinds(
  transaction: LedgerTransaction,
  questions: readonly EntriesQuestion[],
): Promise<ReadonlyMap<string, readonly KindInStretch[]>> {
  const scopes = distinctBy(
    questions.toSorted((one, other) => other.after - one.after),
    refName,
  );
  const rows = await askByKind<EntriesQuestion, KindInStretch>(
    transaction,
    READ_STRETCHES_OF_ENTRIES,
    scopes,
    (asked) => [asked.map(({ after }) => after)],
  );
  const found = scopes.map((scope) => [refName(scope), [] as KindInStretch[]] as const);
  for (const row of rows) found[row.index]![1].push(row);
  return new Map(found);
}

/** Null where there is less than was asked for, as far as stretches tell. */
function placeOf(
  { counter, count, together = 0 }: EntriesQuestion,
  kinds: readonly KindInStretch[],
): Place | null {
  const stretches = countedIn(kinds.filter(({ action, noted }) => counts(counter, action, noted)));
  let newer = 0;
  let begin: Pick<Place, 'last' | 'newer'> | null = null;
  for (const { first, last, count: inside } of stretches) {
    if (newer + inside > together) begin ??= { last, newer };
    newer += inside;
    if (begin && newer >= count) return { ...begin, first, end: stretches[0]!.last };
  }
  return null;
}

/** The kinds of each stretch as one. */
function countedIn(kinds: readonly KindInStretch[]): KindInStretch[] {
  const stretches: KindInStretch[] = [];
  for (const kind of kinds) {
    const known = stretches.at(-1);
    if (known?.place !== kind.place) stretches.push(kind);
    else {
      const [first, last] = [Math.min(known.first, kind.first), Math.max(known.last, kind.last)];
      stretches[stretches.length - 1] = { ...known, first, last, count: known.count + kind.count };
    }
  }
  return stretches;
}

async function readApart(
  transaction: LedgerTransaction,
  questions: readonly (EntriesQuestion & Place)[],
): Promise<(Entries | null)[]> {
  const rows = await askByKind<EntriesQuestion & Place, PackedApart>(
    transaction,
    READ_ENTRIES_APART,
    questions,
    (asked) => [
      ...countersOf(asked),
      asked.map(({ first, after }) => Math.max(first, after + 1)),
      asked.map(({ last }) => last),
      asked.map(({ newer }) => newer),
      asked.map(({ together = 0 }) => together),
      asked.map(({ count }) => count),
    ],
  );
  const apart = new Map(rows.map((row) => [row.index, row]));
  return LongWork.byItself(agencyOf(questions)).each(questions, (question, index) =>
    entriesOf(apart.get(index) ?? null, question),
  );
}

interface PackedApart extends PackedEntries {
  /** How much is newer than the last of them. */
  readonly newer: number;
}

/** With all that is newer as one entry, behind those that are told apart. Null where there is less than was asked for. */
function entriesOf(
  packed: PackedApart | null,
  { count: asked, end }: EntriesQuestion & Place,
): Entries | null {
  if (!packed) return null;
  const { newer } = packed;
  const entries = unpacked(packed);
  if (newer + countOf(entries) < asked) return null;
  const apartUntil = entries.at(-1)!.at;
  if (newer === 0) return { entries, complete: false, newest: true };
  return { entries: [...entries, { at: end, count: newer }], complete: false, newest: true, apartUntil };
}
