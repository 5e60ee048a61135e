import { LRUCache } from 'lru-cache';
import { leaveToOthers } from '../event-loop.js';

/** For so long what is done for an agency keeps the process from everybody else, and then for no more than its next step. */
export const TURN_MS = 25;

/** Agencies whose works are counted together; that for which nothing was done for longest is counted anew. */
const AGENCIES_MAX = 10_000;

/** What was done for somebody since others last had their time. */
interface Kept {
  /** How long the process was busy with it, or with others meanwhile. */
  ms: number;
  /** How often others had their time so far. */
  left: number;
}

/** All that is done for an agency at once has its turns together: ten short works keep a process for as long as a long one. */
const ofAgencies = new LRUCache<string, Kept>({ max: AGENCIES_MAX });

/** Work on many things, between which everybody else of the process has a turn as soon as it has gone on for long. */
export class LongWork {
  private stretch: Stretch;

  /** `agencyId`: whose it is. Left out where it is of several, or of nobody: then it has turns of its own. */
  constructor(
    private readonly agencyId?: string,
    private readonly kept: Kept = keptFor(agencyId),
  ) {
    this.stretch = new Stretch(kept);
  }

  /**
   * Work that has turns of its own, in its agency's place: of deciding, which goes on for hundreds of callers at once, and is short for
   * each of them.
   */
  static byItself(agencyId?: string): LongWork {
    return new LongWork(agencyId, { ms: 0, left: 0 });
  }

  /** To be awaited before each step. */
  async goOn(): Promise<void> {
    this.stretch.end();
    if (this.kept.ms >= TURN_MS) {
      await leaveToOthers(this.agencyId);
      this.kept.ms = 0;
      this.kept.left += 1;
    }
    this.stretch = new Stretch(this.kept);
  }

  /** Work that yields after each of its steps. */
  async through<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      await this.goOn();
      const step = steps.next();
      if (!step.done) continue;
      this.stretch.end();
      return step.value;
    }
  }

  /** In the order of the items, one after the other. */
  async each<T, R>(items: readonly T[], work: (item: T, index: number) => R | Promise<R>): Promise<R[]> {
    const done: R[] = [];
    for (const [index, item] of items.entries()) {
      await this.goOn();
      done.push(await work(item, index));
    }
    this.stretch.end();
    return done;
  }
}

/** What is done between two looks at how long it has taken. */
class Stretch {
  private readonly from: Kept;
  private readonly begun = busyMs();

  constructor(private readonly kept: Kept) {
    this.from = { ...kept };
  }

  /** Counts it, but for what was counted already by works in it or beside it. */
  end(): void {
    const { kept, from, begun } = this;
    if (kept.left === from.left) kept.ms = Math.max(kept.ms, from.ms + busyMs() - begun);
  }
}

function keptFor(agencyId: string | undefined): Kept {
  const kept = (agencyId !== undefined && ofAgencies.get(agencyId)) || { ms: 0, left: 0 };
  if (agencyId !== undefined) ofAgencies.set(agencyId, kept);
  return kept;
}

/** How long the process has been busy so far. */
function busyMs(): number {
  return performance.eventLoopUtilization().active;
}
