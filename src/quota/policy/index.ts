import type { Instant } from '../window.js';
import { POLICY_2026_11 } from './2026-11.js';
import type { Policy } from './policy.js';

export type * from './policy.js';
export { isForTier } from './policy.js';

/** The built-in versions, oldest first. */
export const BUILT_IN_POLICIES: readonly Policy[] = [POLICY_2026_11];

/** The built-in policy in force at an instant; the oldest one for all time before it. */
export function policyAt(at: Instant): Policy {
  return BUILT_IN_POLICIES.findLast((policy) => policy.effectiveFrom <= at) ?? BUILT_IN_POLICIES[0]!;
}
