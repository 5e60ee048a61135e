import type { RowUpdate, Table } from '../../ledger/books/rows.js';

/** The rows that an import alone writes, as the migrations declare them. */

export interface ArchiveRowRow {
  agency_id: string;
  seat_id: string;
  fingerprint: Buffer;
  fingerprint_version: number;
  ordinal: number;
  subject_kind: 'CHARGE' | 'ENGAGEMENT';
  subject_id: string;
  matched: boolean;
}

export const ARCHIVE_ROW: Table<ArchiveRowRow> = {
  name: 'archive_row',
  columns: {
    agency_id: 'uuid',
    seat_id: 'uuid',
    fingerprint: 'bytea',
    fingerprint_version: 'int2',
    ordinal: 'int4',
    subject_kind: 'text',
    subject_id: 'uuid',
    matched: 'bool',
  },
};

export interface ArchiveImportRow {
  agency_id: string;
  id: string;
  seat_id: string;
  imported_at: number;
  imported_by: string;
  forced: boolean;
  result: object;
  /** What the engagements that it brought bear as their instant; null where it brought none. */
  rows_recorded_at: number | null;
}

export const ARCHIVE_IMPORT: Table<ArchiveImportRow> = {
  name: 'archive_import',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    seat_id: 'uuid',
    imported_at: 'int8',
    imported_by: 'text',
    forced: 'bool',
    result: 'jsonb',
    rows_recorded_at: 'int8',
  },
};

export interface RecipientTold {
  agency_id: string;
  id: string;
  profile_url: string | null;
  name: string | null;
  company: string | null;
}

/** What is known of people where it wasn't yet. Of somebody who was erased nothing is ever told again. */
export const RECIPIENTS_DESCRIBED: RowUpdate<RecipientTold> = {
  name: 'describe_recipients',
  table: 'recipient',
  key: { agency_id: 'uuid', id: 'uuid' },
  set: { profile_url: 'text', name: 'text', company: 'text' },
  onlyWhereNull: true,
  where: `kept.erased_at IS NULL AND (kept.profile_url IS NULL AND new.profile_url IS NOT NULL
  OR kept.name IS NULL AND new.name IS NOT NULL OR kept.company IS NULL AND new.company IS NOT NULL)`,
};
