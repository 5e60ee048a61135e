import { ACTIONS, LINKEDIN_TIERS, type Action, type Confidence, type LinkedInTier } from '../words.js';
import { rolling, type Window } from '../window.js';
import type { CreditRule, Policy, PolicyRule, Sourced } from './policy.js';

/**
 * The built-in policy of November 2026. LinkedIn publishes almost none of these numbers: each is a dated opinion with
 * its source, and staying under it is no permission.
 */

const CHECKED_ON = '2026-11-24';
const DAY = rolling(86_400);
const WEEK = rolling(7 * 86_400);
const TEN_MINUTES = rolling(600);
const MONTH: Window = { kind: 'CALENDAR_MONTH' };

const EXCEPT_BASIC = LINKEDIN_TIERS.filter((tier) => tier !== 'BASIC');
const RECRUITER = LINKEDIN_TIERS.filter((tier) => tier.startsWith('RECRUITER_'));

function from(source: string, confidence: Confidence, sourceUrl: string | null = null): Sourced {
  return { source, sourceUrl, confidence, checkedOn: CHECKED_ON };
}

const HELP = 'https://www.linkedin.com/help/linkedin/answer';
const GUIDE = from(
  'LeadCRM, “How many LinkedIn messages can I send per day”; upper end of what practitioners report',
  'MEDIUM',
  'https://leadcrm.io/blog/how-many-linkedin-messages-can-i-send-per-day',
);
const PRACTITIONERS = from(
  'What several practitioners’ guides report; LinkedIn publishes no number',
  'MEDIUM',
);
const FEW_PRACTITIONERS = from('One or two practitioners’ guides; LinkedIn publishes no number', 'LOW');
const INVITATION_HELP = from('LinkedIn Help, “Invitation limit reached”', 'MEDIUM', `${HELP}/a550555`);
const RESTRICTION_HELP = from(
  'LinkedIn Help, “Types of restrictions for sending invitations”',
  'MEDIUM',
  `${HELP}/a551012`,
);
const CREDIT_HELP = from('LinkedIn Help, “InMail message credits and renewal process”', 'HIGH', `${HELP}/75`);
const RECRUITER_HELP = from('LinkedIn Recruiter Help, “Renewal and expiration of InMail credits”', 'MEDIUM');
const OWN_CHOICE = from('Headroom’s own careful choice; no source gives a number', 'LOW');

type Numbers = Pick<PolicyRule, 'recommended' | 'ceiling'>;

function limit(
  description: string,
  actions: readonly Action[],
  window: Window,
  numbers: Numbers,
  sourced: Sourced,
): PolicyRule {
  return {
    kind: 'LIMIT',
    description,
    actions,
    onlyWithNote: false,
    tiers: null,
    window,
    ...numbers,
    unit: 'actions',
    ...sourced,
  };
}

function number(
  rule: Pick<PolicyRule, 'kind' | 'description' | 'unit'> & Partial<PolicyRule>,
  sourced: Sourced,
): PolicyRule {
  return {
    actions: [],
    onlyWithNote: false,
    tiers: null,
    window: null,
    recommended: null,
    ceiling: null,
    ...rule,
    ...sourced,
  };
}

const limits: readonly PolicyRule[] = [
  limit('Direct messages in 24 hours', ['DIRECT_MESSAGE'], DAY, { recommended: 50, ceiling: 150 }, GUIDE),
  limit(
    'Invitations in 7 days, noted ones included',
    ['CONNECTION_REQUEST'],
    WEEK,
    { recommended: 80, ceiling: 100 },
    GUIDE,
  ),
  limit(
    'Direct messages in 10 minutes',
    ['DIRECT_MESSAGE'],
    TEN_MINUTES,
    { recommended: null, ceiling: 15 },
    FEW_PRACTITIONERS,
  ),
  limit(
    'Invitations in 24 hours',
    ['CONNECTION_REQUEST'],
    DAY,
    { recommended: 16, ceiling: 30 },
    PRACTITIONERS,
  ),
  limit(
    'Invitations in 10 minutes',
    ['CONNECTION_REQUEST'],
    TEN_MINUTES,
    { recommended: null, ceiling: 5 },
    FEW_PRACTITIONERS,
  ),
  {
    ...limit(
      'Invitations with a note in a month, free accounts',
      ['CONNECTION_REQUEST'],
      MONTH,
      { recommended: 5, ceiling: 5 },
      INVITATION_HELP,
    ),
    onlyWithNote: true,
    tiers: ['BASIC'],
  },
  limit('InMail messages in 24 hours', ['INMAIL'], DAY, { recommended: 15, ceiling: 30 }, FEW_PRACTITIONERS),
  limit(
    'Messages to open profiles in a month',
    ['OPEN_PROFILE_MESSAGE'],
    MONTH,
    { recommended: 500, ceiling: 800 },
    PRACTITIONERS,
  ),
  limit(
    'Messages to open profiles in 24 hours',
    ['OPEN_PROFILE_MESSAGE'],
    DAY,
    { recommended: 30, ceiling: 50 },
    FEW_PRACTITIONERS,
  ),
  limit(
    'Messages to group members in a month',
    ['GROUP_MESSAGE'],
    MONTH,
    { recommended: 10, ceiling: 15 },
    from('LinkedIn Help of June 2015, as quoted', 'LOW'),
  ),
  limit('Profile views in 24 hours', ['PROFILE_VIEW'], DAY, { recommended: 60, ceiling: 80 }, PRACTITIONERS),
  limit('Reactions in 24 hours', ['REACTION'], DAY, { recommended: 25, ceiling: 30 }, FEW_PRACTITIONERS),
  limit('Comments in 24 hours', ['COMMENT'], DAY, { recommended: 12, ceiling: 15 }, FEW_PRACTITIONERS),
  limit('Follows in 24 hours', ['FOLLOW'], DAY, { recommended: 40, ceiling: 50 }, FEW_PRACTITIONERS),
  limit(
    'Withdrawals of invitations in 24 hours',
    ['INVITATION_WITHDRAWAL'],
    DAY,
    { recommended: 30, ceiling: 40 },
    FEW_PRACTITIONERS,
  ),
  limit(
    'All actions together in 24 hours',
    ACTIONS,
    DAY,
    { recommended: 145, ceiling: 250 },
    FEW_PRACTITIONERS,
  ),
];

