import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../errors.js';
import {
  APP_ROLE,
  createCluster,
  DATABASE,
  ensureWritable,
  majorOfCluster,
  OWNER_ROLE,
  placeOf,
  readCredentials,
  SUPERUSER_ROLE,
  type Credentials,
  type Place,
} from './cluster.js';
import { messageOf } from './connect.js';
import { announceJoining, isAnybodyJoining, JOINING_SECONDS_MAX } from './joining.js';
import { giveUpLease, takeLease } from './lease.js';
import { findNativePackage, prepareBinaries, type NativePackage } from './native.js';
import { findRunUser, type RunUser } from './run-user.js';
import { choosePort, findServer, POLL_MS, startServer, stopServer, type Server } from './server.js';

/** After a crash of the machine PostgreSQL replays its log first; beyond this somebody should look. */
const READY_SECONDS_MAX = JOINING_SECONDS_MAX;
/** Between two tries to get a database back that was lost. */
const HEAL_PAUSE_MS = 1_000;
/** How long a leaving process waits for a server that is just starting again. */
const LEAVE_SECONDS_MAX = 10;

export interface EmbeddedDatabase {
  readonly appUrl: string;
  readonly ownerUrl: string;
  /** For what no program does by itself: backups, tests. */
  readonly superuserUrl: string;
  readonly secret: Buffer;
  close(): Promise<void>;
}

/**
 * Joins the PostgreSQL that runs on the data directory, or starts it, or makes it first. There is no lock file: one
 * postmaster a data directory is PostgreSQL's own promise, a new cluster takes its name in one rename, and who uses it
 * is told by sessions, which end with their process (and by files while they join). `tell` is given a line when
 * something takes a while.
 */
export async function openEmbedded(
  dataDirectory: string,
  tell: (line: string) => void,
): Promise<EmbeddedDatabase> {
  const place = placeOf(dataDirectory);
  const native = await findNativePackage();
  const programs = onDemand(() => preparePrograms(place, native));
  await ensureWritable(dataDirectory);
  await ensureCluster(place, native, programs, tell);
  const credentials = await readCredentials(place);
  const membership = new Membership(place, programs, credentials);
  const port = await membership.join();
  const url = (role: string, password: string) =>
    `postgres://${role}:${password}@127.0.0.1:${port}/${DATABASE}`;
  return {
    appUrl: url(APP_ROLE, credentials.appPassword),
    ownerUrl: url(OWNER_ROLE, credentials.ownerPassword),
    superuserUrl: url(SUPERUSER_ROLE, credentials.superuserPassword),
    secret: credentials.secret,
    close: () => membership.leave(),
  };
}

/** PostgreSQL's programs, and who runs them; made ready only where something is to be started. */
type Programs = () => Promise<{ readonly bin: string; readonly user: RunUser }>;

async function preparePrograms(place: Place, native: NativePackage): ReturnType<Programs> {
  const user = await findRunUser(place.cluster);
  return { user, bin: await prepareBinaries(native, place.dataDirectory, user) };
}

function onDemand<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

async function ensureCluster(
  place: Place,
  native: NativePackage,
  programs: Programs,
  tell: (line: string) => void,
): Promise<void> {
  const major = await majorOfCluster(place);
  if (major === null) {
    tell(`Making a database in ${place.dataDirectory}`);
    const { bin, user } = await programs();
    await createCluster(place, bin, user);
  } else if (major !== native.major) {
    throw new StartError(
      `The data in ${place.dataDirectory} were made by PostgreSQL ${major}, and this Headroom brings PostgreSQL ${native.major}: start the Headroom that made them, or set HEADROOM_DATA_DIR to another folder.`,
    );
  }
}

/** Our part in a database that several processes use: the last to leave ends it. */
class Membership {
  private lease: pg.Client | null = null;
  private port: number | null = null;
  private leaving: Promise<void> | null = null;
  private healing: Promise<void> | null = null;
  private readonly left = new AbortController();

  constructor(
    private readonly place: Place,
    private readonly programs: Programs,
    private readonly credentials: Credentials,
  ) {}

