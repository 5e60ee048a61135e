import type pg from 'pg';
import { Failure } from '../../errors.js';
import type { Instant } from '../../quota/window.js';
import { BEGIN_MS_MAX, type BoundedClient } from '../../tenancy/bounded-client.js';
import { SEE_AGENCIES } from '../../tenancy/door.js';
import { isUnreachable } from '../../tenancy/sqlstate.js';
import { LedgerTransaction, LOCK_TIMEOUT_MS, type Statement } from './connection.js';

/** An agency's book as it stands under the lock. */
export interface Book {
  readonly agencyId: string;
  readonly revision: number;
  readonly lastAt: Instant;
  /** The number of the agency's last alert. */
  readonly alertSequence: number;
  /** How many transactions have decided or changed anything under it. */
  readonly turn: number;
}

/** What a transaction sees once it is open. */
export interface Opened {
  /** Of the agencies whose books it holds; the others were held by somebody else. */
  readonly books: readonly Book[];
  /** The database's clock, read after the lock. */
  readonly clock: Instant;
}

const SEE: Statement = { name: 'see_agencies', text: SEE_AGENCIES };

/** What to do about a book that somebody else holds: go on without its agency, or wait for it, on a connection to spare. */
export type LockMode = 'SKIP' | 'WAIT';

// What somebody else holds is skipped, so that one busy agency holds up no other, even where it is the only one of the
// batch. In the order of the ids, though nobody waits here: a lock order costs nothing and forgives a later change.
const LOCK_WHAT_IS_FREE: Statement = {
  name: 'lock_free_books',
  text: `
SELECT agency_id FROM agency_book WHERE agency_id = ANY ($1::uuid[]) ORDER BY agency_id FOR NO KEY UPDATE SKIP LOCKED`,
};

const LOCK_AND_WAIT: Statement = {
  name: 'lock_book',
  text: `SELECT agency_id FROM agency_book WHERE agency_id = ANY ($1::uuid[]) FOR NO KEY UPDATE`,
};

// A later statement than the lock: its snapshot is of after the wait, and the transaction has its number.
const READ_CLOCK: Statement = {
  name: 'read_clock',
  text: 'SELECT see_clock() AS clock, pg_current_xact_id_if_assigned()::text AS "transactionId"',
};

const READ_BOOKS: Statement = {
  name: 'read_books',
  text: `
SELECT agency_id AS "agencyId", revision, last_at AS "lastAt", alert_sequence AS "alertSequence", turn FROM agency_book WHERE agency_id = ANY ($1::uuid[])`,
};

/** Begins a transaction that sees some agencies and holds the books of those that are free, or waits for one agency's. */
export async function openToDecide(
  transaction: LedgerTransaction,
  agencyIds: readonly string[],
  mode: LockMode,
): Promise<Opened> {
  beginSeeing(transaction, agencyIds);
  const lock = mode === 'WAIT' ? LOCK_AND_WAIT : LOCK_WHAT_IS_FREE;
  const locked = transaction.query<{ agency_id: string }>(lock, [agencyIds]);
  const [lockedRows, { books, clock }] = await Promise.all([
    locked,
    readClockAndBooks(transaction, agencyIds),
  ]);
  const held = new Set(lockedRows.map(({ agency_id }) => agency_id));
  return { clock, books: books.filter(({ agencyId }) => held.has(agencyId)) };
}

/** Some agencies as they are at one instant: their books as they stand, and the clock. */
export interface AgenciesAt extends Opened {
  readonly transaction: LedgerTransaction;
}

/** Does some work that only reads, on a connection of a pool. One that turns out to be lost is not given back. */
export async function readOn<T>(
  pool: pg.Pool,
  agencyIds: readonly string[],
  work: (agencies: AgenciesAt) => Promise<T>,
): Promise<T> {
  const client = (await pool.connect()) as pg.PoolClient & BoundedClient;
  let lost: Error | undefined;
  try {
    const transaction = new LedgerTransaction(client);
    try {
      const opened = await client.within(BEGIN_MS_MAX, () => openToRead(transaction, agencyIds));
      return await work({ transaction, ...opened });
    } finally {
      await transaction.rollback();
    }
  } catch (error) {
    // What it was lost by, and not what the next statement found of it.
    const told = client.lost && !(error instanceof Failure) ? client.lost : error;
    lost = told instanceof Error && isUnreachable(told) ? told : undefined;
    throw told;
  } finally {
    client.release(lost);
  }
}

/** Begins a transaction that sees some agencies as they are at one instant, and locks nothing. */
function openToRead(transaction: LedgerTransaction, agencyIds: readonly string[]): Promise<Opened> {
  beginSeeing(transaction, agencyIds, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return readClockAndBooks(transaction, agencyIds);
}

function beginSeeing(transaction: LedgerTransaction, agencyIds: readonly string[], mode?: string): void {
  const [agencyId = null, ...others] = agencyIds;
  transaction.workFor(others.length === 0 ? agencyId : null);
  transaction.begin(mode);
  void transaction.query(SEE, [agencyIds]);
}

async function readClockAndBooks(
  transaction: LedgerTransaction,
  agencyIds: readonly string[],
): Promise<Opened> {
  const [[row], books] = await Promise.all([
    transaction.query<{ clock: number; transactionId: string | null }>(READ_CLOCK, []),
    transaction.query<Book>(READ_BOOKS, [agencyIds]),
  ]);
  if (!row) throw new Error('see_clock() answers with one row.');
  transaction.id = row.transactionId;
  return { clock: row.clock, books };
}

/** What to tell a caller whose agency's book stayed locked. */
export const LOCK_RETRY_AFTER_MS = LOCK_TIMEOUT_MS / 5;
