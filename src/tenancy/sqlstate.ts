/** The SQLSTATEs that the code tells apart, in one place. */
export const SQLSTATE = {
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  readsAlone: '25006',
  inFailedTransaction: '25P02',
  idleInTransaction: '25P03',
  cancelled: '57014',
} as const;

/** The SQLSTATE of what PostgreSQL answered; null for any other error. None begins as the system's own errors do: EPIPE. */
export function sqlStateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(error.code))
    return error.code;
  return 'driverError' in error ? sqlStateOf(error.driverError) : null;
}

/** There was none when a transaction looked, and there is one now: run again, it finds what another one made. */
export class MadeMeanwhile extends Error {}

/** Whether the same work may go through in a new transaction. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof MadeMeanwhile) return true;
  const state = sqlStateOf(error);
  return state === SQLSTATE.serializationFailure || state === SQLSTATE.deadlockDetected;
}

/** Whether a statement took longer than it may: the server is there, and ended it. */
export function isCancelled(error: unknown): boolean {
  return sqlStateOf(error) === SQLSTATE.cancelled;
}

/** Whether the server takes no changes: a standby, or a primary that is one no more, behind the name of the one that writes. */
export function readsAlone(error: unknown): boolean {
  return sqlStateOf(error) === SQLSTATE.readsAlone;
}

/**
 * Classes of SQLSTATEs that say the server is going away, is not there yet, or has nothing left to serve anybody with:
 * connections, resources, and its operator.
 */
const UNREACHABLE_CLASSES = ['08', '53', '57'];
/**
 * Whether an error is of the way to the database, not of what was asked of it: nothing was done, or nobody knows, and asked
 * again it may go through. A session that was ended because this process stalled within a transaction is lost, as any other.
 */
export function isUnreachable(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === SQLSTATE.idleInTransaction || state === SQLSTATE.readsAlone) return true;
  if (state !== null) return UNREACHABLE_CLASSES.includes(state.slice(0, 2)) && state !== SQLSTATE.cancelled;
  if (typeof error !== 'object' || error === null) return false;
  // pg has no class or code for a connection that broke off or went silent; the system's own errors have codes of letters.
  return (
    ('code' in error && /^E[A-Z]+$/.test(String(error.code))) ||
    ('message' in error && /connection|timeout|not queryable/i.test(String(error.message)))
  );
}

/** The server is not there yet, or takes nobody, or no changes; and what the system says where nobody answers at an address. */
const NOBODY_THERE =
  /^(?:57P03|08001|25006|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
/** What is said of a connection that was not opened in time, or that answers no more. */
const NOTHING_HEARD = /went silent|connection timeout|trying to connect/i;

/** Whether whoever asks next would find out the same, on another connection: not of one that was cut off, or ended by what was asked. */
export function othersMeetIt(error: unknown): boolean {
  if (!isUnreachable(error) || typeof error !== 'object' || error === null) return false;
  const code = sqlStateOf(error) ?? ('code' in error ? String(error.code) : null);
  if (code !== null) return NOBODY_THERE.test(code);
  return 'message' in error && NOTHING_HEARD.test(String(error.message));
}

/** What pg and TypeORM say, in a class and a code of nobody's, of connections that this process has closed. */
const CLOSED_HERE = /^(?:Cannot use a pool after calling end on the pool|Driver not Connected)$/;

/** Whether an error is of this process having closed its connections to the database: it is stopping. */
export function isClosedHere(error: unknown): boolean {
  return error instanceof Error && CLOSED_HERE.test(error.message);
}

/** Why the database is not to be had, for whoever asked. */
export function wordsOfUnreachable(error: unknown): string {
  return readsAlone(error) ? 'The database takes no changes at present.' : 'The database can’t be reached.';
}
