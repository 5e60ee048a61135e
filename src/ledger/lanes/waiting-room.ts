import type pg from 'pg';
import { Failure, Stopping } from '../../errors.js';
import { isUnreachable, sqlStateOf, SQLSTATE, wordsOfUnreachable } from '../../tenancy/sqlstate.js';
import { runBatch, type Decided } from '../batch.js';
import type { StandingCache } from '../reading/cache.js';
import { poolForWaiting } from '../books/connection.js';
import { LOCK_RETRY_AFTER_MS } from '../books/opening.js';
import type { LedgerRequest } from '../requests.js';

/** What pg's pool says when no connection came free in time. */
const TURN_MISSED = /^timeout exceeded/;
const UNREACHABLE_RETRY_AFTER_MS = 1_000;

/** There was no connection to ask on: whoever asks next would only wait for the same. */
export class NoConnection extends Error {
  constructor(cause: unknown) {
    super('There is no connection to PostgreSQL.', { cause });
  }
}

/**
 * Where the batches go whose book somebody else holds: they wait for it here, on connections that no lane needs. Few,
 * for all lanes of a process together; the agencies take turns, and none has more than one batch here.
 */
export class WaitingRoom {
  private readonly pool: pg.Pool;

  constructor(
    appUrl: string,
    private readonly cache: StandingCache,
    connectionsMax: number,
  ) {
    this.pool = poolForWaiting(appUrl, connectionsMax);
  }

  /** Decides requests of one agency, once its turn and its book have come. Throws like runBatch(), or NoConnection. */
  async decide(requests: readonly LedgerRequest[]): Promise<Decided> {
    const client = await this.turn();
    let lost = false;
    try {
      return await runBatch(client, this.cache, requests, 'WAIT');
    } catch (error) {
      lost = isUnreachable(error);
      throw error;
    } finally {
      client.release(lost);
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  private async turn(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new NoConnection(error);
    }
  }
}

/** What a caller is told of a request that could not be decided. */
export function failureOfAsking(error: unknown): Error {
  if (error instanceof Failure) return error;
  if (error instanceof NoConnection) {
    const { cause } = error;
    if (cause instanceof Error && TURN_MISSED.test(cause.message)) return takingLong();
    return isUnreachable(cause) || isOutOfConnections(cause) ? unreachable(cause) : asError(cause);
  }
  if (sqlStateOf(error) === SQLSTATE.lockNotAvailable) return takingLong();
  return isUnreachable(error) ? unreachable(error) : asError(error);
}

/** Of class 53: PostgreSQL has no more connections, memory or disk to give. */
function isOutOfConnections(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('53') ?? false;
}

/** Somebody else holds the agency's book, and went on holding it. */
export function takingLong(): Failure {
  return new Failure('UNAVAILABLE', 'Another change of this agency is taking long.', LOCK_RETRY_AFTER_MS);
}

export function stopping(): Failure {
  return new Stopping(UNREACHABLE_RETRY_AFTER_MS);
}

function unreachable(error: unknown): Failure {
  return new Failure('UNAVAILABLE', wordsOfUnreachable(error), UNREACHABLE_RETRY_AFTER_MS);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
