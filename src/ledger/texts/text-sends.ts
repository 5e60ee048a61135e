import type { Instant } from '../../quota/window.js';
import type { Sketch } from '../../quota/sketch.js';
import type { LedgerTransaction, Statement } from '../books/connection.js';
import type { SeatRef } from '../reading/standing.js';

/** A text of which it is asked to whom the seat sent it, or one that is nearly the same. */
export interface TextQuestion extends SeatRef {
  /** Of its sketch under the newest secret. */
  readonly textId: string;
  /** Under all secrets. */
  readonly bands: readonly number[];
}

/** To whom a text went, or is about to go. */
export interface TextSend {
  /** Of the reservation. */
  readonly id: string;
  readonly recipientId: string;
  readonly held: boolean;
  /** The expiry of a hold, or when a send leaves the window. */
  readonly countsUntil: Instant;
}

/** A text of the seat that may be nearly the same. */
export interface KnownText {
  readonly id: string;
  readonly sketch: Sketch;
  readonly version: number;
  readonly keptUntil: Instant;
  readonly sends: readonly TextSend[];
}

/** Texts with one band. Those that are nearly alike are as many as people may get one, and what was answered with them. */
const TEXTS_OF_BAND_MAX = 500;
/** Sends of one text that are looked at: holds, and those that stay the longest. More than any policy allows people. */
const SENDS_OF_TEXT_MAX = 1_000;

/** Each band once, whoever asks about it, and each text once, with those of the bands that it has. */
const READ_TEXTS: Statement = {
  name: 'read_texts',
  text: `
SELECT c.bands, c.text_id AS id, c.seat_id AS "seatId", s.sketch, s.fingerprint_version AS version, s.kept_until AS "keptUntil", t.sends
FROM (
  SELECT n.agency_id, n.seat_id, b.text_id, json_agg(n.band) AS bands
  FROM unnest($1::uuid[], $2::uuid[], $3::int8[]) AS n (agency_id, seat_id, band)
  CROSS JOIN LATERAL (
    SELECT b.text_id FROM text_band b WHERE b.agency_id = n.agency_id AND b.seat_id = n.seat_id AND b.band = n.band
    LIMIT ${TEXTS_OF_BAND_MAX}) AS b
  GROUP BY n.agency_id, n.seat_id, b.text_id) AS c
CROSS JOIN LATERAL (
  SELECT s.sketch, s.fingerprint_version, s.kept_until FROM text_sketch s
  WHERE s.agency_id = c.agency_id AND s.id = c.text_id LIMIT 1) AS s
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(t.id, t.recipient_id, t.held, t.counts_until)), '[]') AS sends FROM (
    SELECT t.id, t.recipient_id, t.held, t.counts_until FROM text_send t
    WHERE t.agency_id = c.agency_id AND t.text_id = c.text_id
      AND t.counts_until > current_setting('headroom.now')::int8
    ORDER BY t.held DESC, t.counts_until DESC LIMIT ${SENDS_OF_TEXT_MAX}) AS t) AS t`,
};

interface TextRow extends Omit<KnownText, 'sends'> {
  readonly seatId: string;
  readonly bands: readonly number[];
  readonly sends: readonly (readonly [id: string, recipientId: string, held: boolean, until: Instant])[];
}

/** The texts that may be nearly the same, with their sends that count, in the order of the questions. */
export async function readTexts(
  transaction: LedgerTransaction,
  questions: readonly TextQuestion[],
): Promise<KnownText[][]> {
  if (questions.length === 0) return [];
  const asked = new Map(
    questions.flatMap(({ agencyId, seatId, bands }) =>
      bands.map((band) => [`${seatId} ${band}`, { agencyId, seatId, band }] as const),
    ),
  );
  const each = [...asked.values()];
  const rows = await transaction.query<TextRow>(READ_TEXTS, [
    each.map(({ agencyId }) => agencyId),
    each.map(({ seatId }) => seatId),
    each.map(({ band }) => band),
  ]);
  const ofBands = new Map<string, KnownText[]>();
  for (const { seatId, bands, sends, ...text } of rows) {
    const known = {
      ...text,
      sends: sends.map(([id, recipientId, held, countsUntil]) => ({ id, recipientId, held, countsUntil })),
    };
    for (const band of bands) {
      const name = `${seatId} ${band}`;
      const texts = ofBands.get(name);
      if (texts) texts.push(known);
      else ofBands.set(name, [known]);
    }
  }
  return questions.map(({ seatId, bands }) => [
    ...new Set(bands.flatMap((band) => ofBands.get(`${seatId} ${band}`) ?? [])),
  ]);
}
