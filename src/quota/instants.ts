import type { Instant } from './window.js';

/** How many of some instants, in order, are at or before another one: the place of the first that is later. */
export function countUntil(instants: ArrayLike<Instant>, at: Instant): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (instants[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place of the first of some, in the order of time, that is of an instant or later. */
export function placeFrom(inOrder: readonly { readonly at: Instant }[], from: Instant): number {
  let [low, high] = [0, inOrder.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (inOrder[middle]!.at < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function latest(instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce(
    (newest, at) => (newest === null || (at !== null && at > newest) ? at : newest),
    null,
  );
}

/** What was sent, unless something has ended it since. */
export function unlessSince(sentAt: Instant | null, endedAt: Instant | null): Instant | null {
  return sentAt !== null && endedAt !== null && endedAt >= sentAt ? null : sentAt;
}
