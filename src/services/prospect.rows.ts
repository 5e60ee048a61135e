import type { LedgerTransaction, Statement } from '../ledger/connection.js';
import type { RowUpdate, Table } from '../ledger/rows.js';
import { sortNameOf, termsOf, type CustomFields, type KeptWords } from '../outreach/prospect.js';
import type { Viewer } from '../tenancy/viewer.js';

/** The rows of prospects, as the migrations declare them, and the statements that read them. */

/** Somebody on the list of a client account. */
export interface Prospect extends KeptWords {
  readonly id: string;
  readonly clientAccountId: string;
  readonly recipientId: string;
  readonly profileUrl: string;
  readonly salesNavigatorUrl: string | null;
  readonly sortName: string;
  readonly addedAt: number;
}

export interface ProspectRow extends Record<string, unknown> {
  agency_id: string;
  id: string;
  client_account_id: string;
  recipient_id: string;
  profile_url: string;
  sales_navigator_url: string | null;
  first_name: string | null;
  last_name: string | null;
  company: string | null;
  company_domain: string | null;
  position: string | null;
  industry: string | null;
  location: string | null;
  notes: string | null;
  /** As an array is written: a text may hold a comma. */
  tags: string;
  custom: { readonly v: 1; readonly fields: CustomFields };
  edited: string;
  sort_name: string;
  added_at: number;
}

const WORDS = {
  first_name: 'text',
  last_name: 'text',
  company: 'text',
  company_domain: 'text',
  position: 'text',
  industry: 'text',
  location: 'text',
  notes: 'text',
  tags: 'text[]',
  custom: 'jsonb',
  edited: 'text[]',
  sort_name: 'text',
} as const;
const ADDRESSES = { recipient_id: 'uuid', profile_url: 'text', sales_navigator_url: 'text' } as const;

export const PROSPECT: Table<ProspectRow> = {
  name: 'prospect',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    client_account_id: 'uuid',
    ...ADDRESSES,
    ...WORDS,
    added_at: 'int8',
  },
};

export const PROSPECTS_CHANGED: RowUpdate<ProspectRow> = {
  name: 'change_prospects',
  table: 'prospect',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { ...ADDRESSES, ...WORDS },
};

export interface ProspectTermRow {
  agency_id: string;
  prospect_id: string;
  term: string;
  client_account_id: string;
}

export const PROSPECT_TERM: Table<ProspectTermRow> = {
  name: 'prospect_term',
  columns: { agency_id: 'uuid', prospect_id: 'uuid', term: 'text', client_account_id: 'uuid' },
};

export function rowOf(agencyId: string, prospect: Omit<Prospect, 'sortName'>): ProspectRow {
  return {
    agency_id: agencyId,
    id: prospect.id,
    client_account_id: prospect.clientAccountId,
    recipient_id: prospect.recipientId,
    profile_url: prospect.profileUrl,
    sales_navigator_url: prospect.salesNavigatorUrl,
    first_name: prospect.firstName,
    last_name: prospect.lastName,
    company: prospect.company,
    company_domain: prospect.companyDomain,
    position: prospect.position,
    industry: prospect.industry,
    location: prospect.location,
    notes: prospect.notes,
    tags: arrayOf(prospect.tags),
    custom: { v: 1, fields: prospect.custom },
    edited: arrayOf(prospect.edited),
    sort_name: sortNameOf(prospect),
    added_at: prospect.addedAt,
  };
}

/** The same as a list shows it. */
export function prospectOf(prospect: Omit<Prospect, 'sortName'>): Prospect {
  return { ...prospect, sortName: sortNameOf(prospect) };
}

export function termRowsOf(agencyId: string, prospect: Omit<Prospect, 'sortName'>): ProspectTermRow[] {
  return termsOf(prospect).map((term) => ({
    agency_id: agencyId,
    prospect_id: prospect.id,
    term,
    client_account_id: prospect.clientAccountId,
  }));
}

