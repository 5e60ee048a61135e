import fc from 'fast-check';
import { Pace } from '../../src/live/pace.js';

/** When those pass that come at these instants, each as soon as it may. */
function passed(asked: readonly number[]): number[] {
  const pace = new Pace();
  let now = 0;
  return asked.map((at) => {
    now = Math.max(now, at);
    now += pace.waitMs(now);
    pace.take(now);
    return now;
  });
}

describe('a pace', () => {
  it('lets four pass in a second at most, whenever they come', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(times, (asked) => {
        const at = passed(asked.toSorted((one, other) => one - other));
        for (const [index, fifth] of at.slice(4).entries()) expect(fifth - at[index]!).toBeGreaterThan(1_000);
      }),
    );
  });

  it('lets two pass at once, and after a pause two again', () => {
    expect(passed([0, 0, 2_000, 2_001])).toEqual([0, 0, 2_000, 2_001]);
  });

  it('lets one pass each third of a second where more come', () => {
    expect(passed([0, 0, 0, 0, 0])).toEqual([0, 0, 334, 668, 1_002]);
  });
});
