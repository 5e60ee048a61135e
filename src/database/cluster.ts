import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartError } from '../errors.js';
import { codeOf, messageOf } from './connect.js';
import { NATIVE_ENV } from './native.js';
import { isRoot, type RunUser } from './run-user.js';

export const SUPERUSER_ROLE = 'headroom_superuser';
export const OWNER_ROLE = 'headroom_owner';
export const APP_ROLE = 'headroom_app';
export const DATABASE = 'headroom';

const SECRET_BYTES = 32;
const PASSWORD_BYTES = 24;

/** How long another process may take to make the database before we make one too; the first to be done counts. */
const MAKING_SECONDS_MAX = 60;
const MAKING_POLL_MS = 50;

/** Passwords only, from the loopback only, and no replication. */
const HOST_BASED_AUTHENTICATION = 'host all all 127.0.0.1/32 scram-sha-256\n';

/** Where things are. All but the data directory itself is in one folder that comes into being at once. */
export interface Place {
  readonly dataDirectory: string;
  readonly database: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  readonly log: string;
  readonly portFile: string;
}

export interface Credentials {
  readonly superuserPassword: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
  readonly secret: Buffer;
}

export function placeOf(dataDirectory: string, database = join(dataDirectory, 'database')): Place {
  return {
    dataDirectory,
    database,
    cluster: join(database, 'cluster'),
    log: join(database, 'postgres.log'),
    portFile: join(database, 'port'),
  };
}

/**
 * PostgreSQL's name for the data directory, for a program that is started inside of it. As root we start it as another
 * user, to whom a folder above (a home of mode 0700) may be closed: this way in needs none of them.
 */
export function clusterArgument(place: Place): string {
  return isRoot() ? '/proc/self/cwd' : place.cluster;
}

/** Makes the data directory where it isn't there, and sees that it can be written. */
export async function ensureWritable(dataDirectory: string): Promise<void> {
  try {
    await makeFolder(dataDirectory);
    await rm(await mkdtemp(join(dataDirectory, 'probe-')), { recursive: true });
  } catch (cause) {
    throw new StartError(
      `HEADROOM_DATA_DIR ${dataDirectory} can't be written (${codeOf(cause) ?? messageOf(cause)}): set it to a folder that this user may write to.`,
      { cause },
    );
  }
}

/**
 * Makes a folder, and those above it that are missing. Node's own way (`recursive`) goes round for ever where a folder can't
 * hold another and says that there is none, as under /proc.
 */
async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const above = dirname(directory);
    if (codeOf(error) === 'EEXIST') return;
    // There was nothing to make it in: then that is made first.
    if (codeOf(error) !== 'ENOENT' || (await stat(above).catch(() => null)) !== null) throw error;
    await makeFolder(above);
    await makeFolder(directory);
  }
}

/** The major version of the PostgreSQL that made the data; null where there are none yet. */
export async function majorOfCluster(place: Place): Promise<number | null> {
  if ((await stat(place.database).catch(asMissing)) === null) return null;
  const version = await readOwn(join(place.cluster, 'PG_VERSION'));
  return Number.parseInt(version.toString(), 10);
}

function asMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

/**
 * Makes the database, its roles, their passwords and the secret. All of it is made in a folder of its own, which then
 * takes its name in one step: a process that is killed midway leaves nothing half made, and of two that begin at once
 * one comes second and takes what is there.
 */
