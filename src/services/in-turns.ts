import { leaveToOthers } from '../event-loop.js';

/** Does long work in pieces of `size`, between which everybody else has a turn. Throws where `signal` asks it to end. */
export async function inTurns<T>(
  items: readonly T[],
  size: number,
  signal: AbortSignal | undefined,
  work: (piece: readonly T[], start: number) => Promise<void> | void,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    signal?.throwIfAborted();
    await work(items.slice(start, start + size), start);
    await leaveToOthers();
  }
}
