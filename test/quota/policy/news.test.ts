import { BUILT_IN_POLICIES, policyNews, PolicyCourse, type Policy } from '../../../src/quota/policy/index.js';
import { DAY } from '../../../src/quota/window.js';
import { ownPolicy } from './make.js';

const [BUILT_IN] = BUILT_IN_POLICIES as readonly [Policy];
const CHECKED = Date.parse('2026-11-24');
/** 180 days after the end of the day of the check. */
const STALE = Date.parse('2027-05-24');
const SINCE = Date.parse('2026-11-25');
const NEWER: Policy = {
  ...BUILT_IN,
  id: 'newer',
  version: '2027-02',
  effectiveFrom: Date.parse('2027-02-01'),
};

function newsOf(course: PolicyCourse, at: number, builtIn = BUILT_IN_POLICIES) {
  return policyNews(course, { since: SINCE, at }, builtIn).map(({ kind, version, facts, at: then }) => [
    kind,
    version,
    facts.inForce ?? facts.days ?? null,
    then,
  ]);
}

describe('news of the policy', () => {
  const own = ownPolicy(1, SINCE + 3 * DAY);

  it('are that a version came into force since the agency is there, from its instant on', () => {
    const course = new PolicyCourse([own, ownPolicy(2, SINCE + 5 * DAY)]);
    expect(newsOf(course, SINCE + 3 * DAY - 1)).toEqual([]);
    expect(newsOf(course, SINCE + 5 * DAY)).toEqual([
      ['POLICY_CHANGED', '2026-11.1', null, SINCE + 3 * DAY],
      ['POLICY_CHANGED', '2026-11.2', null, SINCE + 5 * DAY],
    ]);
  });

  it('are not that the oldest version came into force: it held before', () => {
    const { effectiveFrom } = BUILT_IN;
    const course = new PolicyCourse([], [BUILT_IN]);
    expect(policyNews(course, { since: effectiveFrom - DAY, at: effectiveFrom })).toEqual([]);
  });

  it('are a built-in one that comes into force, for agencies that go by those', () => {
    const builtIn = [BUILT_IN, NEWER];
    const course = new PolicyCourse([], builtIn);
    expect(newsOf(course, NEWER.effectiveFrom - 1, builtIn)).toEqual([]);
    expect(newsOf(course, NEWER.effectiveFrom, builtIn)).toEqual([
      ['POLICY_CHANGED', '2027-02', null, NEWER.effectiveFrom],
    ]);
  });

  it('are that a newer built-in one is there, for an agency whose own stays in force', () => {
    const builtIn = [BUILT_IN, NEWER];
    const course = new PolicyCourse([own], builtIn);
    const before = newsOf(course, NEWER.effectiveFrom - 1, builtIn);
    expect(newsOf(course, NEWER.effectiveFrom, builtIn)).toEqual([
      ...before,
      ['POLICY_CHANGED', '2027-02', '2026-11.1', NEWER.effectiveFrom],
    ]);
    const taken: Policy = { ...ownPolicy(2, NEWER.effectiveFrom + 1), version: '2027-02.2' };
    const over = { ...taken, published: { ...taken.published!, builtIn: '2027-02' } };
    const after = newsOf(new PolicyCourse([own, over], builtIn), NEWER.effectiveFrom + 1, builtIn);
    expect(after).toEqual([...before, ['POLICY_CHANGED', '2027-02.2', null, NEWER.effectiveFrom + 1]]);
  });

  it('are numbers that nobody has checked for 180 days, of the version in force alone', () => {
    const course = new PolicyCourse([], [BUILT_IN]);
    expect(newsOf(course, STALE - 1)).toEqual([]);
    expect(newsOf(course, STALE)).toEqual([['POLICY_STALE', '2026-11', 181, STALE]]);
    const again = ownPolicy(1, STALE + DAY, () => ({ checkedOn: '2027-05-20' }));
    const checked = {
      ...again,
      creditRules: again.creditRules.map((rule) => ({ ...rule, checkedOn: '2027-05-20' })),
    };
    const later = new PolicyCourse([checked]);
    expect(newsOf(later, STALE + DAY)).toEqual([['POLICY_CHANGED', '2026-11.1', null, STALE + DAY]]);
  });

  it('are of no instant before the agency, nor before the version that they are of', () => {
    const course = new PolicyCourse([], [BUILT_IN]);
    const since = STALE + 10 * DAY;
    expect(policyNews(course, { since, at: since })).toMatchObject([{ at: since, facts: { days: 191 } }]);
    const stale = ownPolicy(1, STALE + DAY);
    expect(newsOf(new PolicyCourse([stale]), STALE + DAY).at(-1)).toEqual([
      'POLICY_STALE',
      '2026-11.1',
      (STALE + DAY - CHECKED) / DAY,
      STALE + DAY,
    ]);
  });
});
