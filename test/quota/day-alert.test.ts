import { holdsExpiredAt, isSpike } from '../../src/quota/day-alert.js';

describe('holds of a day that lapsed', () => {
  const lapsed = (count: number) => Array.from({ length: count }, (_, index) => 1_000 + index).toReversed();

  it.each([
    ['too few holds to tell', 49, 49, null],
    ['2 % exactly', 50, 1, null],
    ['over 2 %, from the second on', 50, 2, 1_001],
    ['2 % of 100', 100, 2, null],
    ['over 2 % of 100, from the third on', 100, 5, 1_002],
    ['not a whole number', 149, 3, 1_002],
    ['none', 500, 0, null],
  ])('%s', (_, held, count, expected) => {
    expect(holdsExpiredAt(held, lapsed(count))).toBe(expected);
  });
});

describe('a spike', () => {
  it.each([
    ['20 are never one', 20, 0, false],
    ['over 20, after nothing', 21, 0, true],
    ['twice the mean exactly', 22, 77, false],
    ['over twice the mean', 23, 77, true],
    ['a mean that is no whole number', 23, 80, true],
  ])('%s', (_, today, before, expected) => {
    expect(isSpike(today, before)).toBe(expected);
  });
});
