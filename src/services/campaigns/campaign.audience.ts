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

// Who was made one with somebody since is whom was approved. The approval is asked once for all of them.
const READ_APPROVED: Statement = {
  name: 'read_approved_of_people',
  text: `
WITH p AS MATERIALIZED (
  SELECT n.id, n.number, p.ids FROM unnest($3::uuid[]) WITH ORDINALITY AS n (id, number)
  CROSS JOIN LATERAL (SELECT ${recipientsOfPerson('$1', 'n.id')} AS ids OFFSET 0) AS p),
a AS MATERIALIZED (
  SELECT recipient_id AS id FROM campaign_approval_person
  WHERE agency_id = $1 AND approval_id = $2 AND recipient_id = ANY (ARRAY(SELECT unnest(p.ids) FROM p)))
SELECT DISTINCT p.number, p.id FROM p CROSS JOIN LATERAL unnest(p.ids) AS one (id) JOIN a ON a.id = one.id
ORDER BY p.number`,
};

/** Those of some people whom an approval is for, in their order. */
export async function approvedOf(
  transaction: LedgerTransaction,
  agencyId: string,
  approvalId: string,
  people: readonly string[],
): Promise<string[]> {
  const values = [agencyId, approvalId, people];
  return (await transaction.query<{ id: string }>(READ_APPROVED, values)).map(({ id }) => id);
}
