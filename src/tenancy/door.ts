import type { DataSource, EntityManager } from 'typeorm';
import { Refusal } from '../errors.js';
import { Shares } from './shares.js';
import { isWorthRetrying } from './sqlstate.js';

/** The one statement that opens an agency's rows, for TypeORM and `pg` alike. It holds for the transaction it runs in. */
export const SEE_AGENCIES = 'SELECT see_agencies($1)';

export type Work<T> = (manager: EntityManager) => Promise<T>;

/** How often work that lost against another transaction is tried in all. */
const TRIES_MAX = 4;
/** Transactions that one agency may have open at once; a pool has connections for more than two like it. */
const TURNS_MAX = 4;

/** Those together of whom it is not known yet whether they are of the agency that they name. */
const STRANGERS = 'strangers';

/** Who uses the connections of each pool. */
const sharesOf = new WeakMap<DataSource, Shares>();

/**
 * Runs `work` in one transaction that sees only the viewer's agency. Nothing else hands out an EntityManager: a query
 * that goes around it has no agency set, and is shown no rows at all. A returned Refusal rolls back. `work` runs again,
 * as a whole, when PostgreSQL asks for it; it catches no SQL error itself. An agency has a few transactions at once,
 * others of it wait: work opens no second one and waits for it. Throws THROTTLED where too many wait.
 */
export function inAgency<T>(
  dataSource: DataSource,
  viewer: { readonly agencyId: string },
  work: Work<T>,
): Promise<T> {
  return inTurn(dataSource, viewer.agencyId, viewer, work);
}

/**
 * The same for whoever shows something that names an agency, to find out whether it is true. Anybody can name thousands of them: so
 * all who do take their turns as if they were one.
 */
export function inAgencyShown<T>(
  dataSource: DataSource,
  shown: { readonly agencyId: string },
  work: Work<T>,
): Promise<T> {
  return inTurn(dataSource, STRANGERS, shown, work);
}

function inTurn<T>(
  dataSource: DataSource,
  whose: string,
  { agencyId }: { readonly agencyId: string },
  work: Work<T>,
): Promise<T> {
  const shares = sharesOf.get(dataSource) ?? new Shares(TURNS_MAX);
  sharesOf.set(dataSource, shares);
  return shares.run(whose, async () => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await runOnce(dataSource, [agencyId], work);
      } catch (error) {
        if (tries >= TRIES_MAX || !isWorthRetrying(error)) throw error;
      }
    }
  });
}

/**
 * The same over several agencies at once, for what the process itself does for all that it serves: never with ids that a
 * caller gave. It runs once; the agencies take no turns, since none of them asked for it.
 */
export function inAgencies<T>(
  dataSource: DataSource,
  agencyIds: readonly string[],
  work: Work<T>,
): Promise<T> {
  return runOnce(dataSource, agencyIds, work);
}

async function runOnce<T>(dataSource: DataSource, agencyIds: readonly string[], work: Work<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // A SET LOCAL inside the function: it ends with the transaction, and reaches Citus workers too.
    await runner.query(SEE_AGENCIES, [agencyIds]);
    const result = await work(runner.manager);
    if (result instanceof Refusal) {
      await runner.rollbackTransaction();
      return result;
    }
    // In a transaction that has failed, COMMIT answers ROLLBACK and no error; any other statement says so.
    await runner.query('SELECT 1');
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // The connection may be gone with the transaction; what went wrong is told by the first error.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
