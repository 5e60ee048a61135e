/** How often in the long run, and how much of it may come at once: five never lie within a second. */
const EVERY_MS = 334;
const AT_ONCE = 2;

/**
 * Four times a second at most, and what comes seldom without a wait: two pass at once, then one each third of a second. A
 * plain gap of a quarter would hold up the second of two changes, which is most of what a quiet scope waits for.
 */
export class Pace {
  /** Until when all that has passed is paid for, by the process's own monotonic clock. */
  private paidUntil = -Infinity;

  /** How long until the next one may pass; 0 for now. */
  waitMs(now = performance.now()): number {
    return Math.max(0, this.paidUntil - (AT_ONCE - 1) * EVERY_MS - now);
  }

  /** One passes. */
  take(now = performance.now()): void {
    this.paidUntil = Math.max(now, this.paidUntil) + EVERY_MS;
  }
}
