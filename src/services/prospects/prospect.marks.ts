import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';

/** Somebody on the list of a client account, by who they are. */
export interface Listed {
  readonly recipientId: string;
  readonly clientAccountId: string;
}

export function listedName({ recipientId, clientAccountId }: Listed): string {
  return `${recipientId} ${clientAccountId}`;
}

// As the ledger asks it (people-facts.ts): by all that a person, and each company they were told to be of, is found by.
const READ_MARKED: Statement = {
  name: 'read_marked_prospects',
  text: `
SELECT n.i AS index FROM unnest($2::int4[], $3::uuid[], $4::uuid[]) AS n (i, recipient_id, client_account_id)
CROSS JOIN LATERAL unnest(${recipientsOfPerson('$1', 'n.recipient_id')}) AS p (id)
WHERE EXISTS (
  SELECT 1 FROM recipient_key r CROSS JOIN LATERAL (
    SELECT 1 FROM do_not_contact d WHERE d.agency_id = $1 AND d.kind = 'PERSON' AND d.key_version = r.key_version
      AND d.fingerprint = r.fingerprint AND d.scope_id IN ($1, n.client_account_id) LIMIT 1) AS m
  WHERE r.agency_id = $1 AND r.recipient_id = p.id OFFSET 0)
OR EXISTS (
  SELECT 1 FROM recipient_employer r CROSS JOIN LATERAL (
    SELECT 1 FROM do_not_contact d WHERE d.agency_id = $1 AND d.kind = r.kind AND d.key_version = r.key_version
      AND d.fingerprint = r.fingerprint AND d.scope_id IN ($1, n.client_account_id) LIMIT 1) AS m
  WHERE r.agency_id = $1 AND r.recipient_id = p.id AND r.scope_id IN ($1, n.client_account_id) OFFSET 0)`,
};

/** Who of these may not be contacted: by any mark on the person, the company or its domain, of the agency or the client account. */
export async function readMarked(
  transaction: LedgerTransaction,
  agencyId: string,
  listed: readonly Listed[],
): Promise<Set<string>> {
  if (listed.length === 0) return new Set();
  const rows = await transaction.query<{ index: number }>(READ_MARKED, [
    agencyId,
    listed.map((_, index) => index),
    listed.map(({ recipientId }) => recipientId),
    listed.map(({ clientAccountId }) => clientAccountId),
  ]);
  return new Set(rows.map(({ index }) => listedName(listed[index]!)));
}
