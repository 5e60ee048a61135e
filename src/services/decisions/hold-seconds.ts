import type { Refusal } from '../../errors.js';
import { checkInteger } from '../checks.js';

/** How long room is held for a send. */
export const HOLD_SECONDS_DEFAULT = 900;
const HOLD_SECONDS_MIN = 30;
const HOLD_SECONDS_MAX = 86_400;

/** Left out they are the usual ones. */
export function checkHoldSeconds(holdSeconds: number | null | undefined): Refusal | null {
  return checkInteger(holdSeconds ?? HOLD_SECONDS_DEFAULT, HOLD_SECONDS_MIN, HOLD_SECONDS_MAX, 'holdSeconds');
}
