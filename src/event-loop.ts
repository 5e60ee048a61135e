import type { Server } from 'node:net';
import { setImmediate as comeRound } from 'node:timers/promises';

/** How long connections are let in while what was asked over others waits, and then how long at least none is waited for. */
const LET_IN_MS = 5;

/**
 * The turns of a process. Node lets in one connection each time that its event loop comes round (libuv since 1.45), however many knock.
 * So while connections come in it comes round again, a few milliseconds long: behind six hundred that knock at once, and pieces of work
 * in each round, whoever knocks next would wait for seconds.
 */
export class EventLoop {
  /** Connections that were let in so far. */
  private arrived = 0;
  /** Until those that are knocking are in; null where nobody is waited for. */
  private lettingIn: Promise<void> | null = null;
  private restsUntil = -Infinity;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  leaveToOthers(): Promise<void> {
    if (this.lettingIn) return this.lettingIn;
    if (this.clock() < this.restsUntil) return comeRound();
    this.lettingIn = this.letIn().finally(() => {
      this.lettingIn = null;
      this.restsUntil = this.clock() + LET_IN_MS;
    });
    return this.lettingIn;
  }

  hearConnections(server: Server): void {
    server.on('connection', () => {
      this.arrived += 1;
      void this.leaveToOthers();
    });
  }

  get isLettingIn(): boolean {
    return this.lettingIn !== null;
  }

  private async letIn(): Promise<void> {
    const until = this.clock() + LET_IN_MS;
    let before: number;
    do {
      before = this.arrived;
      await comeRound();
    } while (this.arrived > before && this.clock() < until);
  }
}

const ofProcess = new EventLoop();

/** Leaves the process to others: to be awaited between two pieces of work that take long. */
export function leaveToOthers(): Promise<void> {
  return ofProcess.leaveToOthers();
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
