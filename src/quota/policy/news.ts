import { DAY, type Instant } from '../window.js';
import { BUILT_IN_POLICIES, newerBuiltIn, type PolicyCourse } from './course.js';
import type { Policy } from './policy.js';
import { firstCheckedOn, policyStaleFrom } from './stale.js';

/** Numbers and codes by name. */
type Facts = Readonly<Record<string, number | string>>;

/** Something that somebody should know of the versions that decide for an agency; once of each version. */
export interface PolicyNews {
  readonly kind: 'POLICY_CHANGED' | 'POLICY_STALE';
  readonly version: string;
  readonly facts: Facts;
  /** When it happened. */
  readonly at: Instant;
}

/** What there is to tell by an instant of what time alone does to an agency's versions, since the agency is there. */
export function policyNews(
  course: PolicyCourse,
  { since, at }: { readonly since: Instant; readonly at: Instant },
  builtIn: readonly Policy[] = BUILT_IN_POLICIES,
): PolicyNews[] {
  const [first, inForce] = [course.at(since), course.at(at)];
  // The oldest version held before its instant as well: nothing has changed then.
  const begun = course.after(since).filter((policy) => policy !== first && policy.effectiveFrom <= at);
  return [
    ...begun.map(({ version, effectiveFrom }) => changed(version, {}, effectiveFrom)),
    ...newerNews(inForce, at, builtIn),
    ...staleNews(inForce, { since, at }),
  ];
}

/** An agency's own version stays in force: that there is a newer built-in one, nobody would hear of otherwise. */
function newerNews(inForce: Policy, at: Instant, builtIn: readonly Policy[]): PolicyNews[] {
  const known = builtIn.filter(({ effectiveFrom }) => effectiveFrom <= at);
  const newer = newerBuiltIn(inForce, known);
  if (!newer) return [];
  const since = Math.max(newer.effectiveFrom, inForce.effectiveFrom);
  return [changed(newer.version, { inForce: inForce.version }, since)];
}

function staleNews(
  policy: Policy,
  { since, at }: { readonly since: Instant; readonly at: Instant },
): PolicyNews[] {
  const { version, effectiveFrom } = policy;
  const from = Math.max(policyStaleFrom(policy), effectiveFrom, since);
  if (from > at) return [];
  const days = Math.floor((from - firstCheckedOn(policy)) / DAY);
  return [{ kind: 'POLICY_STALE', version, facts: { version, days }, at: from }];
}

function changed(version: string, facts: Facts, at: Instant): PolicyNews {
  return { kind: 'POLICY_CHANGED', version, facts: { version, ...facts }, at };
}
