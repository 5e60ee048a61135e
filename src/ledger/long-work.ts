import { LRUCache } from 'lru-cache';
import { beginFor, busyFor } from '../busy-time.js';
import { allThatIsReady, leaveToOthers } from '../event-loop.js';

/** For so long what is done for an agency keeps the process from everybody else, and then for no more than its next step. */
export const TURN_MS = 25;
/** What each agency may take of the process besides, of all the time that passes: whose work is short never waits for others. */
const FREE_SHARE = 0.05;

/** Agencies whose works are counted together; that for which nothing was done for longest is counted anew. */
const AGENCIES_MAX = 10_000;

/** What was done for somebody since others last had their time. */
class Stretch {
  /** Works that go on once others had it, in their order. */
  private readonly waiting: (() => void)[] = [];
  private isLeaving = false;
  private ms = 0;
  private countedMs: number;
  private lookedAt = performance.now();
  private readonly busyMs: () => number;

  /** `agencyId`: whose it is. Left out where it is of several, or of nobody: then all that the process does counts. */
  constructor(private readonly agencyId?: string) {
    this.busyMs = agencyId === undefined ? busyWithAnything : () => busyFor(agencyId);
    this.countedMs = this.busyMs();
  }

  /** Whether it is time that others have theirs. */
  isLong(): boolean {
    const [busyMs, now] = [this.busyMs(), performance.now()];
    const freeMs = (now - this.lookedAt) * FREE_SHARE;
    // What was not taken is not saved up.
    this.ms = Math.max(0, this.ms - freeMs) + Math.max(0, busyMs - this.countedMs);
    [this.countedMs, this.lookedAt] = [busyMs, now];
    return this.ms >= TURN_MS;
  }

  /** Once they had it. Whatever else is done for the same meanwhile goes on with it, until it is time again. */
  leave(): Promise<void> {
    return new Promise((goOn) => {
      this.waiting.push(goOn);
      if (!this.isLeaving) void this.leaveForAll();
    });
  }

  private async leaveForAll(): Promise<void> {
    this.isLeaving = true;
    try {
      while (this.waiting.length > 0) {
        await leaveToOthers(this.agencyId);
        [this.ms, this.countedMs, this.lookedAt] = [0, this.busyMs(), performance.now()];
        while (this.waiting.length > 0 && !this.isLong()) {
          this.waiting.shift()?.();
          // Its next step, or as much of it as waits for nothing.
          await allThatIsReady();
        }
      }
    } finally {
      this.isLeaving = false;
    }
  }
}

/** All that is done for an agency at once has its turns together: ten short works keep a process for as long as a long one. */
const ofAgencies = new LRUCache<string, Stretch>({ max: AGENCIES_MAX });

/** Work on many things, between which everybody else of the process has a turn as soon as it has gone on for long. */
export class LongWork {
  /** `agencyId`: whose it is. Left out where it is of several, or of nobody: then it has turns of its own. */
  constructor(
    private readonly agencyId?: string,
    private readonly stretch: Stretch = stretchOf(agencyId),
  ) {}

  /**
   * Work that has turns of its own, in its agency's place: of deciding, which goes on for hundreds of callers at once, and is short for
   * each of them.
   */
  static byItself(agencyId?: string): LongWork {
    return new LongWork(agencyId, new Stretch(agencyId));
  }

  /** To be awaited before each step. */
  async goOn(): Promise<void> {
    this.begin();
    if (!this.stretch.isLong()) return;
    await this.stretch.leave();
    this.begin();
  }

  /** Work that yields after each of its steps. */
  async through<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      await this.goOn();
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** In the order of the items, one after the other. */
  async each<T, R>(items: readonly T[], work: (item: T, index: number) => R | Promise<R>): Promise<R[]> {
    const done: R[] = [];
    for (const [index, item] of items.entries()) {
      await this.goOn();
      done.push(await work(item, index));
    }
    return done;
  }

  private begin(): void {
    beginFor(this.agencyId ?? null);
  }
}

function stretchOf(agencyId: string | undefined): Stretch {
  const stretch = (agencyId !== undefined && ofAgencies.get(agencyId)) || new Stretch(agencyId);
  if (agencyId !== undefined) ofAgencies.set(agencyId, stretch);
  return stretch;
}

function busyWithAnything(): number {
  return performance.eventLoopUtilization().active;
}
