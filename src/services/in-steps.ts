import { LongWork, TURN_MS } from '../ledger/long-work.js';
import { inTime } from '../outreach/in-time.js';

/**
 * Does work that yields after each of its steps, between which everybody else of the process has a turn. Undefined where it keeps the
 * process longer than it may in all: then what it began is as it was left, in the middle of a step if that takes too long by itself.
 */
export async function inSteps<T>(
  ms: number,
  steps: Generator<void, T>,
  agencyId?: string,
): Promise<T | undefined> {
  const long = new LongWork(agencyId);
  let left = ms;
  while (left > 0) {
    await long.goOn();
    const begun = performance.now();
    let step: IteratorResult<void, T> | undefined;
    const isInTime = inTime(Math.ceil(left), () => {
      do step = steps.next();
      while (!step.done && performance.now() - begun < TURN_MS);
    });
    if (!isInTime) return undefined;
    if (step?.done) return step.value;
    left -= performance.now() - begun;
  }
  return undefined;
}