/** An array as PostgreSQL reads it from a text, whatever its items hold. */
function arrayOf(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const COLUMNS = `p.id, p.client_account_id AS "clientAccountId", p.recipient_id AS "recipientId",
  p.profile_url AS "profileUrl", p.sales_navigator_url AS "salesNavigatorUrl", p.first_name AS "firstName",
  p.last_name AS "lastName", p.company, p.company_domain AS "companyDomain", p.position, p.industry, p.location, p.notes,
  p.tags, p.custom->'fields' AS custom, p.edited, p.sort_name AS "sortName", p.added_at AS "addedAt"`;

/** What a prospect is found by: a term of it lies in the range. */
export interface TermRange {
  readonly low: string;
  readonly high: string;
}

/** Which prospects a list holds. */
export interface ProspectFilter {
  readonly clientAccountId: string;
  /** All of them are met. */
  readonly ranges: readonly TermRange[];
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
  { clientAccountId, ranges }: ProspectFilter,
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

/** The conditions on a list; the parameters behind those that every statement has. */
function conditionsOf({ ranges }: ProspectFilter, first: number): string {
  // OFFSET 0: looked up for each row that comes up, and never made into a join that reads all of the client account's.
  return ranges
    .map(
      (
        _,
        index,
      ) => ` AND EXISTS (SELECT 1 FROM prospect_term t WHERE t.agency_id = $1 AND t.prospect_id = p.id
    AND t.term >= $${first + 2 * index} AND t.term < $${first + 2 * index + 1} OFFSET 0)`,
    )
    .join('');
}

function valuesOf({ ranges }: ProspectFilter): string[] {
  return ranges.flatMap(({ low, high }) => [low, high]);
}

const FEW = `(SELECT * FROM prospect few WHERE few.agency_id = $1 AND few.id = ANY ($3::uuid[]) OFFSET 0)`;

/** Of a list so many rows behind a place, in its order. */
export async function listProspects(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: ProspectFilter,
  { rows, behind }: { readonly rows: number; readonly behind: BehindName | null },
): Promise<Prospect[]> {
  const few = await findFew(transaction, viewer, filter);
  const statement: Statement = {
    name: `list_prospects_${few ? 'few' : 'all'}_${filter.ranges.length}`,
    text: `
SELECT ${COLUMNS} FROM ${few ? FEW : 'prospect'} p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND ($3::uuid[] IS NULL OR true)
  AND (p.sort_name, p.id) > ($4::text, $5::uuid)${conditionsOf(filter, 7)}
ORDER BY p.sort_name, p.id LIMIT $6::int4`,
  };
  return transaction.query<Prospect & { [column: string]: unknown }>(statement, [
    ...[viewer.agencyId, filter.clientAccountId, few],
    ...[behind?.sortName ?? '', behind?.id ?? '00000000-0000-0000-0000-000000000000', rows],
    ...valuesOf(filter),
  ]);
}

export async function countProspects(
  transaction: LedgerTransaction,
  viewer: Viewer,
  filter: ProspectFilter,
): Promise<number> {
  const few = await findFew(transaction, viewer, filter);
  const statement: Statement = {
    name: `count_prospects_${few ? 'few' : 'all'}_${filter.ranges.length}`,
    text: `
SELECT count(*)::int8 AS count FROM ${few ? FEW : 'prospect'} p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND ($3::uuid[] IS NULL OR true)${conditionsOf(filter, 4)}`,
  };
  const values = [viewer.agencyId, filter.clientAccountId, few, ...valuesOf(filter)];
  const [counted] = await transaction.query<{ count: number }>(statement, values);
  return Number(counted?.count ?? 0);
}

const READ_PROSPECTS: Statement = {
  name: 'read_prospects',
  text: `
SELECT ${COLUMNS} FROM prospect p WHERE p.agency_id = $1 AND p.id = ANY ($2::uuid[])
  AND ($3::uuid[] IS NULL OR p.client_account_id = ANY ($3))`,
};

/** Prospects by their ids, as far as the viewer sees them. */
export function readProspects(
  transaction: LedgerTransaction,
  { agencyId, reach }: Viewer,
  ids: readonly string[],
): Promise<Prospect[]> {
  const accounts = reach?.clientAccountIds ?? null;
  return transaction.query<Prospect & { [column: string]: unknown }>(READ_PROSPECTS, [
    agencyId,
    ids,
    accounts,
  ]);
}

const READ_OF_PEOPLE: Statement = {
  name: 'read_prospects_of_people',
  text: `
SELECT ${COLUMNS} FROM prospect p WHERE p.agency_id = $1 AND p.client_account_id = $2 AND p.recipient_id = ANY ($3::uuid[])`,
};

/** Who of some people is on a client account's list. */
export function readProspectsOfPeople(
  transaction: LedgerTransaction,
  agencyId: string,
  clientAccountId: string,
  recipientIds: readonly string[],
): Promise<Prospect[]> {
  return transaction.query<Prospect & { [column: string]: unknown }>(READ_OF_PEOPLE, [
    agencyId,
    clientAccountId,
    recipientIds,
  ]);
}
