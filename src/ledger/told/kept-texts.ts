import { DAY, type Instant } from '../../quota/window.js';
import { mayDo, readsTextsOfOthers } from '../../tenancy/roles.js';
import type { SealedText, TextOwner } from '../../tenancy/text-vault.js';
import { selvesOf, type Viewer } from '../../tenancy/viewer.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { pagesOf } from '../books/row-pages.js';
import { seenOf, seenValues } from './seen.js';

/** A text as its row has it. */
export interface KeptTextRecord extends TextOwner, SealedText {
  readonly keptAt: Instant;
  readonly keptUntil: Instant;
}

const COLUMNS = `t.agency_id AS "agencyId", t.id AS "reservationId", t.seat_id AS "seatId",
  t.client_account_id AS "clientAccountId", t.recipient_id AS "recipientId", t.asked_by AS "askedBy",
  t.key_version AS "keyVersion", t.sealed, t.kept_at AS "keptAt", t.kept_at + k.days * ${DAY}::int8 AS "keptUntil"`;

// What the agency keeps no more is still there for a while, and is read by nobody.
const KEPT = 'kept_text t JOIN text_keeping k ON k.agency_id = t.agency_id AND t.kept_at > k.kept_after';

// Those of others are for whoever was given the whole client account; one's own for whoever still sees the seat.
const READ_KEPT_TEXTS: Statement = {
  name: 'read_kept_texts',
  text: `
SELECT ${COLUMNS} FROM ${KEPT}
WHERE ${seenOf('t')} AND t.id = ANY ($4::uuid[]) AND t.kept_at > $5::int8 - k.days * ${DAY}::int8
  AND (t.asked_by = ANY ($6::text[]) OR ($7 AND ($2::uuid[] IS NULL OR t.client_account_id = ANY ($2::uuid[]))))`,
};

/** The texts of reservations that a viewer may read, as long as they are kept: whoever clears them away, and when. */
export async function readKeptTexts(
  transaction: LedgerTransaction,
  viewer: Viewer,
  reservationIds: readonly string[],
  at: Instant,
): Promise<KeptTextRecord[]> {
  const { role } = viewer;
  if (!mayDo(role, 'reserve')) return [];
  const values = [...seenValues(viewer), reservationIds, at, selvesOf(viewer), readsTextsOfOthers(role)];
  return transaction.query<KeptTextRecord>(READ_KEPT_TEXTS, values);
}

const READ_TEXTS_OF_PEOPLE: Statement = {
  name: 'read_texts_of_people',
  text: `
SELECT ${COLUMNS} FROM ${KEPT} WHERE t.agency_id = $1 AND t.recipient_id = ANY ($2::uuid[])
ORDER BY t.kept_at, t.id`,
};

/** All that is kept of what was written to some people, oldest first. */
export function textsOfPeople(
  transaction: LedgerTransaction,
  agencyId: string,
  recipientIds: readonly string[],
): AsyncIterable<readonly KeptTextRecord[]> {
  return pagesOf<KeptTextRecord>(transaction, READ_TEXTS_OF_PEOPLE, [agencyId, recipientIds]);
}
