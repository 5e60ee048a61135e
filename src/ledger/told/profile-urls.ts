import { seesWhole, type Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from '../people/one-person.js';

/** Somebody that a row tells of, and whose the row is. */
export interface PersonTold {
  readonly recipientId: string;
  readonly clientAccountId: string;
}

const READ_RECIPIENTS_BY_ID: Statement = {
  name: 'read_recipients_by_id',
  text: `
SELECT n.i AS index, coalesce(listed.profile_url, r.told_as->>n.told_to::text, r.profile_url) AS "profileUrl"
FROM unnest($2::int4[], $3::uuid[], $4::uuid[], $5::uuid[]) AS n (i, id, told_to, list_of)
CROSS JOIN LATERAL (SELECT * FROM recipient r WHERE r.agency_id = $1 AND r.id = n.id LIMIT 1) AS r
LEFT JOIN LATERAL (
  SELECT p.profile_url FROM (SELECT ${recipientsOfPerson('r.agency_id', 'r.id')} AS ids WHERE n.list_of IS NOT NULL OFFSET 0) AS o
  JOIN prospect p ON p.agency_id = r.agency_id AND p.recipient_id = ANY (o.ids) AND p.client_account_id = n.list_of
  ORDER BY p.recipient_id <> r.id, p.id LIMIT 1) AS listed ON true
WHERE r.erased_at IS NULL`,
};

/**
 * The addresses of people, in their order; null where a person was erased. Whoever sees a part of the agency is told, of a row, the one that
 * its client account has for them: that of its list, where they see the list, of that very address first; or else as it spelled them.
 * Whoever sees all of it is told how they were told first.
 */
export async function readProfileUrls(
  transaction: LedgerTransaction,
  viewer: Viewer,
  people: readonly PersonTold[],
): Promise<(string | null)[]> {
  const isPart = viewer.reach !== null;
  const rows = await transaction.query<{ index: number; profileUrl: string }>(READ_RECIPIENTS_BY_ID, [
    viewer.agencyId,
    people.map((_, index) => index),
    people.map(({ recipientId }) => recipientId),
    people.map(({ clientAccountId }) => (isPart ? clientAccountId : null)),
    people.map(({ clientAccountId }) =>
      isPart && seesWhole(viewer, clientAccountId) ? clientAccountId : null,
    ),
  ]);
  const found = new Map(rows.map(({ index, profileUrl }) => [index, profileUrl]));
  return people.map((_, index) => found.get(index) ?? null);
}
