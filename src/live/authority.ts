import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../errors.js';
import type { Viewer } from '../tenancy/viewer.js';

/** What a connection that stays open came with. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly session: string | undefined;
}

export interface AuthorityWatchOptions {
  /** Who comes with these; throws UNAUTHENTICATED. It is no use of a session: nobody sits there. */
  readonly look: (credentials: Credentials) => Promise<Viewer>;
  readonly everyMs?: number;
  readonly unseenMsMax?: number;
}

/**
 * Why a connection may not go on: what it came with has ended or is another, or it was not to be seen for long, since the
 * database can't be reached from here.
 */
export type AuthorityEnd = 'ENDED' | 'UNSEEN';

/** The authority of one connection. */
export interface Authority {
  /** Who it is; what was found out within a second counts. Throws once the authority has ended, as `failureOfEnd` says. */
  current(): Promise<Viewer>;
  readonly stop: () => void;
}

/** How often all that are watched are looked at. */
const EVERY_MS = 500;
/** What was found out counts for this long. */
const FRESH_MS = 1_000;
/**
 * What could not be looked at for this long is told that it is not seen any more: nothing can be told it here, and another
 * process may be better off. A database that starts again is back long before.
 */
const UNSEEN_MS_MAX = 10_000;

/** One credential, however many connections came with it. */
interface Entry {
  readonly credentials: Credentials;
  viewer: Viewer;
  readonly onEnded: Set<(why: AuthorityEnd) => void>;
  seenAt: number;
  looking: Promise<void> | null;
  ended: AuthorityEnd | null;
}

/**
 * Looks again and again at what open connections came with, each key or session once however many they are. Whatever
 * process ended it, changed it, or gave it another role or reach: the connections are told within a second, once, and come
 * again with what they have by then.
 */
export class AuthorityWatch {
  private readonly entries = new Map<string, Entry>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: AuthorityWatchOptions) {
    this.timer = setInterval(() => this.lookAtAll(), options.everyMs ?? EVERY_MS).unref();
  }

  /** `viewer` was just found out. `onEnded` is called once, when the authority is no longer the same, or not to be seen. */
  watch(credentials: Credentials, viewer: Viewer, onEnded: (why: AuthorityEnd) => void): Authority {
    const name = JSON.stringify([credentials.authorization, credentials.session]);
    let entry = this.entries.get(name);
    // Whoever comes with other rights than those before is not one of them: those are about to be told.
    if (!entry || entry.ended || !isSame(entry.viewer, viewer)) {
      const seenAt = performance.now();
      entry = { credentials, viewer, onEnded: new Set(), seenAt, looking: null, ended: null };
      this.entries.set(name, entry);
    }
    entry.viewer = viewer;
    const mine = entry;
    const told = (why: AuthorityEnd): void => onEnded(why);
    mine.onEnded.add(told);
    return {
      current: () => this.current(mine),
      stop: () => {
        mine.onEnded.delete(told);
        if (mine.onEnded.size === 0 && this.entries.get(name) === mine) this.entries.delete(name);
      },
    };
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async current(entry: Entry): Promise<Viewer> {
    if (!entry.ended && performance.now() - entry.seenAt >= FRESH_MS) await this.look(entry);
    if (entry.ended) throw failureOfEnd(entry.ended);
    return entry.viewer;
  }

  private lookAtAll(): void {
    for (const entry of this.entries.values()) void this.look(entry).catch(() => this.missed(entry));
  }

  /** What can't be found out now is at the next look, and before anything else is told; but not for ever. */
  private missed(entry: Entry): void {
    const { unseenMsMax = UNSEEN_MS_MAX } = this.options;
    if (!entry.ended && performance.now() - entry.seenAt >= unseenMsMax) this.end(entry, 'UNSEEN');
  }

  private look(entry: Entry): Promise<void> {
    entry.looking ??= this.lookOnce(entry).finally(() => (entry.looking = null));
    return entry.looking;
  }

  private async lookOnce(entry: Entry): Promise<void> {
    const startedAt = performance.now();
    const found = await this.options.look(entry.credentials).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'UNAUTHENTICATED') return null;
      throw error;
    });
    if (!found || !isSame(found, entry.viewer)) return this.end(entry, 'ENDED');
    entry.viewer = found;
    entry.seenAt = startedAt;
  }

  private end(entry: Entry, why: AuthorityEnd): void {
    entry.ended = why;
    for (const [name, kept] of this.entries) if (kept === entry) this.entries.delete(name);
    for (const told of [...entry.onEnded]) told(why);
  }
}

/** What a connection is told that may not go on. */
export function failureOfEnd(why: AuthorityEnd): Failure {
  return why === 'ENDED'
    ? new Failure('UNAUTHENTICATED', 'The key or session has ended, or its rights have changed.')
    : new Failure('UNAVAILABLE', 'The database can’t be reached.', FRESH_MS);
}

/** Whether the one may do what the other may. A key that was rotated is to expire earlier, and is let in until then. */
function isSame(one: Viewer, other: Viewer): boolean {
  return isDeepStrictEqual(inOrder(one), inOrder(other));
}

/** What a viewer was given comes in any order. */
function inOrder({ reach, expiresAt: _expiresAt, ...viewer }: Viewer): object {
  return {
    ...viewer,
    accounts: reach && reach.clientAccountIds.toSorted(),
    seats: reach && reach.seatIds.map((id, place) => `${id} ${reach.seatAccountIds[place]}`).toSorted(),
  };
}
