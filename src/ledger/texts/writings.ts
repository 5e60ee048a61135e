import { TEXT_ACTIONS } from '../../quota/text.js';
import type { Instant } from '../../quota/window.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import { recipientsOfPerson } from '../people/one-person.js';
import { everyKeyOf, type RecipientKey } from '../people/recipients.js';
import type { SeatRef } from '../reading/standing.js';

/** A seat and a person of whom it is asked whether the seat wrote to them before. */
export interface WritingsQuestion extends SeatRef {
  readonly key: RecipientKey;
}

/** What a seat wrote to a person, or may be about to. */
export interface Writings {
  /** Some sends, where there were any. */
  readonly charges: readonly string[];
  readonly holds: readonly { readonly id: string; readonly expiresAt: Instant }[];
}

/** As many sends as are told: one of them is enough, unless the batch takes it out. */
const CHARGES_TOLD_MAX = 5;

const HAS_TEXT = (alias: string): string =>
  `(${alias}.noted OR ${alias}.action IN (${TEXT_ACTIONS.map((action) => `'${action}'`).join(', ')}))`;

const READ_WRITINGS: Statement = {
  name: 'read_writings',
  text: `
SELECT n.i AS index, c.charges, h.holds
FROM unnest($1::int4[], $2::uuid[], $3::uuid[], $4::text[], $5::int2[], $6::bytea[])
  AS n (i, agency_id, seat_id, kind, key_version, fingerprint)
CROSS JOIN LATERAL (
  SELECT recipient_id FROM recipient_key k WHERE k.agency_id = n.agency_id AND k.kind = n.kind
    AND k.key_version = n.key_version AND k.fingerprint = n.fingerprint LIMIT 1) AS k
CROSS JOIN LATERAL unnest(${recipientsOfPerson('n.agency_id', 'k.recipient_id')}) AS p (id)
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(c.id), '[]') AS charges FROM (
    SELECT c.id FROM charge c
    WHERE c.agency_id = n.agency_id AND c.recipient_id = p.id AND c.seat_id = n.seat_id
      AND c.origin <> 'VOID' AND ${HAS_TEXT('c')} AND NOT EXISTS (
        SELECT 1 FROM charge v WHERE v.voids = c.id AND v.agency_id = c.agency_id AND v.effective_at = c.effective_at)
    LIMIT ${CHARGES_TOLD_MAX}) AS c) AS c
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(h.id, h.expires_at)), '[]') AS holds FROM hold h
  WHERE h.agency_id = n.agency_id AND h.seat_id = n.seat_id AND h.expires_at > current_setting('headroom.now')::int8
    AND h.recipient_id = p.id AND ${HAS_TEXT('h')}) AS h`,
};

interface WritingsRow {
  readonly index: number;
  readonly charges: readonly string[];
  readonly holds: readonly (readonly [id: string, expiresAt: Instant])[];
}

/** What seats wrote to people, in the order of the questions. Nothing was written to whoever is not known. */
export async function readWritings(
  transaction: LedgerTransaction,
  questions: readonly WritingsQuestion[],
): Promise<Writings[]> {
  if (questions.length === 0) return [];
  const asked = questions.flatMap(({ agencyId, seatId, key }, index) =>
    everyKeyOf(key).map((made) => ({ index, agencyId, seatId, ...made })),
  );
  const rows = await transaction.query<WritingsRow>(READ_WRITINGS, [
    asked.map(({ index }) => index),
    asked.map(({ agencyId }) => agencyId),
    asked.map(({ seatId }) => seatId),
    asked.map(({ kind }) => kind),
    asked.map(({ version }) => version),
    asked.map(({ fingerprint }) => fingerprint),
  ]);
  return questions.map((_, place) => {
    // Whoever is known under several secrets, or by several addresses, is told once for each of them: it is the same person.
    const ofPlace = rows.filter(({ index }) => index === place);
    return {
      charges: ofPlace.flatMap(({ charges }) => charges),
      holds: ofPlace.flatMap(({ holds }) => holds.map(([id, expiresAt]) => ({ id, expiresAt }))),
    };
  });
}
