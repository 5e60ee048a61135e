import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { LedgerTransaction } from './connection.js';
import { deleteRows, insertRows, updateRows, type RowKeys, type RowUpdate, type Table } from './rows.js';

/** The ledger's one seam for rows, in a transaction that a service has opened. */

/** The statements of the ledger on that transaction. It begins and ends none. */
export async function ledgerOn(manager: EntityManager): Promise<LedgerTransaction> {
  const connection: unknown = await manager.queryRunner?.connect();
  if (!(connection instanceof pg.Client)) throw new Error('Work in an agency has a connection of pg.');
  return new LedgerTransaction(connection, true);
}

/** Inserts rows, and waits until they are there. */
export function writeRows<Row extends object>(
  manager: EntityManager,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  return done(manager, (transaction) => insertRows(transaction, table, rows));
}

/** Alters rows by their keys, and waits until they are altered. */
export function alterRows<Row extends object>(
  manager: EntityManager,
  update: RowUpdate<Row>,
  rows: readonly Row[],
): Promise<void> {
  return done(manager, (transaction) => updateRows(transaction, update, rows));
}

/** Deletes rows by their keys, with what goes with the last of them, and waits until they are gone. */
export function dropRows<Row extends object>(
  manager: EntityManager,
  keys: RowKeys<Row>,
  rows: readonly Row[],
): Promise<void> {
  return done(manager, (transaction) => deleteRows(transaction, keys, rows));
}

async function done(manager: EntityManager, send: (transaction: LedgerTransaction) => void): Promise<void> {
  const transaction = await ledgerOn(manager);
  send(transaction);
  const error = await transaction.firstError();
  if (error !== undefined) throw error as Error;
}
