import type { QueryConfig, QueryResult } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { Failure, Refusal } from '../errors.js';
import { BEGIN_MS_MAX, type BoundedClient } from './bounded-client.js';
import { isUnreachable, SQLSTATE } from './sqlstate.js';

/** In a transaction that has failed, COMMIT answers ROLLBACK and no error; any other statement says so. */
const WHICH = 'SELECT pg_current_xact_id_if_assigned()::text AS id';

/**
 * Runs `work` in one transaction on a connection of the pool. A returned Refusal rolls back. Where the answer to the COMMIT is lost,
 * PostgreSQL is asked what became of it, so that what was done is not told as failed. What the connection was lost by is
 * what is thrown, whatever came of it: TypeORM itself says that its runner was released, which looks like a defect of ours. `whose`:
 * the agency that it is done for, where it is one.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<T>,
  whose: string | null = null,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as BoundedClient;
    client.whose = whose;
    try {
      await client.within(BEGIN_MS_MAX, () => runner.startTransaction());
      return await client.within(client.answerMsMax, () => workThenEnd(runner, client, work));
    } catch (error) {
      throw client.lost && !(error instanceof Failure) ? client.lost : error;
    }
  } finally {
    await runner.release();
  }
}

/**
 * One statement by itself, on a connection of the pool, for a library that has statements of its own. It takes no turns: nobody is
 * kept from anything for longer than it takes.
 */
export async function askAlone(dataSource: DataSource, asked: QueryConfig): Promise<QueryResult> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as BoundedClient;
    client.whose = null;
    try {
      return await client.within(client.answerMsMax, () => client.query(asked));
    } catch (error) {
      throw client.lost ?? error;
    }
  } finally {
    await runner.release();
  }
}

/** Fails as a change would where the database only reads, so that the connection is given up by it. */
const TAKES_CHANGES = `
DO $$ BEGIN
  IF current_setting('transaction_read_only')::boolean THEN
    RAISE 'the database takes no changes' USING ERRCODE = '${SQLSTATE.readsAlone}';
  END IF;
END $$`;

/** Throws where the database doesn't answer, or takes no changes. */
export async function askWhetherItWrites(dataSource: DataSource): Promise<void> {
  await inTransaction(dataSource, (runner) => runner.query(TAKES_CHANGES));
}

async function workThenEnd<T>(
  runner: QueryRunner,
  client: BoundedClient,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  try {
    const result = await work(runner);
    if (result instanceof Refusal) await runner.rollbackTransaction();
    else await commit(runner, client);
    return result;
  } catch (error) {
    // The connection may be gone with the transaction; what went wrong is told by the first error.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

async function commit(runner: QueryRunner, client: BoundedClient): Promise<void> {
  const [which] = (await runner.query(WHICH)) as { id: string | null }[];
  try {
    await runner.commitTransaction();
  } catch (error) {
    const id = which?.id ?? null;
    // Nothing was written by one without a number.
    if (id === null || !isUnreachable(error) || !(await client.wentThrough(id))) throw error;
  }
}
