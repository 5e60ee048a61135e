import { DAY, type Instant } from '../window.js';
import type { Policy, Sourced } from './policy.js';

/** A number that nobody has checked for so long may not be true any more. */
const STALE_AFTER_DAYS = 180;

/** From when on a number counts as unchecked: so many days after the end of the day on which it was. */
export function staleFrom({ checkedOn }: Pick<Sourced, 'checkedOn'>): Instant {
  return Date.parse(checkedOn) + (STALE_AFTER_DAYS + 1) * DAY;
}

/** When the first number of a version will have been unchecked for too long. */
export function policyStaleFrom({ rules, creditRules }: Policy): Instant {
  return [...rules, ...creditRules].reduce((first, rule) => Math.min(first, staleFrom(rule)), Infinity);
}

/** The day on which the number of a version was checked that was not for the longest time. */
export function firstCheckedOn({ rules, creditRules }: Policy): Instant {
  const days = [...rules, ...creditRules].map(({ checkedOn }) => Date.parse(checkedOn));
  return Math.min(...days);
}
