import 'reflect-metadata';
import { registerEnumType } from 'type-graphql';
import type { UserErrorCode } from '../errors.js';
import * as words from '../quota/words.js';

/**
 * The enums of the schema, made from the lists of words. A value without a description doesn't compile, nor does a
 * description without its value.
 */

export const ActionEnum = enumOf(
  'Action',
  words.ACTIONS,
  'What is counted. A noted invitation is one CONNECTION_REQUEST, not a DIRECT_MESSAGE besides.',
  {
    CONNECTION_REQUEST: 'An invitation to connect, with or without a note.',
    DIRECT_MESSAGE: 'A message to a first-degree connection.',
    INMAIL: 'A message to someone who is not connected, for an InMail credit.',
    OPEN_PROFILE_MESSAGE: 'A free message to someone who takes messages from anyone.',
    GROUP_MESSAGE: 'A message to a member of a group that both are in.',
    PROFILE_VIEW: 'A visit of a profile.',
    REACTION: 'A reaction to a post or a comment.',
    COMMENT: 'A comment on a post.',
    FOLLOW: 'A follow without an invitation.',
    INVITATION_WITHDRAWAL: 'A pending invitation taken back.',
  },
);

export const LinkedInTierEnum = enumOf(
  'LinkedInTier',
  words.LINKEDIN_TIERS,
  "The LinkedIn subscription of a seat. LinkedIn's limits and InMail credits differ by it.",
  {
    BASIC: 'No subscription; no InMail.',
    PREMIUM_CAREER: 'Premium Career.',
    PREMIUM_BUSINESS: 'Premium Business.',
    SALES_NAVIGATOR: 'Sales Navigator, every edition.',
    RECRUITER_LITE: 'Recruiter Lite.',
    RECRUITER_PROFESSIONAL_SERVICES: 'Recruiter Professional Services; credits are pooled by client account.',
    RECRUITER_CORPORATE: 'Recruiter Corporate; credits are pooled by client account.',
  },
);

export const ConnectionDegreeEnum = enumOf(
  'ConnectionDegree',
  words.CONNECTION_DEGREES,
  'How the seat stands to the recipient.',
  {
    FIRST: 'Connected.',
    SECOND: 'Connected to a connection.',
    THIRD: 'Connected to a second-degree connection.',
    OUT_OF_NETWORK: 'None of these.',
    UNKNOWN: 'Not known to the caller; imports and engagements say.',
  },
);

export const ScopeKindEnum = enumOf('ScopeKind', words.SCOPE_KINDS, 'Where a limit is set and counted.', {
  AGENCY: 'All of the agency.',
  CLIENT_ACCOUNT: 'All seats of a client account.',
  CAMPAIGN: 'All seats of a campaign, for what is sent in it.',
  SEAT: 'One seat.',
});

export const WindowKindEnum = enumOf('WindowKind', words.WINDOW_KINDS, 'Weeks start on Monday.', {
  ROLLING: 'Any span of so many seconds.',
  CALENDAR_DAY: "A day in the scope's time zone; 23 or 25 hours when its clocks change.",
  CALENDAR_WEEK: "Monday to Sunday in the scope's time zone.",
  CALENDAR_MONTH: "A month in the scope's time zone.",
});

export const LimitOriginEnum = enumOf(
  'LimitOrigin',
  words.LIMIT_ORIGINS,
  "Where the maximum of a counter comes from: the lowest of all that apply. setLimit at any scope is CUSTOM; CAMPAIGN is a campaign's own caps.",
  {
    POLICY: 'The policy in force.',
    PLAN: "The client account's plan.",
    CUSTOM: 'Set by the agency with setLimit.',
    CAMPAIGN: "A campaign's own caps.",
    WARM_UP: 'A new or long idle seat that ramps up.',
    HEALTH: 'Too few invitations are accepted.',
    RESTRICTION: 'LinkedIn restricted the seat, lately or now.',
    HISTORY_UNKNOWN: 'What the seat sent before it came here is not known.',
  },
);

export const LimitModeEnum = enumOf(
  'LimitMode',
  words.LIMIT_MODES,
  "Which of the policy's two numbers refuses: the ceiling, or already the recommended one.",
  { CEILING: 'What no request goes over.', RECOMMENDED: 'The pace that is recommended.' },
);

export const OutcomeEnum = enumOf('Outcome', words.OUTCOMES, 'The answer to a request.', {
  ALLOWED: 'It may be sent; room is held for it, unless it was only previewed.',
  DENIED: 'It may not be sent now; the reasons say why.',
});

