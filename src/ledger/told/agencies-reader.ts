import type pg from 'pg';
import type { Instant } from '../../quota/window.js';
import { isUnreachable } from '../../tenancy/sqlstate.js';
import { LedgerTransaction, poolForReading } from '../books/connection.js';
import { openToRead, type Book } from '../books/opening.js';

/** Some agencies as they are at one instant: their books as they stand, and the clock. */
export interface AgenciesAt {
  readonly transaction: LedgerTransaction;
  readonly books: readonly Book[];
  readonly clock: Instant;
}

const CONNECTIONS_MAX = 3;

/** Reads several agencies at one instant: for what the process itself tells those who watch, whoever they are. */
export class AgenciesReader {
  private readonly pool: pg.Pool;

  constructor(
    appUrl: string,
    onLost: (error: Error) => void = () => undefined,
    connectionsMax = CONNECTIONS_MAX,
  ) {
    this.pool = poolForReading(appUrl, connectionsMax, onLost);
  }

  /** Statements that only read. */
  async open<T>(agencyIds: readonly string[], work: (agencies: AgenciesAt) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let lost: Error | undefined;
    try {
      const transaction = new LedgerTransaction(client);
      const { books, clock } = await openToRead(transaction, agencyIds);
      try {
        return await work({ transaction, books, clock });
      } finally {
        await transaction.rollback();
      }
    } catch (error) {
      lost = error instanceof Error && isUnreachable(error) ? error : undefined;
      throw error;
    } finally {
      client.release(lost);
    }
  }

  /** Where the books of some agencies stand. */
  books(agencyIds: readonly string[]): Promise<readonly Book[]> {
    return this.open(agencyIds, ({ books }) => Promise.resolve(books));
  }

  /** What the database's clock says. */
  clock(): Promise<Instant> {
    return this.open([], ({ clock }) => Promise.resolve(clock));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
