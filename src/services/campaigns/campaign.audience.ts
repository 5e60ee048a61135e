import type { LedgerTransaction, Statement } from '../../ledger/books/connection.js';
import { recipientsOfPerson } from '../../ledger/people/one-person.js';
import { exactly, tagTerm } from '../../outreach/words.js';

/** Before every id: where a reading begins. */
export const FROM_THE_START = '00000000-0000-0000-0000-000000000000';

/** Whose people are asked for, and which of them. */
export interface AudienceOf {
  readonly agencyId: string;
  readonly clientAccountId: string;
  readonly segmentId: string | null;
  readonly audienceTags: readonly string[] | null;
}

/** So many people behind one of them, in order of their ids. */
export interface PeopleAsked {
  readonly after: string;
  readonly rows: number;
}

/** Whom a campaign is for, as the lists stand now: recipients, each once. */
export interface Audience {
  /** Null where nobody has said whom. */
  count(transaction: LedgerTransaction, of: AudienceOf): Promise<number | null>;
  people(transaction: LedgerTransaction, of: AudienceOf, asked: PeopleAsked): Promise<string[]>;
}

/** Those of a client account's list who have all of some tags; without a tag, all of the list. */
export class TaggedList implements Audience {
  async count(transaction: LedgerTransaction, of: AudienceOf): Promise<number | null> {
    if (of.audienceTags === null) return null;
    const statement: Statement = {
      name: `count_audience_${of.audienceTags.length}`,
      text: `SELECT count(*)::int8 AS people FROM prospect p
WHERE p.agency_id = $1 AND p.client_account_id = $2${tagged(of.audienceTags, 3)}`,
    };
    const values = [of.agencyId, of.clientAccountId, ...boundsOf(of.audienceTags)];
    const [counted] = await transaction.query<{ people: number }>(statement, values);
    return Number(counted?.people ?? 0);
  }

  async people(transaction: LedgerTransaction, of: AudienceOf, asked: PeopleAsked): Promise<string[]> {
    if (of.audienceTags === null) return [];
    const statement: Statement = {
      name: `read_audience_${of.audienceTags.length}`,
      text: `SELECT p.recipient_id AS id FROM prospect p
WHERE p.agency_id = $1 AND p.client_account_id = $2 AND p.recipient_id > $3::uuid${tagged(of.audienceTags, 5)}
ORDER BY p.recipient_id LIMIT $4::int4`,
    };
    const values = [of.agencyId, of.clientAccountId, asked.after, asked.rows, ...boundsOf(of.audienceTags)];
    const found = await transaction.query<{ id: string }>(statement, values);
    return found.map(({ id }) => id);
  }
}

/** As lists are searched (prospect.rows.ts): looked up for each row, and never made into a join. */
function tagged(tags: readonly string[], first: number): string {
  return tags
    .map(
      (
        _,
        index,
      ) => ` AND EXISTS (SELECT 1 FROM prospect_term t WHERE t.agency_id = $1 AND t.prospect_id = p.id
    AND t.term >= $${first + 2 * index} AND t.term < $${first + 2 * index + 1} OFFSET 0)`,
    )
    .join('');
}

function boundsOf(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => {
    const { low, high } = exactly(tagTerm(tag));
    return [low, high];
  });
}

// Who was made one with somebody since may be listed as that one alone.
const READ_APPROVED: Statement = {
  name: 'read_approved_people',
  text: `SELECT a.recipient_id AS id FROM campaign_approval_person a
CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('$1', 'a.recipient_id')} AS ids OFFSET 0) AS o
WHERE a.agency_id = $1 AND a.approval_id = $2 AND a.recipient_id > $3::uuid AND EXISTS (
  SELECT 1 FROM prospect p WHERE p.agency_id = $1 AND p.client_account_id = $5 AND p.recipient_id = ANY (o.ids) OFFSET 0)
ORDER BY a.recipient_id LIMIT $4::int4`,
};

/** Whom an approval is for, as far as they are on the list still: as they were when it was asked. */
export async function approvedPeople(
  transaction: LedgerTransaction,
  { agencyId, clientAccountId }: Pick<AudienceOf, 'agencyId' | 'clientAccountId'>,
  approvalId: string,
  { after, rows }: PeopleAsked,
): Promise<string[]> {
  const values = [agencyId, approvalId, after, rows, clientAccountId];
  return (await transaction.query<{ id: string }>(READ_APPROVED, values)).map(({ id }) => id);
}
