import type { EntityManager } from 'typeorm';
import type { VersionedFingerprint } from '../../tenancy/fingerprint.js';
import type { Statement } from '../books/connection.js';
import { ledgerOn, writeRows } from '../books/manager-rows.js';
import { RECIPIENT_EMPLOYER, type RecipientEmployerRow } from '../books/people-tables.js';

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
 * Puts down where people work as a list of a client account tells it: for the whole agency, and for that client account alone where
 * lists told of so many employers already. What was told before is never pushed out by what is told now, and a client account's own
 * word not by another one's. Answers of whom something is not kept.
 */
export async function writeEmployers(
  manager: EntityManager,
  clientAccountId: string,
  told: readonly RecipientEmployerRow[],
): Promise<Set<string>> {
  await writeRows(manager, RECIPIENT_EMPLOYER, told);
  const further = await readLeftOut(manager, told);
  const ofClientAccount = further.map((row) => ({ ...row, scope_id: clientAccountId }));
  await writeRows(manager, RECIPIENT_EMPLOYER, ofClientAccount);
  const leftOut = await readLeftOut(manager, ofClientAccount);
  return new Set(leftOut.map((row) => row.recipient_id));
}

async function readLeftOut(
  manager: EntityManager,
  rows: readonly RecipientEmployerRow[],
): Promise<RecipientEmployerRow[]> {
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
