import { DAY } from '../../quota/window.js';
import type { OldRows, RowKeys, RowUpdate, Table } from './rows.js';

/** The rows of texts, as the migrations declare them, and which of them are altered or deleted. */

export interface TextSketchRow {
  agency_id: string;
  id: string;
  seat_id: string;
  sketch: Uint8Array;
  fingerprint_version: number;
  kept_until: number;
}

export const TEXT_SKETCH: Table<TextSketchRow> = {
  name: 'text_sketch',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    seat_id: 'uuid',
    sketch: 'bytea',
    fingerprint_version: 'int2',
    kept_until: 'int8',
  },
  onConflict: 'ON CONFLICT (agency_id, id) DO UPDATE SET kept_until = excluded.kept_until',
};

export interface TextBandRow {
  agency_id: string;
  seat_id: string;
  band: number;
  text_id: string;
}

export const TEXT_BAND: Table<TextBandRow> = {
  name: 'text_band',
  columns: { agency_id: 'uuid', seat_id: 'uuid', band: 'int8', text_id: 'uuid' },
  onConflict: 'ON CONFLICT (agency_id, seat_id, band, text_id) DO NOTHING',
};

export interface TextSendRow {
  agency_id: string;
  id: string;
  text_id: string;
  recipient_id: string;
  held: boolean;
  counts_until: number;
}

export const TEXT_SEND: Table<TextSendRow> = {
  name: 'text_send',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    text_id: 'uuid',
    recipient_id: 'uuid',
    held: 'bool',
    counts_until: 'int8',
  },
};

/** Of reservations that were sent. */
export const TEXTS_SENT: RowUpdate<Pick<TextSendRow, 'agency_id' | 'id' | 'held' | 'counts_until'>> = {
  name: 'send_texts',
  table: 'text_send',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { held: 'bool', counts_until: 'int8' },
};

/**
 * Of reservations that were released, or whose send was taken out. A text goes with its last one: nobody is compared with what was only
 * tried.
 */
export const TEXTS_DROPPED: RowKeys<Pick<TextSendRow, 'agency_id' | 'id'>> = {
  name: 'drop_texts',
  table: 'text_send',
  key: { agency_id: 'uuid', id: 'uuid' },
  lastOf: { table: 'text_sketch', by: 'text_id' },
};

/** A text itself, sealed, where its agency keeps texts. */
export interface KeptTextRow {
  agency_id: string;
  id: string;
  seat_id: string;
  client_account_id: string;
  recipient_id: string;
  asked_by: string;
  kept_at: number;
  key_version: number;
  sealed: Buffer;
}

export const KEPT_TEXT: Table<KeptTextRow> = {
  name: 'kept_text',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    seat_id: 'uuid',
    client_account_id: 'uuid',
    recipient_id: 'uuid',
    asked_by: 'text',
    kept_at: 'int8',
    key_version: 'int4',
    sealed: 'bytea',
  },
};

/** Of reservations that were released, or whose send was taken out: what did not go out is not kept. */
export const KEPT_TEXTS_DROPPED: RowKeys<Pick<KeptTextRow, 'agency_id' | 'id'>> = {
  name: 'drop_kept_texts',
  table: 'kept_text',
  key: { agency_id: 'uuid', id: 'uuid' },
};

/** A hold that has lapsed may still be told to have been sent: so long its text is known. */
export const TEXT_FORGOTTEN_AFTER_MS = 2 * DAY;

/** At once, each minute of an agency’s books: so many that they never pile up. */
const FORGOTTEN_MAX = 2_000;

export const TEXT_SENDS_FORGOTTEN: OldRows = {
  name: 'forget_text_sends',
  table: 'text_send',
  instant: 'counts_until',
  max: FORGOTTEN_MAX,
};

export const TEXT_SKETCHES_FORGOTTEN: OldRows = {
  name: 'forget_text_sketches',
  table: 'text_sketch',
  instant: 'kept_until',
  max: FORGOTTEN_MAX,
};
