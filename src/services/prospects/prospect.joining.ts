import type { EntityManager } from 'typeorm';
import { holdBook } from '../../ledger/books/lock.js';
import { alterRows, ledgerOn } from '../../ledger/books/manager-rows.js';
import { gatherEmployers } from '../../ledger/people/employers.js';
import { releaseHoldsOfMarked } from '../../ledger/release-holds.js';
import { merge, rememberedEdits, type KeptWords } from '../../outreach/prospect.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { keepListedEmployers } from './prospect.employers.js';
import { PROSPECTS_CHANGED, readKeptProspectsOfPeople, rowOf } from './prospect.rows.js';
import { writeTerms } from './prospect.storing.js';

/** Two who turn out to be one. */
interface Joining {
  readonly agencyId: string;
  readonly fingerprints: Fingerprints;
  readonly clientAccountId: string;
  readonly stays: string;
  readonly others: readonly string[];
  /** As kept with what is released: `key:<uuid>`. */
  readonly by: string;
}

// Engagements by seat, as their index is: an agency has few seats.
const HAS_HISTORY = `
SELECT 1 WHERE EXISTS (SELECT 1 FROM charge c WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[]))
  OR EXISTS (SELECT 1 FROM hold h WHERE h.agency_id = $1 AND h.recipient_id = ANY ($2::uuid[]))
  OR EXISTS (SELECT 1 FROM decision d WHERE d.agency_id = $1 AND d.recipient_id = ANY ($2::uuid[]))
  OR EXISTS (SELECT 1 FROM connection c WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[]))
  OR EXISTS (SELECT 1 FROM seat s CROSS JOIN LATERAL (
      SELECT 1 FROM engagement e WHERE e.agency_id = $1 AND e.seat_id = s.id AND e.recipient_id = ANY ($2::uuid[])
      LIMIT 1) AS answered
    WHERE s.agency_id = $1)
  OR EXISTS (SELECT 1 FROM prospect p WHERE p.agency_id = $1 AND p.recipient_id = ANY ($2::uuid[])
    AND p.client_account_id <> $3)
  OR EXISTS (SELECT 1 FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($2::uuid[] || $4::uuid)
    AND r.erased_at IS NOT NULL)`;

/**
 * Whoever was made one with them before is of the same person from now on: nobody has to go a way from one to the next. Both by lists of
 * ids: by either of two lookups PostgreSQL reads everybody whom the agency knows, under its book.
 */
export const MAKE_ONE = `
WITH met AS (SELECT coalesce(r.merged_into, r.id) AS id FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($3::uuid[])),
  stays AS (SELECT coalesce(r.merged_into, r.id) AS id FROM recipient r WHERE r.agency_id = $1 AND r.id = $2)
UPDATE recipient o SET merged_into = s.id FROM stays s
WHERE o.agency_id = $1 AND o.id <> s.id AND o.merged_into IS DISTINCT FROM s.id
  AND o.id = ANY (ARRAY(SELECT id FROM met UNION ALL SELECT r.id FROM recipient r
    WHERE r.agency_id = $1 AND r.merged_into IS NOT NULL AND r.merged_into = ANY (ARRAY(SELECT id FROM met))))
RETURNING o.id`;

/**
 * Makes several people one, under the agency's book: from then on what is known of one is known of all, and what a mark forbids
 * that is under way by another address is given back. Only those are given up who have no history and are on nobody else's
 * list: what was decided, sent and answered names its recipient for ever, and another client account's list is none of this
 * one's. Answers whether they were given up; otherwise they stay two on the lists.
 */
export async function joinPeople(manager: EntityManager, joining: Joining): Promise<boolean> {
  const { agencyId, clientAccountId, stays, others, by } = joining;
  const held = await manager.query<unknown[]>(HAS_HISTORY, [agencyId, others, clientAccountId, stays]);
  if (held.length === 0) await giveUp(manager, joining);
  const [made] = await manager.query<[unknown[], number]>(MAKE_ONE, [agencyId, stays, others]);
  if (made.length > 0) {
    await gatherEmployers(manager, agencyId, stays);
    await keepListedEmployers(manager, joining, stays);
    const at = await holdBook(manager, agencyId);
    await releaseHoldsOfMarked(manager, agencyId, [stays], { because: 'DO_NOT_CONTACT', at, by });
  }
  return held.length === 0;
}

async function giveUp(manager: EntityManager, joining: Joining): Promise<void> {
  const { agencyId, stays, others } = joining;
  await manager.query(
    'UPDATE recipient_key SET recipient_id = $2 WHERE agency_id = $1 AND recipient_id = ANY ($3)',
    [...[agencyId, stays, others]],
  );
  await joinProspects(manager, joining);
}

/** Of several prospects who are one the first stays, with what the others tell besides. */
async function joinProspects(
  manager: EntityManager,
  { agencyId, clientAccountId, stays, others }: Joining,
): Promise<void> {
  const transaction = await ledgerOn(manager);
  const people = [stays, ...others];
  const found = await readKeptProspectsOfPeople(transaction, agencyId, clientAccountId, people);
  const [first, ...more] = found.toSorted(
    (one, other) => people.indexOf(one.recipientId) - people.indexOf(other.recipientId),
  );
  if (!first) return;
  const words = more.reduce<KeptWords>((kept, told) => merge(kept, told, false) ?? kept, first);
  // What was said of who stays is forgotten last.
  const edits = new Set([...more, first].flatMap(({ edited }) => edited));
  const edited = rememberedEdits([...edits], words.custom);
  const joined = { ...first, ...words, edited, recipientId: stays };
  const ids = found.map(({ id }) => id);
  await manager.query('DELETE FROM prospect WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
    agencyId,
    ids.filter((id) => id !== first.id),
  ]);
  await alterRows(manager, PROSPECTS_CHANGED, [rowOf(agencyId, joined)]);
  await writeTerms(manager, agencyId, { all: ids, now: [joined] });
}
