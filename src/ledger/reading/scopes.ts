import type { LiveHold } from '../../quota/live-holds.js';
import { ACTIONS, SCOPE_KINDS, type Action, type ScopeKind } from '../../quota/words.js';
import type { Counter, Scope } from '../../quota/counter.js';
import { HOUR, type Instant } from '../../quota/window.js';
import { CHARGED_UNTIL } from '../books/charged-until.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { StateJson } from '../books/state.js';

/** A scope of an agency. */
export interface ScopeRef {
  readonly agencyId: string;
  readonly scope: Scope;
}

/** Whose scopes are; undefined where they are of several agencies. */
export function agencyOf(scopes: readonly ScopeRef[]): string | undefined {
  const agencyId = scopes[0]?.agencyId;
  return scopes.every((one) => one.agencyId === agencyId) ? agencyId : undefined;
}

const SCOPE_COLUMN = {
  AGENCY: 'agency_id',
  CLIENT_ACCOUNT: 'client_account_id',
  CAMPAIGN: 'campaign_id',
  SEAT: 'seat_id',
} as const satisfies Record<ScopeKind, string>;

export function forEachKind(
  text: (column: string, kind: ScopeKind) => string,
  name: string,
): Record<ScopeKind, Statement> {
  const statement = (kind: ScopeKind): Statement => ({
    name: `${name}_${kind.toLowerCase()}`,
    text: text(SCOPE_COLUMN[kind], kind),
  });
  return {
    AGENCY: statement('AGENCY'),
    CLIENT_ACCOUNT: statement('CLIENT_ACCOUNT'),
    CAMPAIGN: statement('CAMPAIGN'),
    SEAT: statement('SEAT'),
  };
}

/** Runs a statement once for each kind of scope that is asked about; `index` of a row is into `questions`. */
export async function askByKind<Question extends ScopeRef, Row extends { index: number }>(
  transaction: LedgerTransaction,
  statements: Record<ScopeKind, Statement>,
  questions: readonly Question[],
  values: (questions: readonly Question[]) => unknown[],
  isAsked: (question: Question) => boolean = () => true,
): Promise<Row[]> {
  const indexed = questions
    .map((question, index) => ({ question, index }))
    .filter(({ question }) => isAsked(question));
  const answers = SCOPE_KINDS.flatMap((kind) => {
    const ofKind = indexed.filter(({ question }) => question.scope.kind === kind);
    if (ofKind.length === 0) return [];
    const asked = ofKind.map(({ question }) => question);
    const common = [
      ofKind.map(({ index }) => index),
      asked.map(({ agencyId }) => agencyId),
      asked.map(({ scope }) => scope.id),
    ];
    return [transaction.query<Row>(statements[kind], [...common, ...values(asked)])];
  });
  return (await Promise.all(answers)).flat();
}

/** The longest day there is: its clock goes back an hour, or two. */
const DAY_MS_MAX = 26 * HOUR;

const READ_STATES: Statement = {
  name: 'read_states',
  text: `
SELECT n.i AS index, s.state FROM unnest($1::int4[], $2::uuid[], $3::text[], $4::uuid[]) AS n (i, agency_id, kind, id)
CROSS JOIN LATERAL (
  SELECT state FROM scope_state s WHERE s.agency_id = n.agency_id AND s.scope_kind = n.kind AND s.scope_id = n.id LIMIT 1) AS s`,
};

/** What is kept of the counters of scopes, in the order of the scopes; null where nothing is. */
export async function readStates(
  transaction: LedgerTransaction,
  scopes: readonly ScopeRef[],
): Promise<(StateJson | null)[]> {
  const states = scopes.map((): StateJson | null => null);
  if (scopes.length === 0) return states;
  const rows = await transaction.query<{ index: number; state: StateJson }>(READ_STATES, [
    scopes.map((_, index) => index),
    scopes.map(({ agencyId }) => agencyId),
    scopes.map(({ scope }) => scope.kind),
    scopes.map(({ scope }) => scope.id),
  ]);
  for (const { index, state } of rows) states[index] = state;
  return states;
}

// The transaction's clock is behind the books at most: whoever reads on drops what died between the two. Of a seat those
// that lapsed in its day come with them, so that only a seat of which too many may have costs another look.
const READ_HOLDS = forEachKind(
  (column, kind) => `
SELECT n.i AS index, h.action, h.noted, string_agg(h.expires_at::text, ',') AS expiries
FROM unnest($1::int4[], $2::uuid[], $3::uuid[]) AS n (i, agency_id, id)
JOIN hold h ON h.agency_id = n.agency_id AND h.${column} = n.id
  AND h.expires_at > current_setting('headroom.now')::int8${kind === 'SEAT' ? ` - ${DAY_MS_MAX}` : ''}
GROUP BY n.i, h.action, h.noted`,
  'read_holds',
);

/**
 * The live holds of scopes, in the order of the scopes, and of seats what lapsed in the last day as well; none of those
 * that are not counted.
 */
export async function readHolds(
  transaction: LedgerTransaction,
  scopes: readonly ScopeRef[],
  isCounted: (scope: ScopeRef) => boolean,
): Promise<LiveHold[][]> {
  const holds = scopes.map((): LiveHold[] => []);
  const rows = await askByKind<ScopeRef, { index: number; action: Action; noted: boolean; expiries: string }>(
    transaction,
    READ_HOLDS,
    scopes,
    () => [],
    isCounted,
  );
  for (const { index, action, noted, expiries } of rows) {
    const live = expiries.split(',').map((expiry) => ({ action, noted, expiresAt: Number(expiry) }));
    holds[index]?.push(...live);
  }
  return holds;
}

