import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../errors.js';
import { Turns } from '../../tenancy/turns.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { gathered } from '../bodies/gathering.js';

/** Worked on in one process at once, each of another agency: each takes its share of memory, and may take minutes. */
const WORKED_ON_MAX = 2;
/** Of one process. Each takes as much of the disk as an archive may have. */
const UPLOADS_MAX = 4;
/** One agency leaves room for others, and a key or member of it for others of it. */
const AGENCY_UPLOADS_MAX = 2;
const RETRY_AFTER_MS = 10_000;

const FOLDER_PREFIX = 'headroom-import-';
/** No upload takes that long: a folder that is older was left by a process that was killed. */
const LEFT_OVER_MS = 2 * 3_600_000;
/** How often a process looks for what others have left. */
const LOOK_EVERY_MS = 15 * 60_000;

/** What the system says of a folder that is full, gone, or not this user's; `http/failures.ts` would take it for the database's. */
const NO_ROOM: ReadonlySet<unknown> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EMFILE', 'ENFILE'],
]);

/** What is sent up, and by whom. */
export interface Upload {
  readonly viewer: Pick<Viewer, 'agencyId' | 'actor'>;
  readonly body: Readable;
  /** Ends it, and nothing is kept. */
  readonly signal: AbortSignal;
}

/** More bytes came than an archive may have. */
export class TooManyBytes extends Error {}

/**
 * Archives on their way in. Few at once; each is a file that only this process's user may read, for as long as it is
 * needed; and those of an agency are worked on one after the other, beside one of another agency's.
 */
export class Uploads {
  private readonly underWay = new Map<Promise<unknown>, Upload['viewer']>();
  private readonly turns = new Turns(1, undefined, WORKED_ON_MAX);

  constructor(
    private readonly bytesMax: number,
    private readonly parent = tmpdir(),
  ) {}

  /**
   * Stores what comes and has `work` done on the file, which is gone afterwards, however that ends. Throws THROTTLED
   * where too many are under way, TooManyBytes, and an AbortError by the upload's signal.
   */
  async take<T>(upload: Upload, work: (path: string) => Promise<T>): Promise<T> {
    this.refuseTooMany(upload.viewer);
    const taken = this.store(upload, work);
    this.underWay.set(taken, upload.viewer);
    try {
      return await taken;
    } finally {
      this.underWay.delete(taken);
    }
  }

  /** Waits until none is under way: what they work on may be closed then. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay.keys());
  }

  /** Removes what processes that were killed have left, now and from time to time; what comes back ends that. */
  async tidyUp(everyMs = LOOK_EVERY_MS): Promise<() => void> {
    await this.removeLeftOvers();
    const looking = setInterval(() => void this.removeLeftOvers(), everyMs).unref();
    return () => clearInterval(looking);
  }

  /** As far as that is possible. */
  private async removeLeftOvers(): Promise<void> {
    const names = await readdir(this.parent).catch(() => []);
    for (const name of names.filter((known) => known.startsWith(FOLDER_PREFIX))) {
      const folder = join(this.parent, name);
      const madeAt = await stat(folder).then(
        ({ mtimeMs }) => mtimeMs,
        () => Infinity,
      );
      if (Date.now() - madeAt < LEFT_OVER_MS) continue;
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  private refuseTooMany({ agencyId, actor }: Upload['viewer']): void {
    const ofAgency = [...this.underWay.values()].filter((one) => one.agencyId === agencyId);
    const hasOne = ofAgency.some((one) => one.actor === actor);
    const left = UPLOADS_MAX - this.underWay.size;
    // The last place is for whoever has none: two agencies that upload slowly don't keep all others out.
    if (!hasOne && ofAgency.length < AGENCY_UPLOADS_MAX && ofAgency.length < left) return;
    throw new Failure('THROTTLED', 'Other archives are being imported; send it again later.', RETRY_AFTER_MS);
  }

  private async store<T>({ viewer, body, signal }: Upload, work: (path: string) => Promise<T>): Promise<T> {
    // Made for its owner alone (0700).
    const folder = await mkdtemp(join(this.parent, FOLDER_PREFIX)).catch(tellNoRoom);
    try {
      const path = join(folder, 'archive.zip');
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
      await pipeline(atMost(this.bytesMax, body), file, { signal }).catch(tellNoRoom);
      return await this.turns.run(viewer.agencyId, () => {
        signal.throwIfAborted();
        return work(path);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function tellNoRoom(error: unknown): never {
  if (!(error instanceof Error) || !('code' in error) || !NO_ROOM.has(error.code)) throw error;
  const message = 'The server has no room for uploads in its temporary folder; send it again later.';
  throw new Failure('UNAVAILABLE', message, RETRY_AFTER_MS);
}

/** Leaves the body as it is where there is too much of it: whoever sent it can still be answered. */
async function* atMost(bytesMax: number, body: Readable): AsyncGenerator<Buffer> {
  let bytes = 0;
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of gathered(chunks)) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new TooManyBytes();
    yield chunk;
  }
}
