import { SECRET_LENGTH_MIN, type Config } from '../config.js';
import { StartError } from '../errors.js';
import { partsOf, withConnection } from './connect.js';

const MAJOR_MIN = 15;
const MAJOR_MAX = 18;

export interface ExternalDatabase {
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly secret: Buffer;
}

/** Whether the environment names a server of its own, even if not all of it. */
export function namesServer(config: Config): boolean {
  return config.databaseUrl !== null || config.databaseOwnerUrl !== null;
}

/**
 * The server that the environment names, seen to answer both roles. Throws a StartError that says what is missing,
 * wrong or unreachable.
 */
export async function openExternal(config: Config): Promise<ExternalDatabase> {
  const { databaseUrl, databaseOwnerUrl, secret } = config;
  if (databaseUrl === null || databaseOwnerUrl === null || secret === null) {
    throw new StartError(whatIsMissing(config));
  }
  if (partsOf(databaseUrl).role === partsOf(databaseOwnerUrl).role) {
    throw new StartError(
      `DATABASE_URL and DATABASE_OWNER_URL log in as the same role "${partsOf(databaseUrl).role}": DATABASE_URL needs a role that owns nothing (CREATE ROLE headroom_app LOGIN PASSWORD '…').`,
    );
  }
  await checkVersion(databaseUrl, 'DATABASE_URL');
  await checkVersion(databaseOwnerUrl, 'DATABASE_OWNER_URL');
  return { appUrl: databaseUrl, ownerUrl: databaseOwnerUrl, secret: Buffer.from(secret, 'utf8') };
}

function whatIsMissing(config: Config): string {
  const missing = [
    config.databaseUrl === null &&
      'DATABASE_URL (the server runs as its role, which owns nothing and is limited by row-level security)',
    config.databaseOwnerUrl === null &&
      'DATABASE_OWNER_URL (the same database, as the role that owns it and runs the migrations)',
    config.secret === null &&
      `HEADROOM_SECRET (at least ${SECRET_LENGTH_MIN} characters, such as the output of "openssl rand -base64 32"; keep it as long as the database)`,
  ].filter((item) => item !== false);
  return `To use a PostgreSQL of your own, set also ${missing.join(' and ')}.`;
}

async function checkVersion(url: string, source: string): Promise<void> {
  const version = await withConnection(url, source, async (client) => {
    const { rows } = await client.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    return Number(rows[0]?.version);
  });
  if (!isSupported(version)) {
    throw new StartError(
      `${source}: ${partsOf(url).host} is PostgreSQL ${majorOf(version)}; Headroom runs on ${MAJOR_MIN} to ${MAJOR_MAX}.`,
    );
  }
}

/** Of a `server_version_num`, such as 180004. */
export function isSupported(version: number): boolean {
  return majorOf(version) >= MAJOR_MIN && majorOf(version) <= MAJOR_MAX;
}

function majorOf(version: number): number {
  return Math.floor(version / 10_000);
}
