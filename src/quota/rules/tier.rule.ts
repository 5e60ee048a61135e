import { isForTier, type Policy } from '../policy/index.js';
import type { Rule } from '../rule.js';
import type { Unit } from '../unit.js';
import type { Action, LinkedInTier } from '../words.js';

/** What the subscription has not, nobody can send: no instant changes that, only another tier. */
export const tierUnit: Unit = {
  rules: ({ ask }) =>
    ask.tier?.actionsLacking.includes(ask.action) === true ? [lackingRule(ask.tier.tier)] : [],
  warnings: () => [],
};

function lackingRule(tier: LinkedInTier): Rule {
  const objection = { code: 'ACTION_NOT_IN_TIER', facts: { tier }, limit: null } as const;
  return { objectionAt: () => objection, admitsFrom: () => null };
}

/** The actions that a tier has not, by the policy. */
export function actionsLackingIn(policy: Policy, tier: LinkedInTier): Action[] {
  return policy.rules
    .filter((rule) => rule.kind === 'ACTION_NOT_IN_TIER' && isForTier(rule, tier))
    .flatMap(({ actions }) => actions);
}
