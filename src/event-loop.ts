import type { Server } from 'node:net';
import { setImmediate as nextRound, setTimeout as pause } from 'node:timers/promises';
import { beginFor } from './busy-time.js';

/** How long connections are let in while what was asked over others waits, and then how long at least none is waited for. */
const LET_IN_MS = 5;
/** For a time that the process was busy it is to have so much of that at leisure before long work goes on. */
const LEISURE_SHARE = 0.5;
/** So much of it is owed together at least, that a short request of somebody is answered meanwhile, and so much at most. */
const LEISURE_MS = { min: 10, max: 100 } as const;

/** How long the process was busy since it began, and how long it waited for something to do: in milliseconds. */
export interface Utilization {
  readonly active: number;
  readonly idle: number;
}

/** What an event loop goes by. */
export interface LoopTime {
  /** In milliseconds, by a clock that is never set back. */
  readonly now: () => number;
  readonly utilization: () => Utilization;
  readonly pause: (ms: number) => Promise<unknown>;
}

const OF_PROCESS: LoopTime = {
  now: () => performance.now(),
  utilization: () => performance.eventLoopUtilization(),
  pause,
};

/**
 * The turns of a process. Node lets in one connection each time that its event loop comes round (libuv since 1.45), however many knock.
 * So while connections come in it comes round again, a few milliseconds long: behind six hundred that knock at once, and pieces of work
 * in each round, whoever knocks next would wait for seconds.
 *
 * A request takes a dozen rounds, for each answer of the database one. Long work that left others one round between two of its pieces
 * would have each of them wait for a dozen pieces: it leaves them time.
 */
export class EventLoop {
  /** Connections that were let in so far. */
  private arrived = 0;
  /** Until those that are knocking are in; null where nobody is waited for. */
  private lettingIn: Promise<void> | null = null;
  private restsUntil = -Infinity;
  /** Pieces of long work, by whose they are, who comes next first: two in one round would be one that takes as long as both. */
  private readonly waiting = new Map<string, (() => void)[]>();
  private isLeaving = false;
  private owedMs = 0;
  private lookedAt: Utilization;

  constructor(private readonly time: LoopTime = OF_PROCESS) {
    this.lookedAt = time.utilization();
  }

  /** Once connections that knock are in, and whatever else has come is dealt with. */
  comeRound(): Promise<void> {
    if (this.lettingIn) return this.lettingIn;
    if (this.time.now() < this.restsUntil) return nextRound();
    this.lettingIn = this.letIn().finally(() => {
      this.lettingIn = null;
      this.restsUntil = this.time.now() + LET_IN_MS;
    });
    return this.lettingIn;
  }

  /** Once others had time of their own, and the next piece of long work is this one's: one of each whose it is, in turn. */
  leaveToOthers(whose = ''): Promise<void> {
    return new Promise((goOn) => {
      const line = this.waiting.get(whose);
      if (line) line.push(goOn);
      else this.waiting.set(whose, [goOn]);
      if (!this.isLeaving) void this.leave();
    });
  }

  /** Once others had time of their own, beside the line of long work: for what comes of itself, and would fall behind in it. */
  async leaveTime(): Promise<void> {
    await this.comeRound();
    const owed = this.look();
    if (owed >= LEISURE_MS.min) await this.rest(owed);
  }

  hearConnections(server: Server): void {
    server.on('connection', () => {
      this.arrived += 1;
      void this.comeRound();
    });
  }

  get isLettingIn(): boolean {
    return this.lettingIn !== null;
  }

  private async leave(): Promise<void> {
    this.isLeaving = true;
    try {
      while (this.waiting.size > 0) {
        await this.leaveTime();
        this.goOnWithNext();
        // What goes on may ask the database first: without a while in between all who wait would have begun before any of it is owed.
        if (this.waiting.size > 0) await this.time.pause(LEISURE_MS.min);
      }
    } finally {
      this.isLeaving = false;
    }
  }

  private goOnWithNext(): void {
    for (const [whose, line] of this.waiting) {
      const goOn = line.shift();
      this.waiting.delete(whose);
      if (line.length > 0) this.waiting.set(whose, line);
      goOn?.();
      return;
    }
  }

  /** How much leisure is owed: what there was of it pays for what comes before and behind it. */
  private look(): number {
    const { active, idle } = this.time.utilization();
    const owed = this.owedMs + (active - this.lookedAt.active) * LEISURE_SHARE - (idle - this.lookedAt.idle);
    this.lookedAt = { active, idle };
    this.owedMs = Math.min(Math.max(owed, 0), LEISURE_MS.max);
    return this.owedMs;
  }

  private async rest(owed: number): Promise<void> {
    await this.time.pause(owed);
    // Where it was busy all the same, as much is owed still.
    this.look();
  }

  private async letIn(): Promise<void> {
    const until = this.time.now() + LET_IN_MS;
    let before: number;
    do {
      before = this.arrived;
      await nextRound();
    } while (this.arrived > before && this.time.now() < until);
  }
}

const ofProcess = new EventLoop();

/** To be awaited before what was asked is begun with, where many ask at once. */
export function comeRound(): Promise<void> {
  return ofProcess.comeRound();
}

/** Leaves the process to others: to be awaited between two pieces of work that take long. `whose`: the agency that it is done for. */
export async function leaveToOthers(whose?: string): Promise<void> {
  await ofProcess.leaveToOthers(whose);
  beginFor(whose ?? null);
}

/** The same for events, which go on at once behind that, however much long work waits. */
export function leaveTime(): Promise<void> {
  return ofProcess.leaveTime();
}

/** Has the connections of a server let in before what those ask that are in. */
export function hearConnections(server: Server): void {
  ofProcess.hearConnections(server);
}

/** Whether others knock, for whom all that can wait does. */
export function isLettingIn(): boolean {
  return ofProcess.isLettingIn;
}

/** Once all that waits for nothing is done: of whatever was just begun, as far as it comes without an answer from elsewhere. */
export function allThatIsReady(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
