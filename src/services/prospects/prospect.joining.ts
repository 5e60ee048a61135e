import type { EntityManager } from 'typeorm';
import { holdBook } from '../../ledger/books/lock.js';
import { alterRows, ledgerOn } from '../../ledger/books/manager-rows.js';
import { gatherEmployers } from '../../ledger/people/employers.js';
import { releaseHoldsOfMarked } from '../../ledger/release-holds.js';
import { merge, rememberedEdits, type KeptWords } from '../../outreach/prospect.js';
import type { Fingerprints } from '../../tenancy/fingerprint.js';
import { keepListedEmployers } from './prospect.employers.js';
import { PROSPECTS_CHANGED, readKeptProspectsOfPeople, rowOf, type KeptProspect } from './prospect.rows.js';
import { keepSame, Same } from './prospect.same.js';
import { writeTerms } from './prospect.terms.js';

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

export interface Joined {
  /** Whether the others are nobody any more. */
  readonly isGivenUp: boolean;
  /** Whose an address is that nobody knew: the one who stays, or on a list of which they stay several rows the first of these. */
  readonly first: string;
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
  OR EXISTS (SELECT 1 FROM listed_as_one o WHERE o.agency_id = $1 AND o.recipient_id = ANY ($2::uuid[]))
  OR EXISTS (SELECT 1 FROM recipient r WHERE r.agency_id = $1 AND r.id = ANY ($2::uuid[] || $4::uuid)
    AND r.erased_at IS NOT NULL)`;

// What the client account itself asked for, sent and was answered: of nothing else a row of its list may tell.
const HAS_OWN_HISTORY = `
SELECT 1 WHERE EXISTS (SELECT 1 FROM charge c WHERE c.agency_id = $1 AND c.recipient_id = ANY ($2::uuid[]) AND c.client_account_id = $3)
  OR EXISTS (SELECT 1 FROM hold h WHERE h.agency_id = $1 AND h.recipient_id = ANY ($2::uuid[]) AND h.client_account_id = $3)
  OR EXISTS (SELECT 1 FROM decision d WHERE d.agency_id = $1 AND d.recipient_id = ANY ($2::uuid[]) AND d.client_account_id = $3)
  OR EXISTS (SELECT 1 FROM seat s CROSS JOIN LATERAL (
      SELECT 1 FROM engagement e WHERE e.agency_id = $1 AND e.seat_id = s.id AND e.recipient_id = ANY ($2::uuid[])
        AND e.client_account_id = $3 LIMIT 1) AS answered
    WHERE s.agency_id = $1)`;

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
 * one's. The list whose client account tells of them goes by that one's own history alone.
 */
export async function joinPeople(manager: EntityManager, joining: Joining): Promise<Joined> {
  const { agencyId, clientAccountId, stays, others, by } = joining;
  const held = await manager.query<unknown[]>(HAS_HISTORY, [agencyId, others, clientAccountId, stays]);
  const isGivenUp = held.length === 0;
  if (isGivenUp) {
    await manager.query(
      'UPDATE recipient_key SET recipient_id = $2 WHERE agency_id = $1 AND recipient_id = ANY ($3)',
      [...[agencyId, stays, others]],
    );
  }
  const first = await joinProspects(manager, joining, isGivenUp);
  const [made] = await manager.query<[unknown[], number]>(MAKE_ONE, [agencyId, stays, others]);
  if (made.length > 0) {
    await gatherEmployers(manager, agencyId, stays);
    await keepListedEmployers(manager, joining, stays);
    const at = await holdBook(manager, agencyId);
    await releaseHoldsOfMarked(manager, agencyId, [stays], { because: 'DO_NOT_CONTACT', at, by });
  }
  return { isGivenUp, first };
}

/**
 * Of several prospects who are one the first stays, with what the others tell besides; all of them do where the client account has a
 * history with one of those that would go. Who is on no list of its is the first one's. Answers whose an unknown address is.
 */
async function joinProspects(manager: EntityManager, joining: Joining, isGivenUp: boolean): Promise<string> {
  const { agencyId, clientAccountId, stays, others } = joining;
  const same = await Same.read(manager, joining, [stays, ...others]);
  const people = same.ofAll([stays, ...others]);
  const found = await readKeptProspectsOfPeople(await ledgerOn(manager), agencyId, clientAccountId, people);
  const [first, ...rest] = found.toSorted(
    (one, other) => people.indexOf(one.recipientId) - people.indexOf(other.recipientId),
  );
  const more = rest.filter(({ recipientId }) => !same.of(first?.recipientId ?? '').includes(recipientId));
  const going = same.ofAll(more.map(({ recipientId }) => recipientId));
  const own = await manager.query<unknown[]>(HAS_OWN_HISTORY, [agencyId, going, clientAccountId]);
  const isApart = own.length > 0;
  if (!isGivenUp)
    await keepSame(manager, joining, isApart ? people.filter((id) => !going.includes(id)) : people);
  if (!first) return stays;
  if (isApart) return first.recipientId;
  const recipientId = isGivenUp && others.includes(first.recipientId) ? stays : first.recipientId;
  if (more.length > 0 || recipientId !== first.recipientId) {
    await writeJoined(manager, agencyId, { ...first, recipientId }, more);
  }
  return stays;
}

async function writeJoined(
  manager: EntityManager,
  agencyId: string,
  first: KeptProspect,
  more: readonly KeptProspect[],
): Promise<void> {
  const words = more.reduce<KeptWords>((kept, told) => merge(kept, told, false) ?? kept, first);
  // What was said of who stays is forgotten last.
  const edits = new Set([...more, first].flatMap(({ edited }) => edited));
  const joined = { ...first, ...words, edited: rememberedEdits([...edits], words.custom) };
  const gone = more.map(({ id }) => id);
  await manager.query('DELETE FROM prospect WHERE agency_id = $1 AND id = ANY ($2::uuid[])', [
    ...[agencyId, gone],
  ]);
  await alterRows(manager, PROSPECTS_CHANGED, [rowOf(agencyId, joined)]);
  await writeTerms(manager, agencyId, { all: [first.id, ...gone], now: [joined] });
}
