import { setTimeout as pause } from 'node:timers/promises';
import { Stopping } from '../errors.js';

/** Where the book of an agency stands. Whatever is decided, changed or told moves at least one of these. */
export interface BookPosition {
  readonly agencyId: string;
  readonly revision: number;
  readonly lastAt: number;
  readonly alertSequence: number;
  /** How many transactions have decided or changed anything: it moves where two of them have the same instant, too. */
  readonly turn: number;
}

export type OnMoved = (position: BookPosition) => void;

/** A watch over an agency's book, from `position` on. */
export interface Watched {
  readonly position: BookPosition;
  readonly stop: () => void;
}

export interface BookWatchOptions {
  /** Reads the books of some agencies, in one statement. */
  readonly read: (agencyIds: readonly string[]) => Promise<readonly BookPosition[]>;
  /** Told of each look that failed, and of what a watcher threw. */
  readonly onFailure: (error: unknown) => void;
  readonly pollMs?: number;
}

/** How often the books are looked at while somebody watches. */
const POLL_MS = 100;
/** Hints make looks come sooner, but no closer to each other than this. */
const LOOK_GAP_MS = 10;
/** After a look that failed the next comes later, and later each time. */
const RETRY_MS_MAX = 2_000;

/** An agency that somebody watches; its position is null until it was first looked at. */
interface Entry {
  position: BookPosition | null;
  readonly watchers: Set<OnMoved>;
  readonly firstLooks: ((failure: Error | null) => void)[];
}

/**
 * Sees the books of agencies move, whatever process moved them. One look over all that are watched, again and again, and
 * only while somebody watches. Hints are an accelerator: with none at all, everything is seen at the next poll.
 */
export class BookWatch {
  private readonly entries = new Map<string, Entry>();
  private readonly hinted = new Set<string>();
  private wake: (() => void) | null = null;
  private running: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly options: BookWatchOptions) {}

  /**
   * Calls `onMoved` with each later position of the agency's book that a look finds; several moves may be seen as one. It
   * is attached before the position is read, so that no move is missed in between. Throws what the first look throws.
   */
  async watch(agencyId: string, onMoved: OnMoved): Promise<Watched> {
    const entry = this.entries.get(agencyId) ?? { position: null, watchers: new Set(), firstLooks: [] };
    this.entries.set(agencyId, entry);
    // A function of its own, so that the same one may watch twice.
    const watcher: OnMoved = (position) => onMoved(position);
    entry.watchers.add(watcher);
    const stop = (): void => this.leave(agencyId, entry, watcher);
    try {
      return { position: await this.firstLook(agencyId, entry), stop };
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** Looks at an agency now, not at the next poll. Nothing happens where nobody watches it. */
  hint(agencyId: string): void {
    if (!this.entries.has(agencyId)) return;
    this.hinted.add(agencyId);
    this.wake?.();
  }

  /** Once the last look is over. Nobody is told anything any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake?.();
    await this.running;
  }

  /** Where the agency's book stands by a look that began after the caller was attached. */
  private async firstLook(agencyId: string, entry: Entry): Promise<BookPosition> {
    const failure = await new Promise<Error | null>((resolve) => {
      entry.firstLooks.push(resolve);
      this.hint(agencyId);
      this.run();
    });
    if (failure) throw failure;
    if (!entry.position) throw new Error('An agency that is watched has a book.');
    return entry.position;
  }

  private leave(agencyId: string, entry: Entry, watcher: OnMoved): void {
    entry.watchers.delete(watcher);
    if (entry.watchers.size === 0 && this.entries.get(agencyId) === entry) this.entries.delete(agencyId);
    if (this.entries.size === 0) this.wake?.();
  }

  private run(): void {
    this.running ??= this.lookOn().finally(() => {
      this.running = null;
      if (this.isClosed) this.turnAway();
      // Somebody came while the loop was on its way out.
      else if (this.entries.size > 0) this.run();
    });
  }

  private async lookOn(): Promise<void> {
    let failures = 0;
    let polledAt = -Infinity;
    while (!this.isClosed && this.entries.size > 0) {
      const { pollMs = POLL_MS } = this.options;
      const isPoll = performance.now() - polledAt >= pollMs;
      if (isPoll) polledAt = performance.now();
      const asked = isPoll ? [...this.entries.keys()] : [...this.hinted];
      this.hinted.clear();
      failures = (await this.look(asked)) ? 0 : failures + 1;
      if (failures === 0) await this.waitUntil(polledAt + pollMs);
      else await this.waitAtLeast(Math.min(RETRY_MS_MAX, pollMs * 2 ** failures));
      // What a failed look was to see is looked at again, all of it.
      if (failures > 0) polledAt = -Infinity;
    }
  }

  /** Until a hint, or until then; and in any case for the gap that looks keep. */
  private async waitUntil(at: number): Promise<void> {
    await this.waitAtLeast(LOOK_GAP_MS);
    const left = at - performance.now();
    if (this.hinted.size > 0 || left <= 0) return;
    await this.sleep(left, () => this.isClosed || this.hinted.size > 0 || this.entries.size === 0);
  }

  /** Hints don't shorten it. */
  private waitAtLeast(ms: number): Promise<void> {
    return this.sleep(ms, () => this.isClosed || this.entries.size === 0);
  }

  private async sleep(ms: number, isOver: () => boolean): Promise<void> {
    if (isOver()) return;
    const sleeping = new AbortController();
    this.wake = () => {
      if (isOver()) sleeping.abort();
    };
    await pause(ms, undefined, { signal: sleeping.signal }).catch(() => undefined);
    this.wake = null;
  }

  /** Whether it went well. Whoever was attached before it began is told. */
  private async look(agencyIds: readonly string[]): Promise<boolean> {
    const asked = agencyIds.flatMap((agencyId) => {
      const entry = this.entries.get(agencyId);
      return entry ? [{ entry, waiting: entry.firstLooks.splice(0) }] : [];
    });
    if (asked.length === 0) return true;
    try {
      for (const position of await this.options.read(agencyIds)) this.tell(position);
      for (const { waiting } of asked) waiting.forEach((resolve) => resolve(null));
      return true;
    } catch (error) {
      if (!this.isClosed) this.options.onFailure(error);
      const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      for (const { waiting } of asked) waiting.forEach((resolve) => resolve(failure));
      return false;
    }
  }

  private tell(position: BookPosition): void {
    const entry = this.entries.get(position.agencyId);
    if (!entry) return;
    const before = entry.position;
    entry.position = position;
    if (this.isClosed || before === null || isSame(before, position)) return;
    for (const watcher of entry.watchers) {
      try {
        watcher(position);
      } catch (error) {
        this.options.onFailure(error);
      }
    }
  }

  /** Those who wait for a first look that never comes. */
  private turnAway(): void {
    const failure = new Stopping(RETRY_MS_MAX);
    for (const { firstLooks } of this.entries.values()) {
      firstLooks.splice(0).forEach((resolve) => resolve(failure));
    }
  }
}

function isSame(one: BookPosition, other: BookPosition): boolean {
  return (
    one.revision === other.revision &&
    one.lastAt === other.lastAt &&
    one.alertSequence === other.alertSequence &&
    one.turn === other.turn
  );
}
