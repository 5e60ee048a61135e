import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { Condition } from '../../outreach/segment.js';
import type { Instant } from '../../quota/window.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { COLUMNS, type Prospect } from './prospect.rows.js';
import { sqlOf, type ConditionSql } from './segment.sql.js';

/** The statements that go through a client account's list. */

/** What a prospect is found by: a term of it lies in the range. */
export interface TermRange {
  readonly low: string;
  readonly high: string;
}

/** Which prospects a list holds. */
export interface ListFilter {
  readonly clientAccountId: string;
  /** All of them are met. */
  readonly ranges: readonly TermRange[];
  /** What else is met, where anything is asked, and the instant that it is asked at: the transaction has seen the clock. */
  readonly asked?: { readonly condition: Condition; readonly at: Instant } | null;
}

/** Where a list goes on: behind a name. */
export interface BehindName {
  readonly sortName: string;
  readonly id: string;
}

/** So many prospects are found by a term and sorted; where a term has more, the list is walked in its order. */
const FEW_MAX = 2_000;

const FIND_BY_TERMS: Statement = {
  name: 'find_prospects_by_terms',
  text: `
SELECT n.i AS index, t.id FROM unnest($3::int4[], $4::text[], $5::text[]) AS n (i, low, high)
CROSS JOIN LATERAL (
  SELECT t.prospect_id AS id FROM prospect_term t
  WHERE t.agency_id = $1 AND t.client_account_id = $2 AND t.term >= n.low AND t.term < n.high
  LIMIT ${FEW_MAX + 1}) AS t`,
};

/** Of the terms the one that fewest have, and who they are; null where all of them are common. */
async function findFew(
  transaction: LedgerTransaction,
  { agencyId }: Viewer,
  { clientAccountId, ranges }: ListFilter,
): Promise<readonly string[] | null> {
  if (ranges.length === 0) return null;
  const found = await transaction.query<{ index: number; id: string }>(FIND_BY_TERMS, [
    agencyId,
    clientAccountId,
    ranges.map((_, index) => index),
    ranges.map(({ low }) => low),
    ranges.map(({ high }) => high),
  ]);
  const byRange = ranges.map(() => [] as string[]);
  for (const { index, id } of found) byRange[index]?.push(id);
  const fewest = byRange.reduce((one, other) => (other.length < one.length ? other : one));
  return fewest.length > FEW_MAX ? null : [...new Set(fewest)];
}

/** The conditions on a list; their parameters stand behind those that every statement has, from `first` on. */
function conditionsOf({ ranges, asked }: ListFilter, first: number): ConditionSql {
  // OFFSET 0: looked up for each row that comes up, and never made into a join that reads all of the client account's.
  const found = ranges.map(
    (_, index) => ` AND EXISTS (SELECT 1 FROM prospect_term t WHERE t.agency_id = $1 AND t.prospect_id = p.id
    AND t.term >= $${first + 2 * index} AND t.term < $${first + 2 * index + 1} OFFSET 0)`,
  );
  const values = ranges.flatMap(({ low, high }) => [low, high]);
  if (!asked) return { text: found.join(''), values };
  const besides = sqlOf(asked.condition, { first: first + values.length, at: asked.at });
  return { text: `${found.join('')} AND ${besides.text}`, values: [...values, ...besides.values] };
}

/** Filters have no end of shapes: a statement with one has no name, and is planned for what it asks. */
function nameOf(name: string, { ranges, asked }: ListFilter, few: readonly string[] | null): string {
  return asked ? '' : `${name}_${few ? 'few' : 'all'}_${ranges.length}`;
}

const FEW = `(SELECT * FROM prospect few WHERE few.agency_id = $1 AND few.id = ANY ($3::uuid[]) OFFSET 0)`;

/** Of a list so many rows behind a place, in its order. */
export async function listProspects(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: ListFilter,
  { rows, behind }: { readonly rows: number; readonly behind: BehindName | null },
): Promise<Prospect[]> {
  const few = await findFew(transaction, viewer, filter);
  const conditions = conditionsOf(filter, 7);
  const statement: Statement = {
    name: nameOf('list_prospects', filter, few),
    text: `
SELECT ${COLUMNS} FROM ${few ? FEW : 'prospect'} p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND ($3::uuid[] IS NULL OR true)
  AND (p.sort_name, p.id) > ($4::text, $5::uuid)${conditions.text}
ORDER BY p.sort_name, p.id LIMIT $6::int4`,
  };
  return transaction.query<Prospect & { [column: string]: unknown }>(statement, [
    ...[viewer.agencyId, filter.clientAccountId, few],
    ...[behind?.sortName ?? '', behind?.id ?? '00000000-0000-0000-0000-000000000000', rows],
    ...conditions.values,
  ]);
}

export async function countProspects(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: ListFilter,
): Promise<number> {
  const few = await findFew(transaction, viewer, filter);
  const conditions = conditionsOf(filter, 4);
  const statement: Statement = {
    name: nameOf('count_prospects', filter, few),
    text: `
SELECT count(*)::int8 AS count FROM ${few ? FEW : 'prospect'} p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND ($3::uuid[] IS NULL OR true)${conditions.text}`,
  };
  const values = [viewer.agencyId, filter.clientAccountId, few, ...conditions.values];
  const [counted] = await transaction.query<{ count: number }>(statement, values);
  return Number(counted?.count ?? 0);
}