/** Charges of a counter to be counted: those in (after, until], and the first one after `firstAfter`. */
export interface SumQuestion extends ScopeRef {
  readonly counter: Counter;
  readonly after: Instant;
  readonly until: Instant;
  readonly firstAfter: Instant;
}

export interface Sum {
  readonly sum: number;
  readonly first: Instant | null;
}

export const COUNTED = `(n.actions = '*' OR c.action = ANY (string_to_array(n.actions, ','))) AND (c.noted OR NOT n.only_with_note)`;

const READ_SUMS = forEachKind(
  (column) => `
SELECT n.i AS index, s.sum, f.first
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::bool[], $6::int8[], $7::int8[], $8::int8[])
  AS n (i, agency_id, id, actions, only_with_note, after, until, first_after)
CROSS JOIN LATERAL (
  SELECT coalesce(sum(c.count), 0)::int8 AS sum FROM charge c
  WHERE c.agency_id = n.agency_id AND c.${column} = n.id
    AND c.effective_at > n.after AND c.effective_at <= n.until AND c.effective_at <= ${CHARGED_UNTIL} AND ${COUNTED}) AS s
LEFT JOIN LATERAL (
  SELECT c.effective_at AS first FROM charge c
  WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at > n.first_after
    AND c.effective_at <= ${CHARGED_UNTIL} AND ${COUNTED}
  GROUP BY c.effective_at HAVING sum(c.count) <> 0 ORDER BY c.effective_at LIMIT 1) AS f ON true`,
  'read_sums',
);

export async function readChargeSums(
  transaction: LedgerTransaction,
  questions: readonly SumQuestion[],
): Promise<Sum[]> {
  const sums = questions.map((): Sum => ({ sum: 0, first: null }));
  const rows = await askByKind<SumQuestion, Sum & { index: number }>(
    transaction,
    READ_SUMS,
    questions,
    (asked) => [
      ...countersOf(asked),
      asked.map(({ after }) => after),
      asked.map(({ until }) => until),
      asked.map(({ firstAfter }) => firstAfter),
    ],
  );
  for (const { index, sum, first } of rows) sums[index] = { sum, first };
  return sums;
}

/** Instants in order, between each two of which the charges of a scope are summed up. */
export interface StretchesQuestion extends ScopeRef {
  readonly instants: Float64Array;
}

/** How much of one kind was charged behind the instant before that of a place, and not behind that one. */
export interface Stretch {
  readonly index: number;
  readonly place: number;
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
}

// Each charge is read once, however many counters count it: which of them do is found by the kind.
const READ_STRETCHES = forEachKind(
  (column) => `
SELECT n.i AS index, s.place, s.action, s.noted, s.count
FROM (SELECT i, agency_id, id, after, until, ($8::int8[])[first:last] AS instants
  FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::int4[], $5::int4[], $6::int8[], $7::int8[])
    AS n (i, agency_id, id, first, last, after, until) OFFSET 0) AS n
CROSS JOIN LATERAL (
  SELECT width_bucket(c.effective_at - 1, n.instants) AS place, c.action, c.noted, sum(c.count)::int8 AS count FROM charge c
  WHERE c.agency_id = n.agency_id AND c.${column} = n.id AND c.effective_at > n.after AND c.effective_at <= n.until
  GROUP BY 1, c.action, c.noted OFFSET 0) AS s`,
  'read_stretches',
);

/** What was charged between instants, by the action and whether it was noted; nothing where nothing was. */
export function readStretches(
  transaction: LedgerTransaction,
  questions: readonly StretchesQuestion[],
): Promise<Stretch[]> {
  return askByKind<StretchesQuestion, Stretch>(transaction, READ_STRETCHES, questions, (asked) => [
    ...slicesOf(asked),
    asked.map(({ instants }) => instants[0]),
    asked.map(({ instants }) => instants.at(-1)),
    asked.flatMap(({ instants }) => [...instants]),
  ]);
}

/** Where the instants of each begin and end among all of them behind one another, from 1 as PostgreSQL counts. */
export function slicesOf(
  asked: readonly { readonly instants: ArrayLike<Instant> }[],
): [firsts: number[], lasts: number[]] {
  let end = 0;
  const lasts = asked.map(({ instants }) => (end += instants.length));
  return [asked.map(({ instants }, index) => lasts[index]! - instants.length + 1), lasts];
}

/** Charges of a counter after an instant, in order, as many as make up `count`: the first ones, or the last ones. */
export interface EntriesQuestion extends ScopeRef {
  readonly counter: Counter;
  readonly after: Instant;
  readonly count: number;
  readonly newest?: true;
  /** So much of the last ones may be answered together. */
  readonly together?: number;
}

/** What is counted for each question, as `COUNTED` reads it: the actions, and whether noted ones alone. */
export function countersOf(asked: readonly { readonly counter: Counter }[]): [string[], boolean[]] {
  return [
    asked.map(({ counter: { actions } }) => (actions.length === ACTIONS.length ? '*' : actions.join(','))),
    asked.map(({ counter }) => counter.onlyWithNote),
  ];
}
