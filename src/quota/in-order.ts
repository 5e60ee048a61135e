/** By which of two comes first, as arrays are sorted. */
export type Order<T> = (one: T, other: T) => number;

/** Puts one into a list that is in order, behind all that don't come after it. Answers where. */
export function putInOrder<T>(list: T[], one: T, order: Order<T>): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(list[middle]!, one) <= 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, one);
  return low;
}
