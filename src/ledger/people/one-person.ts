import type { LedgerTransaction, Statement } from '../books/connection.js';

/**
 * Who is one person. Two recipients who turned out to be one are joined by `merged_into`: straight to the one that stays, never by
 * a chain. Each keeps what was done to it, and an address that had a history goes on finding its own: so whatever is asked of a
 * person is asked of all of these.
 */

/** Addresses of one person that are looked at: as many nobody has. */
const RECIPIENTS_MAX = 100;

/** SQL for the ids of all recipients who are the person of one of them: the one that stays first, then the one itself. */
export function recipientsOfPerson(agencyId: string, recipientId: string): string {
  return `(SELECT stays.id || ARRAY(SELECT same.id FROM recipient same
      WHERE same.agency_id = ${agencyId} AND same.merged_into = stays.id
      ORDER BY same.id <> ${recipientId} LIMIT ${RECIPIENTS_MAX}) FROM (
    SELECT coalesce((SELECT itself.merged_into FROM recipient itself
      WHERE itself.agency_id = ${agencyId} AND itself.id = ${recipientId}), ${recipientId}) AS id OFFSET 0) AS stays)`;
}

/** SQL for the one that stays, by which all recipients of a person are told to be one. */
export function personOf(agencyId: string, recipientId: string): string {
  return `coalesce((SELECT itself.merged_into FROM recipient itself
    WHERE itself.agency_id = ${agencyId} AND itself.id = ${recipientId}), ${recipientId})`;
}

const READ_RECIPIENTS_OF_PERSON: Statement = {
  name: 'read_recipients_of_person',
  text: `SELECT DISTINCT p.id FROM unnest(${recipientsOfPerson('$1', '$2::uuid')}) AS p (id)`,
};

/** All recipients who are the person of one of them, itself among them. */
export async function readRecipientsOfPerson(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientId: string,
): Promise<string[]> {
  const rows = await transaction.query<{ id: string }>(READ_RECIPIENTS_OF_PERSON, [agencyId, recipientId]);
  return rows.map(({ id }) => id);
}
