import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { customerOf } from './network.js';
import { type Caller, Turns } from './turns.js';
import { isWorthRetrying } from './sqlstate.js';
import { inTransaction } from './transaction.js';
import { firstAccountOf, type Reach } from './viewer.js';

/** The one statement that opens an agency's rows, for TypeORM and `pg` alike. It holds for the transaction it runs in. */
export const SEE_AGENCIES = 'SELECT see_agencies($1)';

/** Whoever asks takes turns with others of the agency: its parties do, and within one of them one `actor` after the other. */
export interface Asking {
  readonly agencyId: string;
  readonly actor?: string;
  /** As a viewer's. Those who see a part of one client account are a party, however many credentials they have. */
  readonly reach?: Reach | null;
  /** Of whom nothing is known but the way by which they come in, which is their party then; and who is not to wait behind their reach's. */
  readonly party?: string;
}

/**
 * As whom one takes turns. Who sees the whole agency is a party alone; all others are of a client account's, so that whoever has
 * the whole waits for one piece of each client account's, and not of each key and member that somebody made for it.
 */
export function callerOf({ actor = '', reach = null, party }: Asking): Caller {
  return { party: party ?? (reach ? firstAccountOf(reach) : actor), name: actor };
}

export type Work<T> = (manager: EntityManager) => Promise<T>;

/** How often work that lost against another transaction is tried in all. */
const TRIES_MAX = 4;
/** Transactions that one agency may have open at once. */
const TURNS_MAX = 4;
/** A pool with fewer connections is for what is short, or too small for agencies to leave each other any. */
const SHARED_MIN = 10;
/** Connections that agencies leave to those who take no turns with them: strangers, and what the process does by itself. */
const LEFT_TO_OTHERS = 2;

/** As what it does stands in the audit log. */
const THE_PROCESS = 'system:sweep';

/** Of whom nobody knows yet who they are: what waits of one customer's network, and of all. */
const STRANGERS_WAIT = {
  ofCallerMax: 100,
  waitingMax: 4_000,
  tooMany: 'Too much is asked from this network at once; ask again later.',
} as const;

interface TurnsOfPool {
  readonly ofAgencies: Turns;
  readonly ofStrangers: Turns;
}

/** Who uses the connections of each pool. */
const turnsOfPools = new WeakMap<DataSource, TurnsOfPool>();

/**
 * Runs `work` in one transaction that sees only the viewer's agency. Nothing else hands out an EntityManager: a query
 * that goes around it has no agency set, and is shown no rows at all. A returned Refusal rolls back. `work` runs again,
 * as a whole, when PostgreSQL asks for it; it catches no SQL error itself. An agency has a few transactions at once,
 * and fewer where others have theirs; others of it wait: work opens no second one and waits for it. Throws THROTTLED where too many wait.
 */
export function inAgency<T>(dataSource: DataSource, viewer: Asking, work: Work<T>): Promise<T> {
  const { agencyId, actor } = viewer;
  const run = (): Promise<T> => inTries(dataSource, agencyId, work);
  return actor === THE_PROCESS ? run() : turnsOf(dataSource).ofAgencies.run(agencyId, run, callerOf(viewer));
}

/** Throws THROTTLED where no more of the viewer's may wait for a transaction. */
export function refuseFull(dataSource: DataSource, viewer: Asking): void {
  turnsOf(dataSource).ofAgencies.refuseFull(viewer.agencyId, callerOf(viewer));
}

/**
 * What the process does in an agency by itself, for all that it serves: it takes no turn, since it would wait behind whoever asks for
 * much of the one agency, and all other agencies behind it. So it is done a few things at a time, and never because somebody asks.
 */
export function byItself(agencyId: string): Asking & { readonly actor: string } {
  return { agencyId, actor: THE_PROCESS };
}

/** Somebody of whom their network is known and no more: whoever signs in. Each customer's has turns of its own among them. */
export function fromNetwork(agencyId: string, place: string): Asking {
  return { agencyId, actor: `network:${customerOf(place)}`, party: 'networks' };
}

/** An agency that somebody names who has not shown yet that they have to do with it, and the network address that they come from. */
export interface Named {
  readonly agencyId: string;
  readonly place: string;
}

/**
 * The same for such a one: they take turns with others like them, one customer's network after the other, and none that are the
 * agency's. To look at a token, and for nothing else.
 */
export function inAgencyNamed<T>(
  dataSource: DataSource,
  { agencyId, place }: Named,
  work: Work<T>,
): Promise<T> {
  // It is not done for the agency that somebody says.
  const look = (): Promise<T> => inTries(dataSource, agencyId, work, null);
  return turnsOf(dataSource).ofStrangers.run('', look, customerOf(place));
}

function turnsOf(dataSource: DataSource): TurnsOfPool {
  const known = turnsOfPools.get(dataSource);
  if (known) return known;
  const turns = {
    ofAgencies: new Turns(TURNS_MAX, undefined, turnsOfAllMax(dataSource)),
    ofStrangers: new Turns(TURNS_MAX, STRANGERS_WAIT),
  };
  turnsOfPools.set(dataSource, turns);
  return turns;
}

/** How many transactions all agencies together may have open. A pool itself gives its connections to whoever came first. */
function turnsOfAllMax({ options: { poolSize = 0 } }: DataSource): number {
  return poolSize >= SHARED_MIN ? poolSize - LEFT_TO_OTHERS : Infinity;
}

async function inTries<T>(
  dataSource: DataSource,
  agencyId: string,
  work: Work<T>,
  whose: string | null = agencyId,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await runOnce(dataSource, [agencyId], work, whose);
    } catch (error) {
      if (tries >= TRIES_MAX || !isWorthRetrying(error)) throw error;
    }
  }
}

/**
 * The same over several agencies at once, for what the process itself does for all that it serves, or for one person of several: never
 * with ids that a caller gave. It runs once; the agencies take no turns, since none of them asked for it.
 */
export function inAgencies<T>(
  dataSource: DataSource,
  agencyIds: readonly string[],
  work: Work<T>,
): Promise<T> {
  return runOnce(dataSource, agencyIds, work);
}

/**
 * Opens other agencies besides, for the rest of a transaction: all that one person is a member of, where something of theirs is done
 * everywhere or nowhere. Never those that a caller named.
 */
export async function seeBesides(
  manager: EntityManager,
  { agencyId }: { readonly agencyId: string },
  others: readonly { readonly agencyId: string }[],
): Promise<void> {
  const agencyIds = new Set([agencyId, ...others.map((one) => one.agencyId)]);
  await manager.query(SEE_AGENCIES, [[...agencyIds]]);
}

function runOnce<T>(
  dataSource: DataSource,
  agencyIds: readonly string[],
  work: Work<T>,
  whose: string | null = null,
): Promise<T> {
  const seeThenWork = async (runner: QueryRunner): Promise<T> => {
    // A SET LOCAL inside the function: it ends with the transaction, and reaches Citus workers too.
    await runner.query(SEE_AGENCIES, [agencyIds]);
    return work(runner.manager);
  };
  return inTransaction(dataSource, seeThenWork, whose);
}
