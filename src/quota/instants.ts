import type { Instant } from './window.js';

/** How many of some instants, in order, are at or before another one: the place of the first that is later. */
export function countUntil(instants: readonly Instant[], at: Instant): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (instants[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
