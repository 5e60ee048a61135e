import { BUILT_IN_POLICIES, type Policy, type PolicyRule } from '../../../src/quota/policy/index.js';
import type { Instant } from '../../../src/quota/window.js';

/** An agency's own version of the built-in one, with some rules otherwise. */
export function ownPolicy(
  number: number,
  effectiveFrom: Instant,
  changed: (rule: PolicyRule) => Partial<PolicyRule> = () => ({}),
): Policy {
  const [builtIn] = BUILT_IN_POLICIES;
  return {
    ...builtIn!,
    id: `own-${number}`,
    version: `${builtIn!.version}.${number}`,
    effectiveFrom,
    builtIn: false,
    rules: builtIn!.rules.map((rule) => ({ ...rule, ...changed(rule) })),
    published: {
      number,
      at: effectiveFrom,
      by: 'system:test',
      basedOn: builtIn!.version,
      builtIn: builtIn!.version,
      source: 'a test',
    },
  };
}

/** Other numbers of one limit: `ceilingOf('DIRECT_MESSAGE', 86400, 10)`. */
export function limitWith(action: string, seconds: number, ceiling: number, recommended: number | null) {
  return (rule: PolicyRule): Partial<PolicyRule> => {
    const { window } = rule;
    const isMeant =
      rule.kind === 'LIMIT' &&
      rule.actions.join() === action &&
      window?.kind === 'ROLLING' &&
      window.seconds === seconds;
    return isMeant ? { ceiling, recommended } : {};
  };
}
