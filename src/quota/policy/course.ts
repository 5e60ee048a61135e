import type { Instant } from '../window.js';
import { POLICY_2026_11 } from './2026-11.js';
import type { Policy } from './policy.js';

/** The built-in versions, oldest first. One that was given out is never altered: what agencies published follows from it. */
export const BUILT_IN_POLICIES: readonly Policy[] = [POLICY_2026_11];

/**
 * The versions that decide for an agency, one after the other: the built-in ones, and from its first own version on its own
 * alone, so that a newer built-in one moves nobody who has not taken it over.
 */
export class PolicyCourse {
  /** In the order in which they come into force, each at an instant of its own. */
  private readonly versions: readonly Policy[];

  /** `own` is in the order of publication: of two for one instant the later one holds, and the other never did. */
  constructor(own: readonly Policy[], builtIn: readonly Policy[] = BUILT_IN_POLICIES) {
    const ordered = own.toSorted((one, other) => one.effectiveFrom - other.effectiveFrom);
    const first = ordered[0]?.effectiveFrom ?? Infinity;
    const all = [...builtIn.filter(({ effectiveFrom }) => effectiveFrom < first), ...ordered];
    this.versions = all.filter((policy, index) => all[index + 1]?.effectiveFrom !== policy.effectiveFrom);
  }

  /** The version in force at an instant; the oldest one for all time before it. */
  at(at: Instant): Policy {
    return this.versions.findLast(({ effectiveFrom }) => effectiveFrom <= at) ?? this.versions[0]!;
  }

  /** Those that come into force after an instant, in order. */
  after(at: Instant): readonly Policy[] {
    return this.versions.filter(({ effectiveFrom }) => effectiveFrom > at);
  }
}

/** Of an agency without a version of its own. */
export const BUILT_IN_COURSE = new PolicyCourse([]);

/** The newest built-in version, where it came after the one that an agency's own follows from; else null. */
export function newerBuiltIn(
  { published }: Policy,
  builtIn: readonly Policy[] = BUILT_IN_POLICIES,
): Policy | null {
  const newest = builtIn.at(-1);
  return published && newest && newest.version !== published.builtIn ? newest : null;
}