  /** Joins or starts, whichever is called for, until it holds; answers the port. */
  async join(): Promise<number> {
    const joined = await announceJoining(this.place);
    return this.joinOrStart().finally(joined);
  }

  private async joinOrStart(): Promise<number> {
    const deadline = Date.now() + READY_SECONDS_MAX * 1000;
    while (Date.now() < deadline && this.leaving === null) {
      const server = await findServer(this.place);
      if (server === null) {
        await this.start(deadline);
      } else if (server.status === 'ready' && (await this.joinAt(server.port))) {
        return server.port;
      } else {
        await pause(POLL_MS);
      }
    }
    throw new StartError(
      `PostgreSQL in ${this.place.dataDirectory} is not ready after ${READY_SECONDS_MAX} s: look into ${this.place.log}.`,
    );
  }

  private async start(deadline: number): Promise<void> {
    const { bin, user } = await this.programs();
    const kept = Number(await readFile(this.place.portFile, 'utf8').catch(() => '')) || null;
    const port = await choosePort(this.port ?? kept);
    // The addresses that were handed out can't change any more.
    if (this.port !== null && port !== this.port) throw new StartError(`Port ${this.port} is taken.`);
    const outcome = await startServer(this.place, bin, user, port, deadline);
    if (outcome === 'started' && port !== kept) await writeFile(this.place.portFile, String(port));
    if (outcome === 'tryAgain') await pause(POLL_MS);
  }

  private async joinAt(port: number): Promise<boolean> {
    if (this.port !== null && this.port !== port) {
      throw new StartError(`PostgreSQL is back on port ${port} instead of ${this.port}: restart Headroom.`);
    }
    const lease = await takeLease(this.urlAt(port)).catch((cause: unknown) => {
      throw new StartError(`The database in ${this.place.dataDirectory} let nobody in: ${messageOf(cause)}`, {
        cause,
      });
    });
    if (lease === null) return false;
    lease.once('end', () => this.lost(lease));
    this.lease = lease;
    this.port = port;
    return true;
  }

  private urlAt(port: number): string {
    return `postgres://${APP_ROLE}:${this.credentials.appPassword}@127.0.0.1:${port}/${DATABASE}`;
  }

  /** The server has crashed or was ended by another hand: without a lease somebody else's leaving would end it again. */
  private lost(lease: pg.Client): void {
    if (this.leaving !== null || this.lease !== lease) return;
    this.lease = null;
    this.healing ??= this.heal().finally(() => (this.healing = null));
  }

  private async heal(): Promise<void> {
    while (this.leaving === null && this.lease === null) {
      await this.join().catch(() => this.pauseUntilLeaving());
    }
  }

  /** It keeps the process: whoever leaves waits for the end of the healing, and has the server to end then. */
  private async pauseUntilLeaving(): Promise<void> {
    await pause(HEAL_PAUSE_MS, undefined, { signal: this.left.signal }).catch(() => undefined);
  }

  /** Ends the server if nobody else uses it. Whoever comes meanwhile waits for its end and starts it anew. */
  leave(): Promise<void> {
    this.leaving ??= this.leaveOnce();
    this.left.abort();
    return this.leaving;
  }

  private async leaveOnce(): Promise<void> {
    await this.healing;
    const deadline = Date.now() + LEAVE_SECONDS_MAX * 1000;
    while (Date.now() < deadline) {
      const server = await findServer(this.place);
      // Gone, or going: then somebody else ends it, and may be waiting for our session to end.
      if (server === null || server.status === 'stopping') break;
      if (server.status === 'ready' && (await this.leaveServer(server))) break;
      await pause(POLL_MS);
    }
    await this.lease?.end().catch(() => undefined);
  }

  /** False when the lease was lost with its session: it takes another to know whether we are the last. */
  private async leaveServer(server: Server): Promise<boolean> {
    const lease = this.lease ?? (await takeLease(this.urlAt(server.port)).catch(() => null));
    this.lease = null;
    if (lease === null) return false;
    try {
      const isLast = await giveUpLease(lease);
      if (isLast && !(await isAnybodyJoining(this.place))) await stopServer(this.place, server);
      return true;
    } catch {
      return false;
    } finally {
      await lease.end().catch(() => undefined);
    }
  }
}
