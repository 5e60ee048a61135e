import { counterOf, counts, type Counter, type Scope } from './counter.js';
import { isForTier, type Policy, type PolicyCourse } from './policy/index.js';
import { windowInWords, type Instant } from './window.js';
import type { Action, LimitMode, LimitOrigin, LinkedInTier, SeatHistory } from './words.js';

/** A maximum on a counter, by itself, as somebody set it. */
export interface Limit {
  readonly scope: Scope;
  readonly counter: Counter;
  readonly max: number;
  readonly origin: LimitOrigin;
  /** Where somebody set it; null where it follows from the policy or a state. */
  readonly limitId: string | null;
  /** From where on a warning is due; null where the policy has no such number. */
  readonly recommended: number | null;
  /** What time alone makes of the maximum, in order: a warm-up that goes on, caps that end. Left out: it stays. */
  readonly later?: readonly MaxStep[];
}

/** A maximum from an instant on. */
export interface MaxStep {
  readonly from: Instant;
  readonly max: number;
  readonly origin: LimitOrigin;
  /** Left out: the limit's own. */
  readonly recommended?: number | null;
}

/** Of a counter that a version to come limits, until it does; and of one that it limits no more. Nobody is shown it. */
export const NO_MAX = Number.MAX_SAFE_INTEGER;

export function isInForce({ max }: Limit): boolean {
  return max !== NO_MAX;
}

/** The maximum that holds at an instant, of the one that the limit was made for or later. */
export function maxAt({ max, later = [] }: Limit, at: Instant): number {
  return later.findLast(({ from }) => from <= at)?.max ?? max;
}

/** A maximum that people set, before it is known where it holds. */
export interface SetLimit {
  readonly id: string;
  readonly counter: Counter;
  readonly max: number;
}

/** What a seat's own limits follow from. */
export interface SeatLimitTerms {
  readonly tier: LinkedInTier;
  readonly history: SeatHistory;
  /** The stricter of the seat's and its client account's. */
  readonly limitMode: LimitMode;
}

/** The policy's limits for a seat: the ceiling, or already the recommended number; fewer while its history is unknown. */
export function policyLimits(policy: Policy, terms: SeatLimitTerms, scope: Scope): Limit[] {
  return policy.rules.flatMap((rule): Limit[] => {
    const unknownHistory = rule.kind === 'HISTORY_UNKNOWN' && terms.history === 'UNKNOWN';
    if ((rule.kind !== 'LIMIT' && !unknownHistory) || !rule.window || !isForTier(rule, terms.tier)) return [];
    const max = terms.limitMode === 'RECOMMENDED' ? (rule.recommended ?? rule.ceiling) : rule.ceiling;
    if (max === null) return [];
    return [
      {
        scope,
        counter: counterOf(rule.actions, rule.onlyWithNote, rule.window),
        max,
        origin: unknownHistory ? 'HISTORY_UNKNOWN' : 'POLICY',
        limitId: null,
        recommended: rule.recommended,
      },
    ];
  });
}

/** The same at an instant, each with what the versions to come will make of it. */
export function policyLimitsFrom(
  course: PolicyCourse,
  at: Instant,
  terms: SeatLimitTerms,
  scope: Scope,
): Limit[] {
  const versions = [course.at(at), ...course.after(at)];
  if (versions.length === 1) return policyLimits(versions[0]!, terms, scope);
  const steps = versions.map((policy) => ({
    from: policy.effectiveFrom,
    limits: byCounter(policyLimits(policy, terms, scope)),
  }));
  const counters = new Map(steps.flatMap(({ limits }) => [...limits]));
  return [...counters].map(([key, known]): Limit => {
    const absent: Limit = { ...known, max: NO_MAX, recommended: null };
    const [now = absent, ...later] = steps.map(({ limits }) => limits.get(key) ?? absent);
    return {
      ...now,
      later: later.map(({ max, origin, recommended }, index): MaxStep => {
        return { from: steps[index + 1]!.from, max, origin, recommended };
      }),
    };
  });
}

function byCounter(limits: readonly Limit[]): Map<string, Limit> {
  const found = new Map<string, Limit>();
  for (const limit of limits) {
    const key = `${limit.origin} ${limit.counter.key}`;
    const known = found.get(key);
    found.set(key, known ? lowerOf(known, limit) : limit);
  }
  return found;
}

export function limitsSet(set: readonly SetLimit[], scope: Scope, origin: LimitOrigin): Limit[] {
  return set.map(({ id, counter, max }) => ({ scope, counter, max, origin, limitId: id, recommended: null }));
}

/** The ceiling that a seat's custom limit may not go over; null where the policy has none on that counter. */
export function ceilingOf(policy: Policy, tier: LinkedInTier, counter: Counter): number | null {
  const rule = policy.rules.find(
    (candidate) =>
      candidate.kind === 'LIMIT' &&
      candidate.window !== null &&
      isForTier(candidate, tier) &&
      counterOf(candidate.actions, candidate.onlyWithNote, candidate.window).key === counter.key,
  );
  return rule?.ceiling ?? null;
}

/** One limit for each counter of each scope: the lowest; the recommended number stays known. The first of equals wins. */
export function lowestLimits(limits: readonly Limit[]): Limit[] {
  const lowest = new Map<string, Limit>();
  for (const limit of limits) {
    const key = `${limit.scope.kind} ${limit.scope.id} ${limit.counter.key}`;
    const known = lowest.get(key);
    if (!known) lowest.set(key, limit);
    else {
      const recommended = known.recommended ?? limit.recommended;
      lowest.set(key, { ...lowerOf(known, limit), recommended });
    }
  }
  return [...lowest.values()];
}

/** The lower of two maxima on one counter, now and whenever time changes one of them. The first of equals wins. */
function lowerOf(one: Limit, other: Limit): Limit {
  const lower = other.max < one.max ? other : one;
  const instants = [one, other].flatMap(({ later = [] }) => later.map(({ from }) => from));
  if (instants.length === 0) return lower;
  const later = [...new Set(instants)]
    .toSorted((earlier, later) => earlier - later)
    .map((from): MaxStep => {
      const [ofOne, ofOther] = [stepAt(one, from), stepAt(other, from)];
      const recommended = ofOne.recommended ?? ofOther.recommended ?? null;
      return { ...(ofOther.max < ofOne.max ? ofOther : ofOne), from, recommended };
    });
  return { ...lower, later };
}

function stepAt({ max, origin, recommended, later = [] }: Limit, at: Instant): Required<MaxStep> {
  const step = later.findLast(({ from }) => from <= at) ?? { from: at, max, origin };
  return { recommended, ...step };
}

export function limitsOn(limits: readonly Limit[], action: Action, noted: boolean): Limit[] {
  return limits.filter((limit) => counts(limit.counter, action, noted));
}

/** "connection requests with a note in 7 days": for messages. */
export function counterInWords({ actions, onlyWithNote, window }: Counter): string {
  const what =
    actions.length === 1
      ? `${actions[0]!.replaceAll('_', ' ').toLowerCase()}s`
      : `actions (${actions.length} kinds)`;
  return `${what}${onlyWithNote ? ' with a note' : ''} in ${window.kind === 'ROLLING' ? '' : 'a '}${windowInWords(window)}`;
}
