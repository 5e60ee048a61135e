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
  /** The same if what is held is committed, where that makes a difference: a seat that sends is not idle. */
  readonly laterIfCommitted?: readonly MaxStep[];
}

/**
 * What becomes of the holds while time passes: they LAPSE at their expiry, or each is COMMITted at its last moment and
 * counts from there. The first answers `retryAt`, the second `certainAt`.
 */
export type HoldsWill = 'LAPSE' | 'COMMIT';

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
export function maxAt(limit: Limit, at: Instant, holdsWill: HoldsWill = 'LAPSE'): number {
  return stepAt(limit, at, holdsWill).max;
}

/** What time alone makes of the maximum, in order. */
export function stepsAhead(
  { later = [], laterIfCommitted }: Limit,
  holdsWill: HoldsWill,
): readonly MaxStep[] {
  return holdsWill === 'COMMIT' ? (laterIfCommitted ?? later) : later;
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

/**
 * Limits that follow from the policy, as of an instant: each goes over, when a version to come begins, into what that version
 * makes of it. `limitsUnder` answers for one version as if it alone were in force from the instant on.
 */
export function limitsThrough(
  course: PolicyCourse,
  at: Instant,
  limitsUnder: (policy: Policy) => readonly Limit[],
): Limit[] {
  const versions = [course.at(at), ...course.after(at)];
  if (versions.length === 1) return [...limitsUnder(versions[0]!)];
  const spans = versions.map((policy, index) => ({
    from: index === 0 ? at : policy.effectiveFrom,
    until: versions[index + 1]?.effectiveFrom ?? Infinity,
    limits: byCounter(limitsUnder(policy)),
  }));
  const counters = new Map(spans.flatMap(({ limits }) => [...limits]));
  return [...counters].map(([key, { scope, counter, origin, limitId }]) => {
    const absent: Limit = { scope, counter, origin, limitId, max: NO_MAX, recommended: null };
    return inTurn(spans.map(({ limits, ...span }) => ({ ...span, limit: limits.get(key) ?? absent })));
  });
}

/** A limit that holds in a span of time, until the next one takes its place. */
interface LimitInSpan {
  readonly from: Instant;
  readonly until: Instant;
  readonly limit: Limit;
}

function inTurn(spans: readonly LimitInSpan[]): Limit {
  const steps = (holdsWill: HoldsWill): MaxStep[] =>
    spans.flatMap(({ from, until, limit }, index) => {
      const within = stepsAhead(limit, holdsWill)
        .filter((step) => from < step.from && step.from < until)
        .map((step) => ({ recommended: limit.recommended, ...step }));
      return index === 0 ? within : [{ ...stepAt(limit, from, holdsWill), from }, ...within];
    });
  const isByHolds = spans.some(({ limit }) => limit.laterIfCommitted !== undefined);
  return {
    ...withoutSteps(spans[0]!.limit),
    later: steps('LAPSE'),
    ...(isByHolds && { laterIfCommitted: steps('COMMIT') }),
  };
}

/** As it is now, whatever time makes of it. */
export function withoutSteps({ later: _later, laterIfCommitted: _laterIfCommitted, ...now }: Limit): Limit {
  return now;
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
    lowest.set(key, known ? lowerOf(known, limit) : limit);
  }
  return [...lowest.values()];
}

/** The lower of two maxima on one counter, now and whenever time changes one of them. The first of equals wins. */
function lowerOf(one: Limit, other: Limit): Limit {
  const recommended = one.recommended ?? other.recommended;
  const now = { ...withoutSteps(other.max < one.max ? other : one), recommended };
  const later = lowerSteps(one, other, 'LAPSE', recommended);
  if (!one.laterIfCommitted && !other.laterIfCommitted) return later.length === 0 ? now : { ...now, later };
  return { ...now, later, laterIfCommitted: lowerSteps(one, other, 'COMMIT', recommended) };
}

function lowerSteps(
  one: Limit,
  other: Limit,
  holdsWill: HoldsWill,
  recommendedNow: number | null,
): MaxStep[] {
  const [ofOneAt, ofOtherAt] = [stepsInOrder(one, holdsWill), stepsInOrder(other, holdsWill)];
  const instants = [one, other].flatMap((limit) => stepsAhead(limit, holdsWill).map(({ from }) => from));
  return [...new Set(instants)]
    .toSorted((earlier, later) => earlier - later)
    .map((from): MaxStep => {
      const [ofOne, ofOther] = [ofOneAt(from), ofOtherAt(from)];
      const recommended = ofOne.recommended ?? ofOther.recommended;
      const { max, origin } = ofOther.max < ofOne.max ? ofOther : ofOne;
      return { from, max, origin, ...(recommended !== recommendedNow && { recommended }) };
    });
}

/** What `stepAt` tells, of instants that are asked for in their order: a ramp has a step for each day. */
function stepsInOrder(limit: Limit, holdsWill: HoldsWill): (at: Instant) => Required<MaxStep> {
  const { max, origin, recommended } = limit;
  const steps = stepsAhead(limit, holdsWill);
  let passed = 0;
  return (at) => {
    while (passed < steps.length && steps[passed]!.from <= at) passed += 1;
    return { recommended, ...(steps[passed - 1] ?? { from: at, max, origin }) };
  };
}

/** The maximum that holds at an instant, and where it comes from. */
export function stepAt(limit: Limit, at: Instant, holdsWill: HoldsWill): Required<MaxStep> {
  const { max, origin, recommended } = limit;
  const step = stepsAhead(limit, holdsWill).findLast(({ from }) => from <= at);
  return { recommended, ...(step ?? { from: at, max, origin }) };
}

export function limitsOn(limits: readonly Limit[], action: Action, noted: boolean): Limit[] {
  return limits.filter((limit) => counts(limit.counter, action, noted));
}

function actionInWords(action: Action): string {
  return action === 'INMAIL' ? 'InMail' : action.replaceAll('_', ' ').toLowerCase();
}

/** "connection requests with a note in 7 days", or one of them: for messages. */
export function counterInWords({ actions, onlyWithNote, window }: Counter, count: number): string {
  const one = actions.length === 1 ? actionInWords(actions[0]!) : 'action';
  const kinds = actions.length === 1 ? '' : ` (${actions.length} kinds)`;
  const what = `${count === 1 ? one : `${one}s`}${kinds}`;
  return `${what}${onlyWithNote ? ' with a note' : ''} in ${window.kind === 'ROLLING' ? '' : 'a '}${windowInWords(window)}`;
}
