import {
  BUILT_IN_COURSE,
  BUILT_IN_POLICIES,
  isForTier,
  type PolicyRule,
} from '../../../src/quota/policy/index.js';
import { windowKey } from '../../../src/quota/window.js';
import { ACTIONS, CONFIDENCES, LINKEDIN_TIERS } from '../../../src/quota/words.js';

const POLICY = BUILT_IN_COURSE.at(Date.UTC(2026, 10, 24));
const PAID = LINKEDIN_TIERS.filter((tier) => tier !== 'BASIC');
const RECRUITER = LINKEDIN_TIERS.filter((tier) => tier.startsWith('RECRUITER'));

type Row = readonly [
  kind: string,
  actions: string,
  window: string | null,
  recommended: number | null,
  ceiling: number | null,
  unit: string,
  tiers?: readonly string[],
];

/** The numbers of docs/design.md, section 3, once more: whoever changes one changes both. */
const LIMITS: readonly Row[] = [
  ['LIMIT', 'DIRECT_MESSAGE', '86400', 50, 150, 'actions'],
  ['LIMIT', 'CONNECTION_REQUEST', '604800', 80, 100, 'actions'],
  ['LIMIT', 'DIRECT_MESSAGE', '600', null, 15, 'actions'],
  ['LIMIT', 'CONNECTION_REQUEST', '86400', 16, 30, 'actions'],
  ['LIMIT', 'CONNECTION_REQUEST', '600', null, 5, 'actions'],
  ['LIMIT', 'CONNECTION_REQUEST with a note', 'CALENDAR_MONTH', 5, 5, 'actions', ['BASIC']],
  ['LIMIT', 'INMAIL', '86400', 15, 30, 'actions'],
  ['LIMIT', 'OPEN_PROFILE_MESSAGE', 'CALENDAR_MONTH', 500, 800, 'actions'],
  ['LIMIT', 'OPEN_PROFILE_MESSAGE', '86400', 30, 50, 'actions'],
  ['LIMIT', 'GROUP_MESSAGE', 'CALENDAR_MONTH', 10, 15, 'actions'],
  ['LIMIT', 'PROFILE_VIEW', '86400', 60, 80, 'actions'],
  ['LIMIT', 'REACTION', '86400', 25, 30, 'actions'],
  ['LIMIT', 'COMMENT', '86400', 12, 15, 'actions'],
  ['LIMIT', 'FOLLOW', '86400', 40, 50, 'actions'],
  ['LIMIT', 'INVITATION_WITHDRAWAL', '86400', 30, 40, 'actions'],
  ['LIMIT', 'all', '86400', 145, 250, 'actions'],
];

const OTHER_NUMBERS: readonly Row[] = [
  ['ACTION_NOT_IN_TIER', 'INMAIL', null, null, 0, 'actions', ['BASIC']],
  ['HISTORY_UNKNOWN', 'CONNECTION_REQUEST', '86400', null, 10, 'actions'],
  ['HISTORY_UNKNOWN', 'DIRECT_MESSAGE', '86400', null, 20, 'actions'],
  ['PENDING_INVITATIONS', 'CONNECTION_REQUEST', null, 500, 700, 'invitations'],
  ['PENDING_INVITATION_AGE', 'CONNECTION_REQUEST', null, null, 180, 'days'],
  ['REINVITE_EMBARGO', 'CONNECTION_REQUEST', null, null, 21, 'days'],
  ['AWAITING_REPLY', 'INMAIL', null, null, 90, 'days'],
  ['NOTE_LENGTH', 'CONNECTION_REQUEST with a note', null, null, 200, 'UTF-16 code units', ['BASIC']],
  ['NOTE_LENGTH', 'CONNECTION_REQUEST with a note', null, null, 300, 'UTF-16 code units', PAID],
  ['INMAIL_SUBJECT_LENGTH', 'INMAIL', null, null, 200, 'UTF-16 code units'],
  ['INMAIL_BODY_LENGTH', 'INMAIL', null, null, 1_900, 'UTF-16 code units'],
  [
    'MESSAGE_LENGTH',
    'DIRECT_MESSAGE+OPEN_PROFILE_MESSAGE+GROUP_MESSAGE',
    null,
    3_000,
    8_000,
    'UTF-16 code units',
  ],
  ['GAP', 'all', null, 90, null, 'seconds'],
  ['WARM_UP', '', null, 20, null, 'per cent'],
  ['WARM_UP_PER_DAY', '', null, 3, null, 'percentage points'],
  ['WARM_UP_AGAIN', '', null, null, 30, 'days'],
  ['RESTRICTION_INVITATION_LIMIT', 'CONNECTION_REQUEST', null, null, 7, 'days'],
  ['RESTRICTION_TOO_MANY_PENDING', 'CONNECTION_REQUEST', null, null, 30, 'days'],
  ['RESTRICTION_TEMPORARY', 'all', null, null, 3, 'days'],
  ['RESTRICTION_IDENTITY_CHECK', 'all', null, null, null, 'days'],
  ['RESTRICTION_PERMANENT', 'all', null, null, null, 'days'],
  ['HALF_CAPS', 'all', null, null, 14, 'days'],
  ['ACCEPTANCE', 'CONNECTION_REQUEST', '5184000', 20, 10, 'per cent'],
  ['ACCEPTANCE_AGE', 'CONNECTION_REQUEST', null, null, 30, 'days'],
  ['ACCEPTANCE_COUNT', 'CONNECTION_REQUEST', null, 50, null, 'invitations'],
  ['ACCEPTANCE_STOP', 'CONNECTION_REQUEST', null, null, 7, 'days'],
  ['ACCEPTANCE_CAP', 'CONNECTION_REQUEST', '86400', null, 5, 'actions'],
  ['RESPONSE_COUNT', 'INMAIL', null, 100, null, 'messages', RECRUITER],
  ['RESPONSE_RATE', 'INMAIL', '1209600', 13, null, 'per cent', RECRUITER],
  ['REPEATED_TEXT', '', '2592000', 10, 25, 'people'],
  ['COLLISION_EMBARGO', '', null, null, 30, 'days'],
  ['PERSON_PRESSURE', '', '2592000', null, 8, 'contacts'],
];

