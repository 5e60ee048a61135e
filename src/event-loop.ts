import type { Server } from 'node:net';
import { setImmediate as comeRound } from 'node:timers/promises';

/** How long connections are let in while what was asked over others waits, and then how long at least none is waited for. */
const LET_IN_MS = 5;

/** Connections that were let in since the process began. */
let arrived = 0;
/** Until those that are knocking are in; null where nobody is waited for. */
let lettingIn: Promise<void> | null = null;
let restsUntil = -Infinity;

/**
 * Leaves the process to others: to be awaited between two pieces of work that take long. Node lets in one connection each time that its
 * event loop comes round (libuv since 1.45), however many knock. So while connections come in it comes round again, a few milliseconds
 * long: behind six hundred that knock at once, and pieces of work in each round, whoever knocks next would wait for seconds.
 */
export function leaveToOthers(): Promise<void> {
  if (lettingIn) return lettingIn;
  if (performance.now() < restsUntil) return comeRound();
  lettingIn = letIn().finally(() => {
    lettingIn = null;
    restsUntil = performance.now() + LET_IN_MS;
  });
  return lettingIn;
}

/** Once all that waits for nothing is done: of whatever was just begun, as far as it comes without an answer from elsewhere. */
export function allThatIsReady(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

async function letIn(): Promise<void> {
  const until = performance.now() + LET_IN_MS;
  let before: number;
  do {
    before = arrived;
    await comeRound();
  } while (arrived > before && performance.now() < until);
}

/** Has the connections of a server let in before what those ask that are in. */
export function hearConnections(server: Server): void {
  server.on('connection', () => {
    arrived += 1;
    void leaveToOthers();
  });
}

/** Whether others knock, for whom all that can wait does. */
export function isLettingIn(): boolean {
  return lettingIn !== null;
}
