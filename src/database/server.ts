import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, open, readFile, readlink, realpath, rename, stat, truncate, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartError } from '../errors.js';
import { clusterArgument, isAlive, lastLines, type Place } from './cluster.js';
import { codeOf, messageOf } from './connect.js';
import { NATIVE_ENV } from './native.js';
import type { RunUser } from './run-user.js';

const execute = promisify(execFile);

const CONNECTIONS_MAX = 200;
const LOG_BYTES_MAX = 5_000_000;

export const POLL_MS = 15;
/** A fast shutdown that takes longer is made an immediate one, from which the next start recovers. */
const STOP_SECONDS_MAX = 30;
/** An empty pid file this old is the rest of a crash, not of a server that is just writing it. */
const PID_FILE_EMPTY_SECONDS_MAX = 5;

/** The PostgreSQL that runs on a data directory, as its postmaster.pid tells. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

/** The lines of postmaster.pid (PostgreSQL's src/include/utils/pidfile.h). */
const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

/**
 * The server that runs on the data directory; null where none does, whatever a crash left behind: an id in
 * postmaster.pid may since have become another program's.
 */
export async function findServer(place: Place): Promise<Server | null> {
  const text = await readPidFile(place);
  if (text === null) return null;
  const lines = text.split('\n');
  const pid = Number(lines[PID_LINE]);
  if (!(pid > 0)) return (await isPidFileNew(place)) ? { pid: 0, port: 0, status: 'starting' } : null;
  if (!isAlive(pid) || !(await isServerOf(pid, place))) return null;
  return { pid, port: Number(lines[PORT_LINE] ?? 0), status: statusOf(lines[STATUS_LINE]) };
}

function statusOf(line = ''): Server['status'] {
  const word = line.trim();
  return word === 'ready' || word === 'stopping' ? word : 'starting';
}

async function readPidFile(place: Place): Promise<string | null> {
  try {
    return await readFile(join(place.cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function isPidFileNew(place: Place): Promise<boolean> {
  const file = await stat(join(place.cluster, 'postmaster.pid')).catch(() => null);
  return file !== null && Date.now() - file.mtimeMs < PID_FILE_EMPTY_SECONDS_MAX * 1000;
}

/** Whether that process works in our data directory: every PostgreSQL process does, and hardly any other. */
async function isServerOf(pid: number, place: Place): Promise<boolean> {
  try {
    if (process.platform === 'linux') {
      return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(place.cluster));
    }
    const { stdout } = await execute('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.includes(place.cluster);
  } catch {
    // It has ended meanwhile, or belongs to somebody who isn't the data's owner.
    return false;
  }
}

export type StartOutcome = 'started' | 'portTaken' | 'tryAgain';

/**
 * Starts PostgreSQL in a session of its own, so that a Ctrl-C in the terminal reaches only us and we can drain first.
 * `tryAgain`: another process was faster, or processes of a killed server aren't gone yet. Waits until `deadline`.
 * Throws a StartError with the end of the log when it does not start.
 */
export async function startServer(
  place: Place,
  bin: string,
  user: RunUser,
  port: number,
  deadline: number,
): Promise<StartOutcome> {
  await setStalePidFileAside(place);
  const log = await open(place.log, 'a', 0o600);
  try {
    if ((await log.stat()).size > LOG_BYTES_MAX) await truncate(place.log);
    const { size } = await log.stat();
    const child = spawn(join(bin, 'postgres'), serverFlags(place, port), {
      ...user,
      cwd: place.cluster,
      env: NATIVE_ENV,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.unref();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('exit', () => resolve(''));
    });
    const failure = await Promise.race([ended, untilReady(place, child.pid, deadline)]);
    return failure === null ? 'started' : await outcomeOf(place, failure, size);
  } finally {
    await log.close();
  }
}

function serverFlags(place: Place, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    cluster_name: 'headroom',
    max_connections: CONNECTIONS_MAX,
    shared_buffers: '128MB',
    fsync: 'on',
    synchronous_commit: 'on',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and their values stay out of the log: errors are the application's to tell, without personal data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    // Statements are planned by what a table was last seen to hold; a new one fills within minutes.
    autovacuum_naptime: '15s',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', clusterArgument(place), ...flags];
}

/** Null once the server is ready, or when waiting for it has to end; whoever asks for it next sees which. */
async function untilReady(place: Place, pid: number | undefined, deadline: number): Promise<null> {
  // Without a pid nothing was started, and the error that comes says why.
  while (pid !== undefined && isAlive(pid)) {
    const server = await findServer(place);
    if (Date.now() > deadline || (server?.pid === pid && server.status === 'ready')) return null;
    await pause(POLL_MS);
  }
  return new Promise(() => undefined);
}

async function outcomeOf(place: Place, failure: string, logSizeBefore: number): Promise<StartOutcome> {
  if ((await findServer(place)) !== null) return 'tryAgain';
  const log = (await readFile(place.log)).subarray(logSizeBefore).toString();
  if (/could not (bind|create listen socket|create any TCP)/.test(log)) return 'portTaken';
  // Processes of a server that was killed are still ending, or somebody else's start has just failed as well.
  if (/pre-existing shared memory block|lock file "postmaster.pid"/.test(log)) return 'tryAgain';
  throw new StartError(
    `PostgreSQL does not start on ${place.cluster}: ${failure || lastLines(log)} (log: ${place.log})`,
  );
}

/**
 * Moves away a postmaster.pid whose server is gone. PostgreSQL itself would take it for alive where the id has become
 * another process's (in a container often), and of two that replace it at once one could delete the other's.
 */
async function setStalePidFileAside(place: Place): Promise<void> {
  const seen = await readPidFile(place);
  if (seen === null || (await findServer(place)) !== null) return;
  const file = join(place.cluster, 'postmaster.pid');
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    // A server that has just started wrote this one: give it back.
    if ((await readFile(aside, 'utf8')) !== seen) await link(aside, file);
    await unlink(aside);
  } catch (error) {
    // Another process was faster in moving it away, or in starting.
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Ends the server: sessions are ended, what is committed is written, and its process is gone when this returns. */
export async function stopServer(place: Place, server: Server): Promise<void> {
  process.kill(server.pid, 'SIGINT');
  let immediately = Date.now() + STOP_SECONDS_MAX * 1000;
  while ((await findServer(place))?.pid === server.pid) {
    if (Date.now() > immediately) {
      process.kill(server.pid, 'SIGQUIT');
      immediately = Infinity;
    }
    await pause(POLL_MS);
  }
}

/** `preferred` where it is free, so that the address stays; otherwise any free port. */
export async function choosePort(preferred: number | null): Promise<number> {
  if (preferred !== null && (await tryPort(preferred)) !== null) return preferred;
  const port = await tryPort(0);
  if (port === null) throw new StartError('There is no free port on 127.0.0.1: end some programs.');
  return port;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
