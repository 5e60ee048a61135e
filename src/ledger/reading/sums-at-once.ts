import { counts } from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import type { Action } from '../../quota/words.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction } from '../books/connection.js';
import { LongWork } from '../long-work.js';
import { refName } from './names.js';
import {
  agencyOf,
  askByKind,
  forEachKind,
  slicesOf,
  type ScopeRef,
  type Sum,
  type SumQuestion,
} from './scopes.js';

/**
 * The sums of many counters of one scope over much the same time, as of limits that were just set: its charges are gone through
 * once, for how much of each kind there is between the instants that are asked about. What a counter counts is then put
 * together of these.
 */

/** So often the same time may be gone through, a counter at a time: those who are asked about little of it are quicker so. */
const TIMES_MAX = 8;

/** Questions about one scope, with the instants that they ask about, in order. */
interface AskedAtOnce extends ScopeRef {
  readonly questions: readonly SumQuestion[];
  readonly instants: readonly Instant[];
}

/** How much of one kind there is behind the instant before that of a place, and no later than that one. */
interface KindBetween {
  readonly index: number;
  readonly place: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly first: Instant | null;
}

// What was charged at an instant, and taken back as voided, is no first one.
const READ_KINDS_BETWEEN = forEachKind(
  (column) => `
SELECT n.i AS index, s.place, s.action, s.noted, s.count, s.first
FROM (SELECT i, agency_id, id, after, ($7::int8[])[first:last] AS instants
  FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int4[], $5::int4[], $6::int8[])
    AS n (i, agency_id, id, first, last, after) OFFSET 0) AS n
CROSS JOIN LATERAL (
  SELECT width_bucket(a.at - 1, n.instants) AS place, a.action, a.noted, sum(a.count)::int8 AS count,
    min(a.at) FILTER (WHERE a.count <> 0) AS first
  FROM (
    SELECT c.effective_at AS at, c.action, c.noted, sum(c.count) AS count FROM charge c
    WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at > n.after AND c.effective_at <= ${CHARGED_UNTIL}
    GROUP BY c.effective_at, c.action, c.noted) AS a
  GROUP BY 1, a.action, a.noted OFFSET 0) AS s`,
  'read_kinds_between',
);

/** Those that go through the same time of a scope again and again, if each is answered by itself. */
export function askedManyTimes(questions: readonly SumQuestion[]): ReadonlySet<SumQuestion> {
  const many = byScope(questions).filter((ofScope) => {
    const spans = ofScope.reduce((sum, { after, until }) => sum + until - after, 0);
    const first = Math.min(...ofScope.map(({ after }) => after));
    const last = Math.max(...ofScope.map(({ until }) => until));
    return spans > TIMES_MAX * (last - first);
  });
  return new Set(many.flat());
}

/** In the order of the questions. */
export async function readSumsAtOnce(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  const scopes = byScope(questions).map(atOnce);
  const rows = await readKinds(transaction, scopes);
  const sums = new Map<SumQuestion, Sum>();
  const long = LongWork.byItself(agencyOf(questions));
  for (const [index, { questions: asked, instants }] of scopes.entries()) {
    const places = new Map(instants.map((instant, place) => [instant, place]));
    for (const question of asked) {
      await long.goOn();
      sums.set(question, sumOf(question, rows[index]!, places));
    }
  }
  return questions.map((question) => sums.get(question)!);
}

function atOnce(questions: readonly SumQuestion[]): AskedAtOnce {
  const { agencyId, scope } = questions[0]!;
  const instants = new Set(questions.flatMap(({ after, until, firstAfter }) => [after, until, firstAfter]));
  return { agencyId, scope, questions, instants: [...instants].sort((one, other) => one - other) };
}

async function readKinds(
  transaction: LedgerTransaction,
  scopes: readonly AskedAtOnce[],
): Promise<KindBetween[][]> {
  const kinds = scopes.map((): KindBetween[] => []);
  const rows = await askByKind<AskedAtOnce, KindBetween>(transaction, READ_KINDS_BETWEEN, scopes, (asked) => [
    ...slicesOf(asked),
    asked.map(({ instants }) => instants[0]),
    asked.flatMap(({ instants }) => instants),
  ]);
  for (const row of rows) kinds[row.index]!.push(row);
  return kinds;
}

function sumOf(
  { counter, after, until, firstAfter }: SumQuestion,
  kinds: readonly KindBetween[],
  places: ReadonlyMap<Instant, number>,
): Sum {
  const [afterPlace, untilPlace, firstPlace] = [after, until, firstAfter].map((at) => places.get(at)!);
  let [sum, first] = [0, Infinity];
  for (const kind of kinds) {
    if (!counts(counter, kind.action, kind.noted)) continue;
    if (kind.place > afterPlace! && kind.place <= untilPlace!) sum += kind.count;
    if (kind.place > firstPlace!) first = Math.min(first, kind.first ?? Infinity);
  }
  return { sum, first: first === Infinity ? null : first };
}

function byScope(questions: readonly SumQuestion[]): SumQuestion[][] {
  const ofScopes = new Map<string, SumQuestion[]>();
  for (const question of questions) {
    const name = refName(question);
    const known = ofScopes.get(name);
    if (known) known.push(question);
    else ofScopes.set(name, [question]);
  }
  return [...ofScopes.values()];
}
