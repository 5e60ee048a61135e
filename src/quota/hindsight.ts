import type { Ask } from './ask.js';
import type { Entry } from './book.js';
import { counts, type Counter } from './counter.js';
import { rulesOf } from './decide.js';
import type { RestrictionFacts } from './seat-facts.js';
import type { Instant } from './window.js';
import type { Action } from './words.js';

/** Something that went out without being asked about. */
export interface UnaskedSend {
  readonly action: Action;
  readonly noted: boolean;
  readonly count: number;
  readonly at: Instant;
}

/** A maximum on a counter, with the reach that its window had at any instant. */
export interface HindsightLimit {
  readonly counter: Counter;
  readonly max: number;
  /** The latest instant that was no longer in the window at `at`. */
  readonly windowStart: (at: Instant) => Instant;
}

/**
 * How many of each of some sends a limit would have refused, each at its own instant and in the order of time, in the
 * order in which they are given. `charges` are all that the counter counted in those windows, in the order of time, these
 * sends among them. Holds of the past left no trace, and count nothing.
 */
export function refusedInHindsight(
  { counter, max, windowStart }: HindsightLimit,
  charges: readonly Entry[],
  sends: readonly UnaskedSend[],
): number[] {
  const sums = runningSums(charges);
  const sentUntil = (at: Instant): number => sums[countUntil(charges, at)]!;
  const refused = sends.map(() => 0);
  // At one instant each sees those that are given before it, and none that are given behind it.
  const behind = new Map<Instant, number>();
  for (let index = sends.length - 1; index >= 0; index -= 1) {
    const { action, noted, at, count } = sends[index]!;
    if (!counts(counter, action, noted)) continue;
    const sentBehind = behind.get(at) ?? 0;
    behind.set(at, sentBehind + count);
    const taken = sentUntil(at) - sentUntil(windowStart(at)) - sentBehind;
    refused[index] = Math.min(count, Math.max(0, taken - max));
  }
  return refused;
}

/** What is known behind it of the instant of a send: what was set then nobody knows, so that it is judged by what is set now. */
export interface HindsightFacts extends Pick<Ask, 'tier' | 'hours'> {
  readonly restrictions: readonly (RestrictionFacts & { readonly reportedAt: Instant })[];
  /** Null where it is not known to whom it went. */
  readonly person: NonNullable<Ask['person']> | null;
}

/**
 * Whether any rule but the counters would have refused a send at its instant, by the very rules that decide. What nobody can
 * know of the past speaks for the send: that nothing was paused, whom a direct message went to, and what it said.
 */
export function isRefusedInHindsight(
  { action, noted, at }: UnaskedSend,
  { tier, hours, restrictions, person }: HindsightFacts,
): boolean {
  const known = person && (action === 'DIRECT_MESSAGE' ? { ...person, degree: 'FIRST' as const } : person);
  const ask: Ask = {
    ...{ action, noted, states: NOTHING_STOPPED, history: 'NONE', limits: [] },
    ...(tier && { tier }),
    ...(hours && { hours: { ...hours, isReply: person?.isReply === true } }),
    restrictions: restrictions.filter(({ reportedAt }) => reportedAt <= at),
    ...(known && { person: known }),
  };
  return rulesOf({ ask, books: noBook, at }, 'LAPSE').some((rule) => rule.objectionAt(at) !== null);
}

const NOTHING_STOPPED: Ask['states'] = {
  seatPaused: false,
  holderAgreed: true,
  clientAccountStatus: 'ACTIVE',
  campaignStatus: null,
};

function noBook(): never {
  throw new Error('Without a limit no book is looked at.');
}

function runningSums(charges: readonly Entry[]): number[] {
  const sums = [0];
  for (const { count } of charges) sums.push(sums.at(-1)! + count);
  return sums;
}

/** How many entries are at or before an instant. */
function countUntil(charges: readonly Entry[], at: Instant): number {
  let [low, high] = [0, charges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (charges[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
