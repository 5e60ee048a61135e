import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import type { RowUpdate, Table } from '../../ledger/books/rows.js';
import {
  comparedOf,
  sortNameOf,
  termsOf,
  type ComparedWords,
  type CustomFields,
  type ProspectWords,
} from '../../outreach/prospect.js';
import type { Viewer } from '../../tenancy/viewer.js';

/** The rows of prospects, as the migrations declare them, and the statements that read them. */

/** Somebody on the list of a client account. */
export interface Prospect extends ProspectWords {
  readonly id: string;
  readonly clientAccountId: string;
  readonly recipientId: string;
  readonly profileUrl: string;
  readonly salesNavigatorUrl: string | null;
  readonly sortName: string;
  readonly addedAt: number;
}

/** The same as it is written: with what a person set by hand, which nobody needs who reads a list. */
export interface KeptProspect extends Prospect {
  readonly edited: readonly string[];
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
  compared: { readonly v: 1 } & ComparedWords;
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
  compared: 'jsonb',
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

export function rowOf(agencyId: string, prospect: Omit<KeptProspect, 'sortName'>): ProspectRow {
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
    compared: { v: 1, ...comparedOf(prospect) },
    added_at: prospect.addedAt,
  };
}

/** The same as a list shows it. */
export function prospectOf(prospect: Omit<KeptProspect, 'sortName'>): KeptProspect {
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

/** Of a prospect `p`. */
export const COLUMNS = `p.id, p.client_account_id AS "clientAccountId", p.recipient_id AS "recipientId",
  p.profile_url AS "profileUrl", p.sales_navigator_url AS "salesNavigatorUrl", p.first_name AS "firstName",
  p.last_name AS "lastName", p.company, p.company_domain AS "companyDomain", p.position, p.industry, p.location, p.notes,
  p.tags, p.custom->'fields' AS custom, p.sort_name AS "sortName", p.added_at AS "addedAt"`;

const KEPT_COLUMNS = `${COLUMNS}, p.edited`;

const NAMED = 'FROM prospect p WHERE p.agency_id = $1 AND p.id = ANY ($2::uuid[])';
const IN_REACH = 'AND ($3::uuid[] IS NULL OR p.client_account_id = ANY ($3))';
const READ_PROSPECTS: Statement = {
  name: 'read_prospects',
  text: `SELECT ${COLUMNS} ${NAMED} ${IN_REACH}`,
};
const READ_KEPT_PROSPECTS: Statement = {
  name: 'read_kept_prospects',
  text: `SELECT ${KEPT_COLUMNS} ${NAMED} ${IN_REACH}`,
};

type Row<T> = T & { [column: string]: unknown };

/** Prospects by their ids, as far as the viewer sees them. */
export function readProspects(
  transaction: LedgerTransaction,
  { agencyId, reach }: Viewer,
  ids: readonly string[],
): Promise<Prospect[]> {
  const accounts = reach?.clientAccountIds ?? null;
  return transaction.query<Row<Prospect>>(READ_PROSPECTS, [agencyId, ids, accounts]);
}

/** The same, to be written. */
export function readKeptProspects(
  transaction: LedgerTransaction,
  { agencyId, reach }: Viewer,
  ids: readonly string[],
): Promise<KeptProspect[]> {
  const accounts = reach?.clientAccountIds ?? null;
  return transaction.query<Row<KeptProspect>>(READ_KEPT_PROSPECTS, [agencyId, ids, accounts]);
}

const OF_PEOPLE =
  'FROM prospect p WHERE p.agency_id = $1 AND p.client_account_id = $2 AND p.recipient_id = ANY ($3::uuid[])';
const READ_OF_PEOPLE: Statement = {
  name: 'read_prospects_of_people',
  text: `SELECT ${COLUMNS} ${OF_PEOPLE}`,
};
const READ_KEPT_OF_PEOPLE: Statement = {
  name: 'read_kept_prospects_of_people',
  text: `SELECT ${KEPT_COLUMNS} ${OF_PEOPLE}`,
};

/** Who of some people is on a client account's list. */
export function readProspectsOfPeople(
  transaction: LedgerTransaction,
  ...asked: readonly [agencyId: string, clientAccountId: string, recipientIds: readonly string[]]
): Promise<Prospect[]> {
  return transaction.query<Row<Prospect>>(READ_OF_PEOPLE, asked);
}

/** The same, to be written. */
export function readKeptProspectsOfPeople(
  transaction: LedgerTransaction,
  ...asked: readonly [agencyId: string, clientAccountId: string, recipientIds: readonly string[]]
): Promise<KeptProspect[]> {
  return transaction.query<Row<KeptProspect>>(READ_KEPT_OF_PEOPLE, asked);
}
