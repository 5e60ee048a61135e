import type { Action, LinkedInTier } from './words.js';

/** What the rules of a seat alone judge by. */

/** What a seat's subscription is, and the actions that it has not. */
export interface TierFacts {
  readonly tier: LinkedInTier;
  readonly actionsLacking: readonly Action[];
}
