import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '../errors.js';

const execute = promisify(execFile);

/** The user that PostgreSQL runs as; nothing where that is the user we are. */
export type RunUser = { readonly uid: number; readonly gid: number } | Record<string, never>;

const POSTGRES_USER = 'postgres';

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Who runs PostgreSQL, which refuses to be root. As root: the owner of the data, so that whoever made them can go on
 * using them; with no data yet, the user "postgres", who is added to the system when missing.
 */
export async function findRunUser(cluster: string): Promise<RunUser> {
  if (!isRoot()) return {};
  if (process.platform !== 'linux') {
    throw new StartError(
      'PostgreSQL does not run as root: start Headroom as another user, or set DATABASE_URL and DATABASE_OWNER_URL.',
    );
  }
  const owner = await stat(cluster).catch(() => null);
  if (owner === null) return ensureUser(POSTGRES_USER);
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  throw new StartError(
    `The data in ${cluster} belong to root, as whom PostgreSQL does not run: chown -R ${POSTGRES_USER} "${cluster}".`,
  );
}

/** The ids of a system user, who is made when there is none of that name. Needs root. */
async function ensureUser(name: string): Promise<RunUser> {
  const known = await idsOf(name);
  if (known !== null) return known;
  try {
    await execute('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', name]);
  } catch (cause) {
    throw new StartError(
      `PostgreSQL does not run as root, and the system user "${name}" could not be added: add it (useradd --system ${name}), start Headroom as another user, or set DATABASE_URL.`,
      { cause },
    );
  }
  const made = await idsOf(name);
  if (made !== null) return made;
  throw new StartError(
    `The system user "${name}" was added but can't be found: start Headroom as another user.`,
  );
}

async function idsOf(name: string): Promise<RunUser | null> {
  try {
    const [uid, gid] = await Promise.all([execute('id', ['-u', name]), execute('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}