export async function createCluster(place: Place, bin: string, user: RunUser): Promise<void> {
  if (await isMadeByAnother(place)) return;
  const draft = placeOf(place.dataDirectory, await mkdtemp(`${place.database}.new-${process.pid}-`));
  try {
    await mkdir(draft.cluster, { mode: 0o700 });
    if (user.uid !== undefined && user.gid !== undefined) await chown(draft.cluster, user.uid, user.gid);
    await runNative(join(bin, 'initdb'), initdbFlags(draft), draft, user);
    await writeFile(join(draft.cluster, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
    await bootstrap(draft, bin, user);
    await syncDirectory(draft.database);
    await rename(draft.database, place.database).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    });
    await syncDirectory(place.dataDirectory);
  } catch (cause) {
    throw new StartError(`The database could not be made in ${place.dataDirectory}: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    await rm(draft.database, { recursive: true, force: true });
  }
}

function initdbFlags(place: Place): string[] {
  return [
    `--pgdata=${clusterArgument(place)}`,
    `--username=${SUPERUSER_ROLE}`,
    // Nobody gets in before the passwords are set and pg_hba.conf is ours.
    '--auth=reject',
    // The order of text must not come from the host: an index made here has to be right anywhere.
    '--encoding=UTF8',
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    // One call instead of one for each of a thousand files.
    ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
  ];
}

/** Roles, database and passwords, in PostgreSQL's single-user mode: no server, no port, no password to get in. */
async function bootstrap(place: Place, bin: string, user: RunUser): Promise<void> {
  const [superuser, owner, app] = await Promise.all([
    writeSecret(place, 'superuser.password', randomBytes(PASSWORD_BYTES).toString('base64url')),
    writeSecret(place, 'owner.password', randomBytes(PASSWORD_BYTES).toString('base64url')),
    writeSecret(place, 'app.password', randomBytes(PASSWORD_BYTES).toString('base64url')),
    writeSecret(place, 'secret', randomBytes(SECRET_BYTES)),
  ]);
  const limited = 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION';
  const statements = [
    `ALTER ROLE ${SUPERUSER_ROLE} PASSWORD '${superuser}'`,
    `CREATE ROLE ${OWNER_ROLE} ${limited} PASSWORD '${owner}'`,
    `CREATE ROLE ${APP_ROLE} ${limited} PASSWORD '${app}'`,
    `CREATE DATABASE ${DATABASE} OWNER ${OWNER_ROLE}`,
  ];
  const flags = ['--single', '-D', clusterArgument(place), '-c', 'exit_on_error=on'];
  // A statement that failed would be logged, with the password in it.
  flags.push('-c', 'log_min_error_statement=panic', '-c', 'log_checkpoints=off', 'postgres');
  await runNative(join(bin, 'postgres'), flags, place, user, statements.join(';\n') + ';\n');
}

async function writeSecret<T extends string | Buffer>(place: Place, name: string, content: T): Promise<T> {
  await writeFile(join(place.database, name), content, { mode: 0o600, flag: 'wx', flush: true });
  return content;
}

/** Runs one of PostgreSQL's programs inside the data directory; throws an Error with the end of what it said. */
function runNative(program: string, flags: string[], place: Place, user: RunUser, input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, flags, { ...user, cwd: place.cluster, env: NATIVE_ENV });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdout.resume();
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(lastLines(complaint)))));
    // A program that ended early doesn't read on; its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

const LINES_TOLD_MAX = 3;

/** The last lines of a log in one line. */
export function lastLines(log: string): string {
  const lines = log.split('\n').map((line) => line.replace(/^\S+ \S+ \w+ \[\d+\] /, '').trim());
  return (
    lines
      .filter((line) => line !== '')
      .slice(-LINES_TOLD_MAX)
      .join(' | ') || 'it said nothing'
  );
}

/** What the database was made with. Throws a StartError that names the file when one is missing or not ours. */
export async function readCredentials(place: Place): Promise<Credentials> {
  const names = ['superuser.password', 'owner.password', 'app.password', 'secret'] as const;
  const [superuser, owner, app, secret] = await Promise.all([
    ...names.map((name) => readOwn(join(place.database, name))),
  ]);
  if (secret?.length !== SECRET_BYTES) {
    throw new StartError(
      `${join(place.database, 'secret')} does not hold ${SECRET_BYTES} bytes: restore it from a backup.`,
    );
  }
  return {
    superuserPassword: String(superuser),
    ownerPassword: String(owner),
    appPassword: String(app),
    secret,
  };
}

async function readOwn(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const what =
      codeOf(cause) === 'ENOENT'
        ? 'is missing: restore it from a backup, or remove its folder to begin anew.'
        : `can't be read (${codeOf(cause)}): start Headroom as the user it belongs to, or set HEADROOM_DATA_DIR to another folder.`;
    throw new StartError(`${file} ${what}`, { cause });
  }
}

/** Waits, a while, for a process that is just making the database. Removes what others, now gone, left half made. */
async function isMadeByAnother(place: Place): Promise<boolean> {
  const deadline = Date.now() + MAKING_SECONDS_MAX * 1000;
  for (;;) {
    const others = await draftsOf(place);
    // In this order: a draft that is gone by now has become the database.
    if ((await majorOfCluster(place)) !== null) return true;
    if (others.length === 0 || Date.now() > deadline) return false;
    await pause(MAKING_POLL_MS);
  }
}

/** The drafts of other processes that are alive; those of the dead are removed. */
async function draftsOf(place: Place): Promise<string[]> {
  const alive: string[] = [];
  for (const name of await readdir(place.dataDirectory)) {
    const pid = Number(/^database\.new-(\d+)-/.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    if (isAlive(pid)) alive.push(name);
    // An initdb whose parent was killed may still be at it: then the next start removes it.
    else await rm(join(place.dataDirectory, name), { recursive: true, force: true }).catch(() => undefined);
  }
  return alive;
}

/** Whether there is a process of that id, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Makes the names in a folder durable. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}
