import type { AcceptanceStep, AcceptanceTerms } from './acceptance.js';
import type { Limit } from './limit.js';

/** What is told of a seat's invitations (docs/design.md 3). */

/** How far, in points of a hundred, it has to go back before it is told again (P10). */
const ARMED_AGAIN_PERCENT = 5;

/** Whether so many are pending that it is told: the recommended number, or the most where the policy recommends none. */
export function isPendingHigh({ recommended, max }: Limit, pending: number): boolean {
  return pending >= (recommended ?? max);
}

/** Whether so few are left that the next time is told again. */
export function isPendingArmed({ recommended, max }: Limit, pending: number): boolean {
  return pending * 100 <= (recommended ?? max) * 100 - max * ARMED_AGAIN_PERCENT;
}

/** How badly invitations are taken: not at all, so that it is told, or so that few or none go out. */
export function badness({ acceptance }: AcceptanceStep): 0 | 1 | 2 {
  if (acceptance === 'FINE') return 0;
  return acceptance === 'LOW' ? 1 : 2;
}

/** Whether it went so far over a share that the next time under it is told again; too few judged are under none. */
export function isAcceptanceArmed(
  { judged, accepted }: AcceptanceStep,
  { judgedMin }: AcceptanceTerms,
  percent: number,
): boolean {
  return judged < judgedMin || accepted * 100 >= (percent + ARMED_AGAIN_PERCENT) * judged;
}