const otherNumbers: readonly PolicyRule[] = [
  number(
    {
      kind: 'ACTION_NOT_IN_TIER',
      description: 'InMail messages of free accounts: they have none',
      actions: ['INMAIL'],
      tiers: ['BASIC'],
      ceiling: 0,
      unit: 'actions',
    },
    CREDIT_HELP,
  ),
  number(
    {
      kind: 'HISTORY_UNKNOWN',
      description: 'Invitations in 24 hours while it is not known what the account sent before',
      actions: ['CONNECTION_REQUEST'],
      window: DAY,
      ceiling: 10,
      unit: 'actions',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'HISTORY_UNKNOWN',
      description: 'Direct messages in 24 hours while it is not known what the account sent before',
      actions: ['DIRECT_MESSAGE'],
      window: DAY,
      ceiling: 20,
      unit: 'actions',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'PENDING_INVITATIONS',
      description: 'Invitations that nobody answered yet',
      actions: ['CONNECTION_REQUEST'],
      recommended: 500,
      ceiling: 700,
      unit: 'invitations',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'PENDING_INVITATION_AGE',
      description: 'An unanswered invitation lapses',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 180,
      unit: 'days',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'REINVITE_EMBARGO',
      description: 'From a withdrawal until the person can be invited again',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 21,
      unit: 'days',
    },
    { ...RESTRICTION_HELP, confidence: 'HIGH' },
  ),
  number(
    {
      kind: 'AWAITING_REPLY',
      description: 'From an InMail that nobody answered until the person can have another one',
      actions: ['INMAIL'],
      ceiling: 90,
      unit: 'days',
    },
    CREDIT_HELP,
  ),
  number(
    {
      kind: 'NOTE_LENGTH',
      description: 'Note of an invitation, free accounts',
      actions: ['CONNECTION_REQUEST'],
      onlyWithNote: true,
      tiers: ['BASIC'],
      ceiling: 200,
      unit: 'UTF-16 code units',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'NOTE_LENGTH',
      description: 'Note of an invitation, paid accounts',
      actions: ['CONNECTION_REQUEST'],
      onlyWithNote: true,
      tiers: EXCEPT_BASIC,
      ceiling: 300,
      unit: 'UTF-16 code units',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'INMAIL_SUBJECT_LENGTH',
      description: 'Subject of an InMail',
      actions: ['INMAIL'],
      ceiling: 200,
      unit: 'UTF-16 code units',
    },
    from('LinkedIn Help, “Send an InMail message”', 'HIGH', `${HELP}/437`),
  ),
  number(
    {
      kind: 'INMAIL_BODY_LENGTH',
      description: 'Body of an InMail',
      actions: ['INMAIL'],
      ceiling: 1_900,
      unit: 'UTF-16 code units',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'MESSAGE_LENGTH',
      description: 'A direct message',
      actions: ['DIRECT_MESSAGE', 'OPEN_PROFILE_MESSAGE', 'GROUP_MESSAGE'],
      recommended: 3_000,
      ceiling: 8_000,
      unit: 'UTF-16 code units',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'GAP',
      description: 'Between two actions of a seat',
      actions: ACTIONS,
      recommended: 90,
      unit: 'seconds',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'WARM_UP',
      description: 'Share of the recommended numbers on the first day of a warm-up',
      recommended: 20,
      unit: 'per cent',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'WARM_UP_PER_DAY',
      description: 'How much that share grows each day',
      recommended: 3,
      unit: 'percentage points',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'WARM_UP_AGAIN',
      description: 'A warm-up begins again after so long without a send',
      ceiling: 30,
      unit: 'days',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'RESTRICTION_INVITATION_LIMIT',
      description: 'No invitations after LinkedIn’s notice of the invitation limit',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 7,
      unit: 'days',
    },
    { ...INVITATION_HELP, confidence: 'HIGH' },
  ),
  number(
    {
      kind: 'RESTRICTION_TOO_MANY_PENDING',
      description: 'No invitations after LinkedIn’s notice of too many pending ones',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 30,
      unit: 'days',
    },
    { ...RESTRICTION_HELP, confidence: 'HIGH' },
  ),
  number(
    {
      kind: 'RESTRICTION_TEMPORARY',
      description: 'Nothing after a temporary restriction',
      actions: ACTIONS,
      ceiling: 3,
      unit: 'days',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'RESTRICTION_IDENTITY_CHECK',
      description: 'Nothing while LinkedIn asks who it is, until somebody lifts it',
      actions: ACTIONS,
      unit: 'days',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'RESTRICTION_PERMANENT',
      description: 'Nothing after a permanent restriction, until somebody lifts it',
      actions: ACTIONS,
      unit: 'days',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'HALF_CAPS',
      description: 'Half of every ceiling after a restriction has ended',
      actions: ACTIONS,
      ceiling: 14,
      unit: 'days',
    },
    FEW_PRACTITIONERS,
  ),
  number(
    {
      kind: 'ACCEPTANCE',
      description: 'Share of the invitations of 60 days that were accepted',
      actions: ['CONNECTION_REQUEST'],
      window: rolling(60 * 86_400),
      recommended: 20,
      ceiling: 10,
      unit: 'per cent',
    },
    PRACTITIONERS,
  ),
  number(
    {
      kind: 'ACCEPTANCE_AGE',
      description: 'An invitation that nobody answered is judged all the same',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 30,
      unit: 'days',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'ACCEPTANCE_COUNT',
      description: 'So many invitations are judged, or none',
      actions: ['CONNECTION_REQUEST'],
      recommended: 50,
      unit: 'invitations',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'ACCEPTANCE_STOP',
      description: 'No invitations once too few are accepted',
      actions: ['CONNECTION_REQUEST'],
      ceiling: 7,
      unit: 'days',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'ACCEPTANCE_CAP',
      description: 'Invitations in 24 hours from then on, while too few are accepted',
      actions: ['CONNECTION_REQUEST'],
      window: DAY,
      ceiling: 5,
      unit: 'actions',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'RESPONSE_RATE',
      description: 'Share of the InMail messages of 14 days that were answered',
      actions: ['INMAIL'],
      tiers: RECRUITER,
      window: rolling(14 * 86_400),
      recommended: 13,
      unit: 'per cent',
    },
    from('LinkedIn Recruiter Help, “InMail improvement period”', 'HIGH'),
  ),
  number(
    {
      kind: 'RESPONSE_COUNT',
      description: 'So many InMail messages are judged, or none',
      actions: ['INMAIL'],
      tiers: RECRUITER,
      recommended: 100,
      unit: 'messages',
    },
    from('LinkedIn Recruiter Help, “InMail improvement period”', 'HIGH'),
  ),
  number(
    {
      kind: 'REPEATED_TEXT',
      description: 'People that a seat sent the same text within 30 days',
      window: rolling(30 * 86_400),
      recommended: 10,
      ceiling: 25,
      unit: 'people',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'COLLISION_EMBARGO',
      description:
        'Days after a contact for one client account in which others that pool theirs leave the person alone',
      ceiling: 30,
      unit: 'days',
    },
    OWN_CHOICE,
  ),
  number(
    {
      kind: 'PERSON_PRESSURE',
      description: 'Contacts with a person in 30 days, of all client accounts that pool theirs',
      window: rolling(30 * 86_400),
      ceiling: 8,
      unit: 'contacts',
    },
    OWN_CHOICE,
  ),
];

