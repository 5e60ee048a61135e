import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { LedgerTransaction } from '../ledger/connection.js';
import { insertRows, type Table } from '../ledger/rows.js';

/** The rows that an import alone writes, as the migrations declare them, and how any rows are written in bulk. */

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

export interface EngagementRow {
  agency_id: string;
  id: string;
  seat_id: string;
  client_account_id: string;
  recipient_id: string;
  kind: string;
  origin: 'REPORT' | 'IMPORT';
  occurred_at: number;
  earliest_at: number | null;
  recorded_at: number;
  recorded_by: string;
}

export const ENGAGEMENT: Table<EngagementRow> = {
  name: 'engagement',
  columns: {
    agency_id: 'uuid',
    id: 'uuid',
    seat_id: 'uuid',
    client_account_id: 'uuid',
    recipient_id: 'uuid',
    kind: 'text',
    origin: 'text',
    occurred_at: 'int8',
    earliest_at: 'int8',
    recorded_at: 'int8',
    recorded_by: 'text',
  },
};

export interface ConnectionRow {
  agency_id: string;
  seat_id: string;
  recipient_id: string;
  connected_at: number;
  learned_at: number;
}

export const CONNECTION: Table<ConnectionRow> = {
  name: 'connection',
  columns: {
    agency_id: 'uuid',
    seat_id: 'uuid',
    recipient_id: 'uuid',
    connected_at: 'int8',
    learned_at: 'int8',
  },
  onConflict: `ON CONFLICT (agency_id, seat_id, recipient_id) DO UPDATE SET
    connected_at = excluded.connected_at, learned_at = excluded.learned_at`,
};

export interface ArchiveImportRow {
  agency_id: string;
  id: string;
  seat_id: string;
  imported_at: number;
  imported_by: string;
  forced: boolean;
  result: object;
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
  },
};

/** The statements of the ledger, for a transaction that a service has opened. It begins and ends none. */
export async function ledgerOn(manager: EntityManager): Promise<LedgerTransaction> {
  const connection: unknown = await manager.queryRunner?.connect();
  if (!(connection instanceof pg.Client)) throw new Error('Work in an agency has a connection of pg.');
  return new LedgerTransaction(connection);
}

/** Writes rows through the ledger's one seam for it, and waits until they are there. */
export async function writeRows<Row extends object>(
  manager: EntityManager,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  const transaction = await ledgerOn(manager);
  insertRows(transaction, table, rows);
  const error = await transaction.firstError();
  if (error !== undefined) throw error as Error;
}