export const ReasonCodeEnum = enumOf(
  'ReasonCode',
  words.REASON_CODES,
  'The rule that refuses or warns: of numbers, of time, of a state, of the recipient, of the text.',
  {
    LIMIT_REACHED: 'A counter has no room left; `limit` says which.',
    NO_CREDITS: 'No InMail credit is left.',
    TOO_MANY_PENDING_INVITATIONS: 'Too many invitations of the seat are unanswered.',
    TOO_SOON: 'The seat acted less than the recommended gap ago.',
    OUTSIDE_WORKING_HOURS: "Outside of the seat's working hours.",
    COOLDOWN: 'The pressure cap for a person.',
    SEAT_PAUSED: 'The seat is paused.',
    SEAT_RESTRICTED: 'LinkedIn restricted the seat for this action.',
    CLIENT_ACCOUNT_PAUSED: 'The client account is paused or archived.',
    CAMPAIGN_PAUSED: 'The campaign is paused.',
    LOW_ACCEPTANCE: "Too few of the seat's invitations are accepted.",
    HOLDER_NOT_AGREED: 'The holder of the LinkedIn account has not agreed yet.',
    HISTORY_UNKNOWN: 'What the seat sent before it came here is not known.',
    SEAT_REMOVED: 'The seat was removed.',
    SEAT_MOVED: 'The seat went to another client account.',
    DO_NOT_CONTACT: 'The person or the company may not be contacted.',
    ALREADY_INVITED: 'An invitation to the person is held or pending.',
    REINVITE_EMBARGO: 'An invitation was withdrawn or declined lately; LinkedIn allows no new one yet.',
    AWAITING_REPLY: 'Earlier messages to the person are unanswered.',
    TAKEN_BY_OTHER_CLIENT: 'Another client account of the agency is in touch with the person.',
    NOT_CONNECTED: 'The action needs a first-degree connection.',
    ALREADY_CONNECTED: 'The seat is connected to the person already.',
    DEGREE_UNKNOWN: 'Whether the seat is connected to the person is not known.',
    ACTION_NOT_IN_TIER: "The seat's tier doesn't have this action.",
    TEXT_TOO_LONG: 'The text is longer than LinkedIn takes.',
    PLACEHOLDER_LEFT: 'The text holds a placeholder that was not filled in.',
    NOT_PERSONALIZED: 'The text holds nothing of its recipient.',
    REPEATED_TEXT: 'The same text went to many others.',
    SPAM_PATTERN: 'The text reads like spam.',
  },
);

export const ReservationStatusEnum = enumOf(
  'ReservationStatus',
  words.RESERVATION_STATUSES,
  'HELD, then exactly one of the others.',
  {
    HELD: 'Room is held until `expiresAt`. Send only now.',
    COMMITTED: 'It was sent, and counts when it was sent.',
    RELEASED: 'It was not sent; it left no trace in any window.',
    EXPIRED: 'Nobody said what came of it in time; it left no trace in any window.',
  },
);

export const ReleaseReasonEnum = enumOf(
  'ReleaseReason',
  words.RELEASE_REASONS,
  'UNCERTAIN commits it: COMMITTED, sentAt now. LINKEDIN_LIMIT_NOTICE releases it and reports INVITATION_LIMIT for a connection request, else TEMPORARY for that action alone.',
  {
    NOT_SENT: 'It was not sent.',
    UNCERTAIN: 'Whether it was sent is not known, so it counts.',
    LINKEDIN_LIMIT_NOTICE: 'LinkedIn refused it with a notice of a limit.',
  },
);

export const UsageLevelEnum = enumOf(
  'UsageLevel',
  words.USAGE_LEVELS,
  'Of used + held + unknown: OK up to and including the lower of recommended and 80 % of max; WARNING above it; CRITICAL from 95 %; REACHED at max; BREACHED above.',
  {
    OK: 'There is room.',
    WARNING: 'Above the recommended number or 80 % of the maximum.',
    CRITICAL: 'From 95 % of the maximum on.',
    REACHED: 'At the maximum: nothing more is allowed.',
    BREACHED: 'Above the maximum.',
  },
);

export const SeatStatusEnum = enumOf(
  'SeatStatus',
  words.SEAT_STATUSES,
  'RESTRICTED while a restriction stops any action.',
  {
    ACTIVE: 'It may ask.',
    PAUSED: 'Paused by the agency: nothing is allowed.',
    RESTRICTED: 'Restricted by LinkedIn.',
    REMOVED: 'No longer operated; its history stays.',
  },
);