function credits(
  tier: LinkedInTier,
  perMonth: number,
  keep: number,
  sourced: Sourced,
  { pooled = false, renews = 'SEAT_DAY' }: Partial<Pick<CreditRule, 'pooled' | 'renews'>> = {},
): CreditRule {
  return { tier, perMonth, keep, expiresAfterDays: 90, returnsWithinDays: 90, pooled, renews, ...sourced };
}

export const POLICY_2026_11: Policy = {
  id: '019a3c2f-1c00-7000-8000-000000202611',
  version: '2026-11',
  effectiveFrom: Date.UTC(2026, 10, 1),
  builtIn: true,
  published: null,
  rules: [...limits, ...otherNumbers],
  workingHours: { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00', ...PRACTITIONERS },
  creditRules: [
    credits('PREMIUM_CAREER', 5, 15, CREDIT_HELP),
    credits('PREMIUM_BUSINESS', 15, 45, CREDIT_HELP),
    credits('SALES_NAVIGATOR', 50, 150, CREDIT_HELP, { renews: 'FIRST_UTC' }),
    credits('RECRUITER_LITE', 30, 120, { ...RECRUITER_HELP, confidence: 'HIGH' }),
    credits('RECRUITER_PROFESSIONAL_SERVICES', 100, 400, RECRUITER_HELP, { pooled: true }),
    credits('RECRUITER_CORPORATE', 150, 600, RECRUITER_HELP, { pooled: true }),
  ],
};
