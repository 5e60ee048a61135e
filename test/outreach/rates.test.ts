import fc from 'fast-check';
import {
  comparisonInWords,
  compareLeaders,
  compareShares,
  confidenceOf,
  normalBelow,
  sampleSize,
  type Share,
  wilson,
} from '../../src/outreach/rates.js';

const share = (count: number, of: number): Share => ({ count, of });

// Newcombe 1998, table I, method 3; and R's prop.test(correct = FALSE).
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [29, 29, 0.883, 1],
  [0, 0, 0, 1],
])('%i of %i is between %f and %f', (count, of, low, high) => {
  const found = wilson(share(count, of));
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

it('holds the share, and is the set of all shares that the count does not speak against', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (of, part) => {
        const count = Math.round(of * part);
        const { low, high } = wilson(share(count, of));
        expect(low).toBeLessThanOrEqual(count / of);
        expect(high).toBeGreaterThanOrEqual(count / of);
        // By definition its ends lie 1.96 of their own standard deviations from what was counted.
        for (const end of [low, high]) {
          if (end === 0 || end === 1) continue;
          const distance = Math.abs(count / of - end) / Math.sqrt((end * (1 - end)) / of);
          expect(distance).toBeCloseTo(1.959964, 5);
        }
      },
    ),
  );
});

it.each([
  [0, 0.5],
  [1, 0.841344746068543],
  [-1, 0.158655253931457],
  [1.959963984540054, 0.975],
  [3, 0.99865010196837],
  [6, 0.999999999013412],
  [-9, 0],
  [9, 1],
])('a normal distribution lies below %f by %f', (z, below) => {
  expect(normalBelow(z)).toBeCloseTo(below, 12);
});

// R: prop.test(c(a, b), c(n, m), correct = FALSE)$p.value
it.each([
  [share(60, 200), share(40, 200), 1 - 0.0209213354],
  [share(45, 100), share(55, 100), 1 - 0.1572992071],
  [share(10, 10), share(10, 10), 0],
  [share(0, 0), share(5, 9), 0],
])('%j and %j differ by a confidence of %f', (first, second, confidence) => {
  expect(confidenceOf(first, second)).toBeCloseTo(confidence, 6);
  expect(confidenceOf(second, first)).toBeCloseTo(confidence, 6);
});

// Fleiss, without the correction; R: power.prop.test(p1 = 0.1, p2 = 0.15, power = 0.8) gives 685.6.
it.each([
  [0.1, 0.15, 686],
  [0.5, 0.6, 388],
  [0.05, 0.1, 435],
])('a share of %f and one of %f are told apart by %i each', (first, second, each) => {
  expect(sampleSize(first, second)).toBe(each);
});

describe('the verdict', () => {
  it.each([
    [share(60, 200), share(40, 200), 'A is better, 97 %.'],
    [share(40, 200), share(60, 200), 'B is better, 97 %.'],
    // Sure by the formula alone: five of each kind are to be expected of 15 each.
    [share(4, 6), share(0, 6), 'Not enough yet: about 18 more.'],
    [share(20, 100), share(30, 100), 'Not enough yet: about 390 more.'],
    [share(10, 50), share(10, 50), 'Not enough yet, and no number of them in sight that would tell.'],
    [share(0, 0), share(10, 50), 'Not enough yet, and no number of them in sight that would tell.'],
    [
      share(1_000, 10_000),
      share(1_001, 10_000),
      'Not enough yet, and no number of them in sight that would tell.',
    ],
  ])('of %j and %j: %s', (first, second, words) => {
    expect(comparisonInWords(compareShares(first, second), 'A', 'B')).toBe(words);
  });

  it('is the same from both sides', () => {
    const any = fc
      .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }))
      .map(([one, other]) => share(Math.min(one, other), Math.max(one, other)));
    fc.assert(
      fc.property(any, any, (first, second) => {
        const words = comparisonInWords(compareShares(first, second), 'A', 'B');
        expect(comparisonInWords(compareShares(second, first), 'B', 'A')).toBe(words);
      }),
    );
  });
});

describe('of several the two best', () => {
  it('are compared like two, where there are two', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (one, other) => {
        const [first, second] = [share(one, 50), share(other, 50)];
        const found = compareLeaders([first, second]);
        expect(found?.leader).toBe(one >= other ? first : second);
        expect(found?.comparison).toEqual(compareShares(found!.leader, found!.next));
      }),
    );
  });

  it('are as many times less sure as there are pairs: more texts find more by chance', () => {
    const [first, second, third] = [share(30, 100), share(17, 100), share(10, 100)];
    const ofTwo = compareLeaders([second, first])!;
    const ofThree = compareLeaders([third, second, first])!;
    expect([ofTwo.leader, ofThree.leader, ofThree.next]).toEqual([first, first, second]);
    expect(ofTwo.comparison.verdict).toBe('FIRST_IS_BETTER');
    expect(ofThree.comparison.verdict).toBe('NOT_ENOUGH');
    expect(1 - ofThree.comparison.confidence).toBeCloseTo(3 * (1 - ofTwo.comparison.confidence), 12);
  });

  it('are none where there are no two', () => {
    expect(compareLeaders([])).toBeNull();
    expect(compareLeaders([share(1, 2)])).toBeNull();
  });
});
