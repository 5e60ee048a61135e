/**
 * How sure a share is that was counted, and whether one of two is really larger. Textbook statistics: the score interval of
 * Wilson, the z-test of two proportions, and how many more it would take.
 */

export interface Share {
  /** How many of `of` it was. */
  readonly count: number;
  readonly of: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 95 % of a normal distribution lie within so many standard deviations. */
const Z_95 = 1.959963984540054;
/** 80 % lie below so many: a difference that is there is found four times of five. */
const Z_POWER_80 = 0.8416212335729143;
const SURE_ENOUGH = 0.95;
/** Fewer of either kind, and a normal distribution says nothing of them. */
const EXPECTED_MIN = 5;
/** Who would need more than so many sees no difference that matters. */
const MORE_MAX = 100_000;

/** The score interval of Wilson at 95 %: from nothing counted, all is possible. */
export function wilson({ count, of }: Share): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const spread = Z_95 ** 2 / of;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z_95 / (1 + spread)) * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  // At the ends what is computed may miss 0 and 1 by a rounding.
  return {
    low: count === 0 ? 0 : Math.max(0, middle - half),
    high: count === of ? 1 : Math.min(1, middle + half),
  };
}

export type Comparison =
  | { readonly verdict: 'FIRST_IS_BETTER' | 'SECOND_IS_BETTER'; readonly confidence: number }
  /** So many more, of both together, would tell, if the shares stay as they are; null where no number would. */
  | { readonly verdict: 'NOT_ENOUGH'; readonly confidence: number; readonly more: number | null };

/**
 * Which of two shares is larger, where that is 95 % sure; how many more it takes where it is not. Where the two were picked out of
 * `pairs`, one of these differs by chance so many times as often, and it is that much less sure (Bonferroni).
 */
export function compareShares(first: Share, second: Share, pairs = 1): Comparison {
  const confidence = Math.max(0, 1 - pairs * (1 - confidenceOf(first, second)));
  if (confidence >= SURE_ENOUGH && isEnough(first, second)) {
    const isFirst = first.count / first.of > second.count / second.of;
    return { verdict: isFirst ? 'FIRST_IS_BETTER' : 'SECOND_IS_BETTER', confidence };
  }
  return { verdict: 'NOT_ENOUGH', confidence, more: moreNeeded(first, second) };
}

/** Of several the one with the largest share, against the one that comes next; null where there are no two. */
export function compareLeaders<One extends Share>(
  all: readonly One[],
): { readonly leader: One; readonly next: One; readonly comparison: Comparison } | null {
  const [leader, next] = all.toSorted((one, other) => shareOf(other) - shareOf(one));
  if (!leader || !next) return null;
  const pairs = (all.length * (all.length - 1)) / 2;
  return { leader, next, comparison: compareShares(leader, next, pairs) };
}

function shareOf({ count, of }: Share): number {
  return of === 0 ? 0 : count / of;
}

/** How sure it is that the two differ at all: one minus the p-value of the two-sided z-test of two proportions. */
export function confidenceOf(first: Share, second: Share): number {
  if (first.of === 0 || second.of === 0) return 0;
  const pooled = (first.count + second.count) / (first.of + second.of);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / first.of + 1 / second.of));
  if (deviation === 0) return 0;
  const z = Math.abs(first.count / first.of - second.count / second.of) / deviation;
  return 2 * normalBelow(z) - 1;
}

/** Whether so many of both kinds are to be expected of both that the test may be trusted. */
function isEnough(first: Share, second: Share): boolean {
  const pooled = (first.count + second.count) / (first.of + second.of);
  const fewest = Math.min(first.of, second.of) * Math.min(pooled, 1 - pooled);
  return fewest >= EXPECTED_MIN;
}

/** How many each of two groups has to have, so that a difference of these shares is found. */
export function sampleSize(first: number, second: number): number {
  const middle = (first + second) / 2;
  const none = Z_95 * Math.sqrt(2 * middle * (1 - middle));
  const some = Z_POWER_80 * Math.sqrt(first * (1 - first) + second * (1 - second));
  return Math.ceil(((none + some) / (first - second)) ** 2);
}

function moreNeeded(first: Share, second: Share): number | null {
  if (first.of === 0 || second.of === 0) return null;
  const shares = [first.count / first.of, second.count / second.of] as const;
  if (shares[0] === shares[1]) return null;
  const middle = (shares[0] + shares[1]) / 2;
  const forTest = Math.ceil(EXPECTED_MIN / Math.min(middle, 1 - middle));
  const each = Math.max(sampleSize(...shares), forTest);
  const more = Math.max(0, each - first.of) + Math.max(0, each - second.of);
  // Both have as many as it takes to find such a difference in most cases, and this is one of the others: half as many again.
  const asked = more > 0 ? more : Math.ceil((first.of + second.of) / 2);
  return asked > MORE_MAX ? null : asked;
}

/** The share of a normal distribution below z: the series of Marsaglia, exact to the last digits. */
export function normalBelow(z: number): number {
  if (z < -8) return 0;
  if (z > 8) return 1;
  let sum = z;
  let term = z;
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + sum * (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
}

/** A comparison in words, with the names that the two go by. */
export function comparisonInWords(comparison: Comparison, first: string, second: string): string {
  if (comparison.verdict !== 'NOT_ENOUGH') {
    const better = comparison.verdict === 'FIRST_IS_BETTER' ? first : second;
    return `${better} is better, ${Math.floor(comparison.confidence * 100)} %.`;
  }
  if (comparison.more === null) return 'Not enough yet, and no number of them in sight that would tell.';
  return `Not enough yet: about ${rounded(comparison.more)} more.`;
}

/** Two digits: it is an estimate. */
function rounded(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}
