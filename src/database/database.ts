import type { Config } from '../config.js';
import { openEmbedded } from './embedded.js';
import { namesServer, openExternal } from './external.js';

/** A database that answers, and what is needed to use it. */
export interface Database {
  /** Logs in as the run-time role, which owns nothing and sees only what the wall shows it. */
  readonly appUrl: string;
  /** Logs in as the role that owns the database, for migrations and partitions. */
  readonly ownerUrl: string;
  /** The key of all fingerprints. */
  readonly secret: Buffer;
  readonly kind: 'embedded' | 'external';
  /** To be called once the pools are closed. The last process to leave an embedded database ends it. */
  close(): Promise<void>;
}

/**
 * Finds or starts PostgreSQL: the one that the environment names, or the embedded one in the data directory, which any
 * number of processes share. The server and every command use this alike. `tell` is given a line when something takes
 * a while. Throws a StartError, in one line that says what to do.
 */
export async function openDatabase(
  config: Config,
  tell: (line: string) => void = () => undefined,
): Promise<Database> {
  if (namesServer(config)) {
    return { ...(await openExternal(config)), kind: 'external', close: () => Promise.resolve() };
  }
  const { superuserUrl: _, ...embedded } = await openEmbedded(config.dataDirectory, tell);
  const secret = config.secret === null ? embedded.secret : Buffer.from(config.secret, 'utf8');
  return { ...embedded, secret, kind: 'embedded' };
}