export const ClientAccountStatusEnum = enumOf(
  'ClientAccountStatus',
  words.CLIENT_ACCOUNT_STATUSES,
  'Whether anything may be sent for a client account.',
  {
    ACTIVE: 'Its seats may ask.',
    PAUSED: 'Nothing is allowed until it is active again.',
    ARCHIVED: 'No longer a customer; its history stays.',
  },
);

export const CampaignStatusEnum = enumOf(
  'CampaignStatus',
  words.CAMPAIGN_STATUSES,
  'How far a campaign is.',
  {
    DRAFT: 'Being prepared; reservations may name it.',
    RUNNING: 'Under way.',
    PAUSED: 'Nothing is allowed in it until it runs again.',
    COMPLETED: 'Through.',
    ARCHIVED: 'Put away; its history stays.',
  },
);

export const HolderKindEnum = enumOf(
  'HolderKind',
  words.HOLDER_KINDS,
  "Whose LinkedIn account it is. A CLIENT_STAFF seat can't move to another client account.",
  { AGENCY_STAFF: 'Someone of the agency.', CLIENT_STAFF: 'Someone of the client.' },
);

export const SeatHistoryEnum = enumOf(
  'SeatHistory',
  words.SEAT_HISTORIES,
  'What is known of the time before the seat came here. UNKNOWN plans few invitations until an import or a declaration.',
  {
    NONE: 'Nothing was sent in the last month.',
    DECLARED: 'Imported or declared: what was sent is on record.',
    UNKNOWN: 'Not known yet.',
  },
);

export const ConfidenceEnum = enumOf(
  'Confidence',
  words.CONFIDENCES,
  'How well a number of the policy is known.',
  {
    HIGH: 'Published by LinkedIn, or seen alike by many.',
    MEDIUM: 'Reported by several sources.',
    LOW: 'An estimate.',
  },
);

export const RoleEnum = enumOf('Role', words.ROLES, 'What a member or an API key may do.', {
  OWNER: 'Everything.',
  ADMIN: 'All but what is about owners: plans, client accounts, seats, limits, keys, members, policy.',
  MANAGER: "All of OPERATOR, and campaigns, seats' settings and do-not-contact.",
  OPERATOR: 'Reads, previews, reserves, commits, releases and records.',
  ANALYST: 'Reads everything.',
  CLIENT: 'Reads its own client account.',
});

const USER_ERROR_CODES = [
  'NOT_FOUND',
  'INVALID',
  'TAKEN',
  'SEAT_ALLOWANCE_REACHED',
  'ABOVE_CEILING',
  'WRONG_STATE',
  'IDEMPOTENCY_KEY_REUSED',
  'RESERVATION_EXPIRED',
  'RESERVATION_RESOLVED',
  'FORBIDDEN_FOR_ROLE',
  'APPROVAL_REQUIRED',
  'NOT_LOOKED_AT',
] as const satisfies readonly UserErrorCode[];

export const UserErrorCodeEnum = enumOf<UserErrorCode>(
  'UserErrorCode',
  USER_ERROR_CODES,
  'Why a mutation was refused.',
  {
    NOT_FOUND: 'The viewer sees no object of that id.',
    INVALID: 'The value is not allowed; the message says which are.',
    TAKEN: 'Another object has that name, address or reference already.',
    SEAT_ALLOWANCE_REACHED: 'The plan of the client account has no seat left.',
    ABOVE_CEILING: "A seat's limit may not go over the policy's ceiling.",
    WRONG_STATE: 'The object is in a state that allows no such change.',
    IDEMPOTENCY_KEY_REUSED: 'The key was used before, with another input.',
    RESERVATION_EXPIRED: 'The hold lapsed; what was sent is recorded with recordActivities.',
    RESERVATION_RESOLVED: 'The reservation was committed or released already, the other way.',
    FORBIDDEN_FOR_ROLE: "The viewer's role may not do this.",
    APPROVAL_REQUIRED: 'The client has to approve it first, as it is now: askForApproval makes the link.',
    NOT_LOOKED_AT:
      'No refusal: it is done. What the answer tells besides could not be looked at behind it; the message says which fields say nothing.',
  },
);

/** Registers an enum and returns what `@Field` is told to find it by: each word as its own value. */
export function enumOf<Word extends string>(
  name: string,
  values: readonly Word[],
  description: string,
  valueDescriptions: Record<Word, string>,
): Record<string, Word> {
  const wordByName: Record<string, Word> = Object.fromEntries(values.map((word) => [word, word]));
  const valuesConfig = Object.fromEntries(
    values.map((word) => [word, { description: valueDescriptions[word] }]),
  );
  registerEnumType(wordByName, { name, description, valuesConfig });
  return wordByName;
}
