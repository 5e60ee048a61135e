import type pg from 'pg';
import type { Instant } from '../../quota/window.js';
import { poolForReading } from '../books/connection.js';
import { readOn, type AgenciesAt, type Book } from '../books/opening.js';

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
  open<T>(agencyIds: readonly string[], work: (agencies: AgenciesAt) => Promise<T>): Promise<T> {
    return readOn(this.pool, agencyIds, work);
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
