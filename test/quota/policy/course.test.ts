import fc from 'fast-check';
import {
  BUILT_IN_POLICIES,
  newerBuiltIn,
  PolicyCourse,
  policyStaleFrom,
  staleFrom,
  type Policy,
} from '../../../src/quota/policy/index.js';
import { DAY } from '../../../src/quota/window.js';
import { ownPolicy } from './make.js';

const [BUILT_IN] = BUILT_IN_POLICIES;

function builtIn(version: string, effectiveFrom: number): Policy {
  return { ...BUILT_IN!, id: version, version, effectiveFrom };
}

const OLD = builtIn('old', 1_000);
const NEW = builtIn('new', 5_000);

function inForce(own: readonly Policy[], ...instants: number[]): string[] {
  const course = new PolicyCourse(own, [OLD, NEW]);
  return instants.map((at) => course.at(at).version);
}

describe('the versions of an agency', () => {
  it('are the built-in ones where it has none of its own, the oldest for all time before', () => {
    expect(inForce([], 0, 4_999, 5_000)).toEqual(['old', 'old', 'new']);
  });

  it('are its own from the first of them on, to the millisecond', () => {
    expect(inForce([ownPolicy(1, 3_000)], 2_999, 3_000)).toEqual(['old', '2026-11.1']);
  });

  it('stay its own when a newer built-in one comes', () => {
    expect(inForce([ownPolicy(1, 3_000)], 4_999, 5_000, 99_000)).toEqual(Array(3).fill('2026-11.1'));
  });

  it('follow the built-in ones until the first of its own decides', () => {
    expect(inForce([ownPolicy(1, 9_000)], 4_999, 5_000, 9_000)).toEqual(['old', 'new', '2026-11.1']);
  });

  it('are the one published later, of two for one instant', () => {
    expect(inForce([ownPolicy(1, 3_000), ownPolicy(2, 3_000)], 3_000)).toEqual(['2026-11.2']);
  });

  it('may be published in another order than that in which they decide', () => {
    expect(inForce([ownPolicy(1, 4_000), ownPolicy(2, 3_000)], 3_000, 4_000)).toEqual([
      '2026-11.2',
      '2026-11.1',
    ]);
  });

  it('to come are told in order, without those that never will be in force', () => {
    const own = [ownPolicy(1, 9_000), ownPolicy(2, 4_000), ownPolicy(3, 9_000)];
    const versionsAfter = (at: number) =>
      new PolicyCourse(own, [OLD, NEW]).after(at).map(({ version }) => version);
    expect([3_999, 4_000, 9_000].map(versionsAfter)).toEqual([['2026-11.2', '2026-11.3'], ['2026-11.3'], []]);
  });

  it('are at each instant what a plain search finds', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 12 }), (starts, at) => {
        const own = starts.map((start, index) => ownPolicy(index + 1, start * 1_000));
        const first = Math.min(...own.map(({ effectiveFrom }) => effectiveFrom));
        const begun = [
          ...[OLD, NEW].filter(({ effectiveFrom }) => effectiveFrom < first),
          ...own.toSorted((one, other) => one.effectiveFrom - other.effectiveFrom),
        ].filter(({ effectiveFrom }) => effectiveFrom <= at * 1_000);
        const expected = begun.at(-1)?.version ?? (first <= 1_000 ? undefined : 'old');
        const found = inForce(own, at * 1_000)[0];
        if (expected !== undefined) expect(found).toBe(expected);
      }),
    );
  });
});

describe('newerBuiltIn', () => {
  it('tells an agency of a built-in version that came after the one it follows from', () => {
    const own = ownPolicy(1, 3_000);
    expect(newerBuiltIn(own)).toBeNull();
    expect(newerBuiltIn(own, [BUILT_IN!, NEW])?.version).toBe('new');
    expect(newerBuiltIn(BUILT_IN!, [BUILT_IN!, NEW])).toBeNull();
  });
});

describe('a number that nobody checks', () => {
  it('is stale when 180 days have passed after the day on which it was checked', () => {
    expect(staleFrom({ checkedOn: '2026-11-24' })).toBe(Date.parse('2026-11-25T00:00Z') + 180 * DAY);
  });

  it('makes its version stale, by the one that was checked longest ago', () => {
    const own = ownPolicy(1, 0, ({ kind }) => (kind === 'GAP' ? { checkedOn: '2026-01-01' } : {}));
    expect(policyStaleFrom(own)).toBe(Date.parse('2026-01-02T00:00Z') + 180 * DAY);
  });
});
