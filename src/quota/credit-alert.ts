import type { CreditLot } from './credit-lots.js';
import { DAY, type Instant } from './window.js';

/** What is told of InMail credits (docs/design.md 3). */

/** Shares of a month's grant, in per cent: low from here down, and 5 points above it are enough to be told again (P10). */
const LOW_PERCENT = 20;
const ARMED_AGAIN_PERCENT = LOW_PERCENT + 5;

/** Whether what is available is little beside what a month brings; where a month brings nothing, nothing is little. */
export function areCreditsLow(available: number, monthly: number): boolean {
  return monthly > 0 && available * 100 <= monthly * LOW_PERCENT;
}

/** Whether so much is there again that the next time it is little is told. */
export function areCreditsArmed(available: number, monthly: number): boolean {
  return available * 100 >= monthly * ARMED_AGAIN_PERCENT;
}

/** How long before their expiry credits are told of. */
const EXPIRING_MS = 7 * DAY;

export interface Expiring {
  readonly credits: number;
  /** When the last of them expire. */
  readonly until: Instant;
  /** When they came to be told of. */
  readonly at: Instant;
}

/** The lots that expire soon, but for those up to `told` of which it was told before; null where there are none. */
export function creditsExpiring(lots: readonly CreditLot[], told: Instant, at: Instant): Expiring | null {
  const due = lots.flatMap(({ expiresAt, remaining }) =>
    expiresAt !== null && remaining > 0 && expiresAt > told && expiresAt - EXPIRING_MS <= at
      ? [{ expiresAt, remaining }]
      : [],
  );
  if (due.length === 0) return null;
  const expiries = due.map(({ expiresAt }) => expiresAt);
  return {
    credits: due.reduce((sum, { remaining }) => sum + remaining, 0),
    until: Math.max(...expiries),
    at: Math.min(...expiries) - EXPIRING_MS,
  };
}
