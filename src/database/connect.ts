import pg from 'pg';
import { StartError } from '../errors.js';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Some of these lie idle for as long as a process runs, or wait for long work: from when on the system asks who is still there. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The SQLSTATEs that a start tells apart. */
export const STATE = {
  tooManyConnections: '53300',
  noSuchDatabase: '3D000',
  wrongPassword: '28P01',
  loginRefused: '28000',
  notAllowed: '42501',
  lockNotAvailable: '55P03',
  notAcceptingConnections: '57P03',
  terminated: '57P01',
} as const;

/** The code of an error of PostgreSQL or of the operating system; null where there is none. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  const told = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  // An AggregateError (every address of a name refused) has no message of its own.
  return (String(told) || codeOf(error) || 'no reason given').replaceAll(/\s*\n\s*/g, ' | ');
}

/** A single connection, without a pool; whoever gets it ends it. Throws what `pg` throws. */
export async function connectRaw(url: string, settings: readonly string[] = []): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'headroom',
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...(settings.length > 0 && { options: settings.map((setting) => `-c ${setting}`).join(' ') }),
  });
  // An error without a listener ends Node. The query that is under way, or the next one, is told as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/**
 * Runs `work` on a connection of its own. Throws a StartError that begins with `source`, the variable that the URL
 * came from, when there is no connection to be had; errors of `work` are its own.
 */
export async function withConnection<T>(
  url: string,
  source: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectRaw(url).catch((error: unknown) => {
    throw new StartError(`${source}: ${whyRefused(url, error)}`, { cause: error });
  });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function whyRefused(url: string, error: unknown): string {
  const { host, role, database } = partsOf(url);
  const code = codeOf(error);
  switch (code) {
    case STATE.wrongPassword:
    case STATE.loginRefused:
      return `PostgreSQL at ${host} refused the login of "${role}" (${messageOf(error)}); correct the role, its password or pg_hba.conf.`;
    case STATE.noSuchDatabase:
      return `PostgreSQL at ${host} has no database "${database}"; create it or correct the name.`;
    case STATE.notAllowed:
      return `"${role}" may not connect to "${database}"; run GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(role)}.`;
    case STATE.tooManyConnections:
      return `PostgreSQL at ${host} has no connection left; raise max_connections or end some.`;
    case STATE.notAcceptingConnections:
      return `PostgreSQL at ${host} isn't ready (${messageOf(error)}); try again in a moment.`;
    default:
      return `no PostgreSQL can be reached at ${host} (${code ?? messageOf(error)}); start it or correct the address.`;
  }
}

/** What may be told of a connection string: all but the password. */
export function partsOf(url: string): { host: string; role: string; database: string } {
  const { host, username, pathname } = new URL(url);
  return { host, role: decodeURIComponent(username), database: decodeURIComponent(pathname.slice(1)) };
}

/** A name as SQL takes it, in double quotes. */
export function quoted(identifier: string): string {
  return pg.escapeIdentifier(identifier);
}
