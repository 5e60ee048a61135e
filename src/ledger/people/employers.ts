import type { EntityManager } from 'typeorm';
import type { VersionedFingerprint } from '../../tenancy/fingerprint.js';
import type { Statement } from '../books/connection.js';
import { ledgerOn, writeRows } from '../books/manager-rows.js';
import { RECIPIENT_EMPLOYER, type RecipientEmployerRow } from '../books/people-tables.js';
import { recipientsOfPerson } from './one-person.js';

/** How somebody's company or its domain is found: a keyed fingerprint of it, normalised. */
export interface EmployerKey {
  readonly kind: 'COMPANY' | 'DOMAIN';
  readonly version: number;
  readonly fingerprint: Buffer;
  readonly older: readonly VersionedFingerprint[];
}

/** Of whom something is told, and for whom it counts: the whole agency, or one client account. */
interface ToldOf {
  readonly agencyId: string;
  readonly recipientId: string;
  readonly scopeId: string;
}

/** Where somebody works as the list of a client account tells it. */
export interface ListedEmployerRow extends RecipientEmployerRow {
  client_account_id: string;
}

/** The rows that find a person by the employers that somebody tells. */
export function employerRows(
  { agencyId, recipientId, scopeId }: ToldOf,
  employers: readonly EmployerKey[],
): RecipientEmployerRow[] {
  return employers.flatMap(({ kind, older, ...newest }) =>
    [newest, ...older].map(({ version, fingerprint }) => ({
      agency_id: agencyId,
      recipient_id: recipientId,
      scope_id: scopeId,
      kind,
      key_version: version,
      fingerprint,
    })),
  );
}

// Each looked up by itself, whatever plan is made of it.
const READ_LEFT_OUT: Statement = {
  name: 'read_employers_left_out',
  text: `
SELECT n.i AS index FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int2[], $7::bytea[])
  AS n (i, agency_id, recipient_id, scope_id, kind, key_version, fingerprint)
WHERE NOT EXISTS (SELECT 1 FROM recipient_employer r WHERE r.agency_id = n.agency_id AND r.recipient_id = n.recipient_id
  AND r.scope_id = n.scope_id AND r.kind = n.kind AND r.key_version = n.key_version AND r.fingerprint = n.fingerprint OFFSET 0)`,
};

/**
 * Puts down where people work as lists of client accounts tell it: for the whole agency, and for the one client account alone where
 * lists told of so many employers already. What was told before is never pushed out by what is told now, and a client account's own
 * word not by another one's. Answers of whom something is not kept.
 */
export async function writeEmployers(
  manager: EntityManager,
  told: readonly ListedEmployerRow[],
): Promise<Set<string>> {
  const ofPeople = await atThoseWhoStay(manager, told);
  await writeRows(manager, RECIPIENT_EMPLOYER, ofPeople);
  const further = await readLeftOut(manager, ofPeople);
  const ofClientAccount = further.map((row) => ({ ...row, scope_id: row.client_account_id }));
  await writeRows(manager, RECIPIENT_EMPLOYER, ofClientAccount);
  const leftOut = await readLeftOut(manager, ofClientAccount);
  return new Set(leftOut.map((row) => row.recipient_id));
}

const READ_STAYING: Statement = {
  name: 'read_staying_of_employers',
  text: `
SELECT r.id, r.merged_into AS stays FROM unnest($1::uuid[], $2::uuid[]) AS n (agency_id, id)
CROSS JOIN LATERAL (SELECT r.id, r.merged_into FROM recipient r WHERE r.agency_id = n.agency_id AND r.id = n.id LIMIT 1) AS r
WHERE r.merged_into IS NOT NULL`,
};

/** The same of whoever was made one with another: what is told of one is kept with the one that stays. */
async function atThoseWhoStay<Row extends RecipientEmployerRow>(
  manager: EntityManager,
  rows: readonly Row[],
): Promise<Row[]> {
  const people = [...new Map(rows.map((row) => [row.recipient_id, row])).values()];
  if (people.length === 0) return [];
  const transaction = await ledgerOn(manager);
  const found = await transaction.query<{ id: string; stays: string }>(READ_STAYING, [
    people.map((row) => row.agency_id),
    people.map((row) => row.recipient_id),
  ]);
  const stays = new Map(found.map((one) => [one.id, one.stays]));
  return rows.map((row) => ({ ...row, recipient_id: stays.get(row.recipient_id) ?? row.recipient_id }));
}

// What a mark binds them by comes first, the agency's before a client account's; then what was told of the one that stays.
const READ_EMPLOYERS_OF_PERSON: Statement = {
  name: 'read_employers_of_person',
  text: `
SELECT p.ids[1] AS stays, r.agency_id, r.recipient_id, r.scope_id, r.kind, r.key_version, r.fingerprint
FROM (SELECT ${recipientsOfPerson('$1::uuid', '$2::uuid')} AS ids OFFSET 0) AS p
JOIN recipient_employer r ON r.agency_id = $1 AND r.recipient_id = ANY (p.ids)
CROSS JOIN LATERAL (
  SELECT coalesce(max(CASE WHEN d.scope_id = $1 THEN 2 ELSE 1 END), 0) AS binding FROM do_not_contact d
  WHERE d.agency_id = $1 AND d.kind = r.kind AND d.key_version = r.key_version AND d.fingerprint = r.fingerprint) AS m
ORDER BY m.binding DESC, r.recipient_id <> p.ids[1], r.recipient_id, r.fingerprint`,
};

/**
 * Keeps the employers of somebody who was made one with others with the one that stays, so many as are kept of a person: otherwise
 * each decision about them would ask for those of all. A mark that binds one of them already goes on binding, whatever was told of
 * the others. Under the agency's book.
 */
export async function gatherEmployers(
  manager: EntityManager,
  agencyId: string,
  recipientId: string,
): Promise<void> {
  const transaction = await ledgerOn(manager);
  const rows = await transaction.query<RecipientEmployerRow & { readonly stays: string }>(
    READ_EMPLOYERS_OF_PERSON,
    [agencyId, recipientId],
  );
  if (rows.every((row) => row.recipient_id === row.stays)) return;
  await manager.query(
    'DELETE FROM recipient_employer WHERE agency_id = $1 AND recipient_id = ANY ($2::uuid[])',
    [agencyId, [...new Set(rows.map((row) => row.recipient_id))]],
  );
  const gathered = rows.map(({ stays, ...row }) => ({ ...row, recipient_id: stays }));
  await writeRows(manager, RECIPIENT_EMPLOYER, gathered);
}

async function readLeftOut<Row extends RecipientEmployerRow>(
  manager: EntityManager,
  rows: readonly Row[],
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const transaction = await ledgerOn(manager);
  const found = await transaction.query<{ index: number }>(READ_LEFT_OUT, [
    rows.map((_, index) => index),
    rows.map((row) => row.agency_id),
    rows.map((row) => row.recipient_id),
    rows.map((row) => row.scope_id),
    rows.map((row) => row.kind),
    rows.map((row) => row.key_version),
    rows.map((row) => row.fingerprint),
  ]);
  return found.flatMap(({ index }) => rows[index] ?? []);
}
