import { DAY, type Instant } from './window.js';

/** What is told of a seat's day, once a day (docs/design.md 3). */

/** Holds of a day from which on their share tells something, and the share of them that may lapse, in per cent. */
const HOLDS_MIN = 50;
const LAPSED_PERCENT_MAX = 2;

/** Fewer lapsed holds than these can't be too many, however few holds there are. */
export const LAPSED_HOLDS_MIN = Math.floor((HOLDS_MIN * LAPSED_PERCENT_MAX) / 100) + 1;

/** When too many of a day's holds had lapsed, without word of what came of them; null where they are not too many. */
export function holdsExpiredAt(held: number, lapsedAt: readonly Instant[]): Instant | null {
  if (held < HOLDS_MIN) return null;
  const tooMany = Math.floor((held * LAPSED_PERCENT_MAX) / 100) + 1;
  return lapsedAt.toSorted((one, other) => one - other)[tooMany - 1] ?? null;
}

/** Whether so many lapsed holds would be too many of a day's holds, which may be more by now. */
export function mayBeTooMany(lapsed: number, held: number): boolean {
  return lapsed * 100 > Math.max(held, HOLDS_MIN) * LAPSED_PERCENT_MAX;
}

/** Activity of a day that is never a spike, how often the mean it has to be, and the days of that mean. */
export const SPIKE_OVER = 20;
const SPIKE_TIMES_MEAN = 2;
export const SPIKE_MEAN_DAYS = 7;

/** Whether a day's activity is over twice the mean of the seven days before it, of which `before` is the sum. */
export function isSpike(today: number, before: number): boolean {
  return today > SPIKE_OVER && today * SPIKE_MEAN_DAYS > before * SPIKE_TIMES_MEAN;
}

/** How far back the tools are looked at that a seat's records name. */
export const TOOLS_DAYS = 7;

/** Whether a seat's records name more than one tool: each of them counts only its own sends. */
export function areSeveralTools(sources: number): boolean {
  return sources > 1;
}

/** How long a seat does nothing until it is told. */
export const IDLE_DAYS = 7;

/** When a seat that did something last at an instant has done nothing for too long. */
export function idleFrom(lastAt: Instant): Instant {
  return lastAt + IDLE_DAYS * DAY;
}
