import type { Policy } from '../policy/index.js';
import type { Rule } from '../rule.js';
import type { GapFacts } from '../seat-facts.js';
import type { Unit } from '../unit.js';
import { SECOND, type Instant } from '../window.js';

/** Two actions of a seat close to each other are warned of, or refused where the recommended gap binds; a hard gap is a limit of 1 over all actions. */
export const gapUnit: Unit = {
  rules: ({ ask: { gap } }) => (gap?.binds === true && gap.lastAt !== null ? [gapRule(gap, gap.lastAt)] : []),
  warnings: ({ ask: { gap }, at }) => {
    if (!gap || gap.lastAt === null || at - gap.lastAt >= gap.seconds * SECOND) return [];
    return [{ code: 'TOO_SOON', facts: { seconds: gap.seconds }, limit: null, retryAt: null }];
  },
};

function gapRule({ seconds }: GapFacts, lastAt: Instant): Rule {
  const endsAt = lastAt + seconds * SECOND;
  return {
    objectionAt: (at) => (at < endsAt ? { code: 'TOO_SOON', facts: { seconds }, limit: null } : null),
    admitsFrom: (at) => Math.max(at, endsAt),
  };
}

/** The gap that a policy recommends, and when the seat last did something. */
export function gapFacts(
  policy: Policy,
  { lastSentAt, lastHeldAt }: { readonly lastSentAt: Instant | null; readonly lastHeldAt: Instant | null },
): GapFacts | null {
  const seconds = policy.rules.find(({ kind }) => kind === 'GAP')?.recommended ?? null;
  const last = Math.max(lastSentAt ?? -Infinity, lastHeldAt ?? -Infinity);
  return seconds === null ? null : { seconds, lastAt: last === -Infinity ? null : last };
}