function rowOf({ kind, actions, onlyWithNote, window, recommended, ceiling, unit, tiers }: PolicyRule): Row {
  const words = actions.length === ACTIONS.length ? 'all' : actions.join('+');
  const what = onlyWithNote ? `${words} with a note` : words;
  const row = [kind, what, window && windowKey(window), recommended, ceiling, unit] as const;
  return tiers ? [...row, tiers] : row;
}

describe('the built-in policy', () => {
  it.each(LIMITS)('has the limit %s %s in %s: %s, %s', (...row) => {
    expect(POLICY.rules.filter(({ kind }) => kind === 'LIMIT').map(rowOf)).toContainEqual(row);
  });

  it.each(OTHER_NUMBERS)('has the number %s %s %s: %s, %s', (...row) => {
    expect(POLICY.rules.map(rowOf)).toContainEqual(row);
  });

  it('has no others', () => {
    expect(POLICY.rules).toHaveLength(LIMITS.length + OTHER_NUMBERS.length);
  });

  it.each([
    ['PREMIUM_CAREER', 5, 15, false],
    ['PREMIUM_BUSINESS', 15, 45, false],
    ['SALES_NAVIGATOR', 50, 150, false],
    ['RECRUITER_LITE', 30, 120, false],
    ['RECRUITER_PROFESSIONAL_SERVICES', 100, 400, true],
    ['RECRUITER_CORPORATE', 150, 600, true],
  ])('grants %s %d credits a month and keeps %d', (tier, perMonth, keep, pooled) => {
    const rules = POLICY.creditRules.filter((rule) => rule.tier === tier);
    expect(rules).toMatchObject([{ perMonth, keep, pooled, expiresAfterDays: 90, returnsWithinDays: 90 }]);
  });

  it('grants on the first in UTC to SALES_NAVIGATOR, and to the others on a day of the seat', () => {
    const first = POLICY.creditRules.filter(({ renews }) => renews === 'FIRST_UTC');
    expect(first.map(({ tier }) => tier)).toEqual(['SALES_NAVIGATOR']);
  });

  it('grants BASIC none', () => {
    expect(POLICY.creditRules.map(({ tier }) => tier)).toEqual(PAID);
  });

  it('limits every action in some window of a day or less', () => {
    for (const action of ACTIONS) {
      const limits = POLICY.rules.filter(({ kind, actions }) => kind === 'LIMIT' && actions.includes(action));
      expect(limits.map(({ window }) => window && windowKey(window))).toContain('86400');
    }
  });

  it.each([...POLICY.rules, ...POLICY.creditRules].map((rule, index) => [index, rule] as const))(
    'says of number %d where it is from, how sure it is, and when it was checked',
    (_, { source, sourceUrl, confidence, checkedOn }) => {
      expect(source.trim().length).toBeGreaterThan(10);
      expect(CONFIDENCES).toContain(confidence);
      expect(checkedOn).toBe(new Date(Date.parse(checkedOn)).toISOString().slice(0, 10));
      expect(Date.parse(checkedOn)).toBeGreaterThanOrEqual(POLICY.effectiveFrom);
      if (sourceUrl !== null) expect(sourceUrl).toMatch(/^https:\/\/(?!.*\/answer\/answer\/)\S+$/);
    },
  );

  it('recommends no more than its ceiling, in whole numbers', () => {
    for (const { kind, recommended, ceiling } of POLICY.rules) {
      for (const number of [recommended, ceiling])
        expect(number === null || Number.isInteger(number)).toBe(true);
      // Of a share the recommended number is the floor that warns, and the lower one refuses.
      if (recommended === null || ceiling === null || kind === 'ACCEPTANCE') continue;
      expect(recommended).toBeLessThanOrEqual(ceiling);
    }
  });
});

describe('policies by time', () => {
  it('are in order, each with an id and a version of its own', () => {
    const starts = BUILT_IN_POLICIES.map(({ effectiveFrom }) => effectiveFrom);
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
    expect(new Set(BUILT_IN_POLICIES.map(({ id }) => id)).size).toBe(BUILT_IN_POLICIES.length);
    expect(new Set(BUILT_IN_POLICIES.map(({ version }) => version)).size).toBe(BUILT_IN_POLICIES.length);
    for (const { id, builtIn } of BUILT_IN_POLICIES) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(builtIn).toBe(true);
    }
  });

  it.each([
    ['long before the first', 0, '2026-11'],
    ['from its first instant', Date.UTC(2026, 10, 1), '2026-11'],
    ['today', Date.UTC(2026, 10, 24), '2026-11'],
  ])('%s', (_, at, version) => {
    expect(BUILT_IN_COURSE.at(at).version).toBe(version);
  });

  it('a rule is for the tiers that it names, or for all', () => {
    const [first] = POLICY.rules;
    const named = { ...first!, tiers: ['BASIC'] as const };
    expect(LINKEDIN_TIERS.filter((tier) => isForTier(named, tier))).toEqual(['BASIC']);
    expect(LINKEDIN_TIERS.filter((tier) => isForTier({ ...named, tiers: null }, tier))).toEqual(
      LINKEDIN_TIERS,
    );
  });
});
