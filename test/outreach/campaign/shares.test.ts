import fc from 'fast-check';
import { pickByWeight, shareOut } from '../../../src/outreach/campaign/shares.js';

const sharers = fc.array(
  fc.record({ weight: fc.integer({ min: 1, max: 3 }), wants: fc.integer({ min: 0, max: 40 }) }),
  { minLength: 1, maxLength: 6 },
);

describe('sharing out', () => {
  it('splits what is left by weight', () => {
    const [one, other] = [
      { weight: 1, wants: 100 },
      { weight: 3, wants: 100 },
    ];
    const got = shareOut(12, [one, other]);
    expect([got.get(one), got.get(other)]).toEqual([3, 9]);
  });

  it('gives what one does not want to the others', () => {
    const [one, other] = [
      { weight: 3, wants: 2 },
      { weight: 1, wants: 100 },
    ];
    const got = shareOut(12, [one, other]);
    expect([got.get(one), got.get(other)]).toEqual([2, 10]);
  });

  it('gives out all that is wanted and no more, and nobody falls a whole part below another that could', () => {
    fc.assert(
      fc.property(fc.nat(60), sharers, (parts, all) => {
        const got = shareOut(parts, all);
        const wanted = all.reduce((sum, { wants }) => sum + wants, 0);
        expect([...got.values()].reduce((sum, part) => sum + part, 0)).toBe(Math.min(parts, wanted));
        for (const one of all) {
          expect(got.get(one)!).toBeLessThanOrEqual(one.wants);
          if (got.get(one)! === one.wants) continue;
          for (const other of all) {
            expect((got.get(one)! + 1) / one.weight).toBeGreaterThanOrEqual(got.get(other)! / other.weight);
          }
        }
      }),
    );
  });
});

describe('picking by weight', () => {
  it('is the same for the same name, and over many names as the weights say', () => {
    const choices = [
      { key: 'a', weight: 1 },
      { key: 'b', weight: 3 },
    ];
    const picked = Array.from({ length: 4_000 }, (_, index) => pickByWeight(choices, `name ${index}`)!.key);
    expect(pickByWeight(choices, 'name 7')!.key).toBe(picked[7]);
    const share = picked.filter((key) => key === 'b').length / picked.length;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });

  it('picks nothing from nothing', () => {
    expect(pickByWeight([], 'name')).toBeNull();
  });
});
