/**
 * The words of the contract, each list in the contract's order. A word has one spelling in the schema, the code
 * and the tables; the lists are what enums, checks and loops are made from.
 */

/** What is counted. A noted invitation is one CONNECTION_REQUEST. */
export const ACTIONS = [
  'CONNECTION_REQUEST',
  'DIRECT_MESSAGE',
  'INMAIL',
  'OPEN_PROFILE_MESSAGE',
  'GROUP_MESSAGE',
  'PROFILE_VIEW',
  'REACTION',
  'COMMENT',
  'FOLLOW',
  'INVITATION_WITHDRAWAL',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Why a text that is kept can't be read. */
export const TEXT_UNREADABLES = ['KEY_MISSING', 'DAMAGED'] as const;
export type TextUnreadable = (typeof TEXT_UNREADABLES)[number];

/** What can be changed, as the audit log names it. */
export const AUDIT_SUBJECT_KINDS = [
  'AGENCY',
  'PLAN',
  'CLIENT_ACCOUNT',
  'SEAT',
  'CAMPAIGN',
  'LIMIT',
  'API_KEY',
  'DO_NOT_CONTACT',
  'POLICY',
  'MEMBER',
  'ACCESS_RULES',
  'TRUSTED_DOCUMENTS',
  'WEBHOOK',
  'INBOUND_SOURCE',
  'ALERT_MUTE',
  'PROSPECT',
  'SEGMENT',
  'PERSON',
  'ACTIVITY',
] as const;
export type SubjectKind = (typeof AUDIT_SUBJECT_KINDS)[number];

/** The LinkedIn subscription of a seat. */
export const LINKEDIN_TIERS = [
  'BASIC',
  'PREMIUM_CAREER',
  'PREMIUM_BUSINESS',
  'SALES_NAVIGATOR',
  'RECRUITER_LITE',
  'RECRUITER_PROFESSIONAL_SERVICES',
  'RECRUITER_CORPORATE',
] as const;
export type LinkedInTier = (typeof LINKEDIN_TIERS)[number];

/** How the seat stands to the recipient. */
export const CONNECTION_DEGREES = ['FIRST', 'SECOND', 'THIRD', 'OUT_OF_NETWORK', 'UNKNOWN'] as const;
export type ConnectionDegree = (typeof CONNECTION_DEGREES)[number];

/** Where a limit is set. */
export const SCOPE_KINDS = ['AGENCY', 'CLIENT_ACCOUNT', 'CAMPAIGN', 'SEAT'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** ROLLING is any span of that many seconds; the calendar kinds are in the scope's zone, weeks start on Monday. */
export const WINDOW_KINDS = ['ROLLING', 'CALENDAR_DAY', 'CALENDAR_WEEK', 'CALENDAR_MONTH'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** Where the maximum of a counter comes from. */
export const LIMIT_ORIGINS = [
  'POLICY',
  'PLAN',
  'CUSTOM',
  'CAMPAIGN',
  'WARM_UP',
  'HEALTH',
  'RESTRICTION',
  'HISTORY_UNKNOWN',
] as const;
export type LimitOrigin = (typeof LIMIT_ORIGINS)[number];

/** Which of the policy's two numbers refuses. */
export const LIMIT_MODES = ['CEILING', 'RECOMMENDED'] as const;
export type LimitMode = (typeof LIMIT_MODES)[number];

export const OUTCOMES = ['ALLOWED', 'DENIED'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a request is refused, or warned about. */
export const REASON_CODES = [
  'LIMIT_REACHED',
  'NO_CREDITS',
  'TOO_MANY_PENDING_INVITATIONS',
  'TOO_SOON',
  'OUTSIDE_WORKING_HOURS',
  'COOLDOWN',
  'SEAT_PAUSED',
  'SEAT_RESTRICTED',
  'CLIENT_ACCOUNT_PAUSED',
  'CAMPAIGN_PAUSED',
  'LOW_ACCEPTANCE',
  'HOLDER_NOT_AGREED',
  'HISTORY_UNKNOWN',
  'SEAT_REMOVED',
  'SEAT_MOVED',
  'DO_NOT_CONTACT',
  'ALREADY_INVITED',
  'REINVITE_EMBARGO',
  'AWAITING_REPLY',
  'TAKEN_BY_OTHER_CLIENT',
  'NOT_CONNECTED',
  'ALREADY_CONNECTED',
  'DEGREE_UNKNOWN',
  'ACTION_NOT_IN_TIER',
  'TEXT_TOO_LONG',
  'PLACEHOLDER_LEFT',
  'NOT_PERSONALIZED',
  'REPEATED_TEXT',
  'SPAM_PATTERN',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** HELD, then exactly one of the other three. */
export const RESERVATION_STATUSES = ['HELD', 'COMMITTED', 'RELEASED', 'EXPIRED'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

/** Why a hold is given back by its caller. */
export const RELEASE_REASONS = ['NOT_SENT', 'UNCERTAIN', 'LINKEDIN_LIMIT_NOTICE'] as const;
export type ReleaseReason = (typeof RELEASE_REASONS)[number];

/** What a person did in answer to a seat. */
export const ENGAGEMENT_KINDS = [
  'INVITATION_ACCEPTED',
  'INVITATION_DECLINED',
  'INVITATION_WITHDRAWN',
  'REPLIED',
  'INMAIL_ACCEPTED',
  'INMAIL_DECLINED',
  'OPTED_OUT',
] as const;
export type EngagementKind = (typeof ENGAGEMENT_KINDS)[number];

/** How full a counter is, from the emptiest to over its maximum: the order is the order of severity. */
export const USAGE_LEVELS = ['OK', 'WARNING', 'CRITICAL', 'REACHED', 'BREACHED'] as const;
export type UsageLevel = (typeof USAGE_LEVELS)[number];

export const SEAT_STATUSES = ['ACTIVE', 'PAUSED', 'RESTRICTED', 'REMOVED'] as const;
export type SeatStatus = (typeof SEAT_STATUSES)[number];

/** What LinkedIn does to an account. */
export const RESTRICTION_KINDS = [
  'INVITATION_LIMIT',
  'TOO_MANY_PENDING',
  'TEMPORARY',
  'IDENTITY_CHECK',
  'PERMANENT',
] as const;
export type RestrictionKind = (typeof RESTRICTION_KINDS)[number];

export const CLIENT_ACCOUNT_STATUSES = ['ACTIVE', 'PAUSED', 'ARCHIVED'] as const;
export type ClientAccountStatus = (typeof CLIENT_ACCOUNT_STATUSES)[number];

export const CAMPAIGN_STATUSES = ['DRAFT', 'RUNNING', 'PAUSED', 'COMPLETED', 'ARCHIVED'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** Whose LinkedIn account a seat is. */
export const HOLDER_KINDS = ['AGENCY_STAFF', 'CLIENT_STAFF'] as const;
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** What is known of the time before a seat came here. */
export const SEAT_HISTORIES = ['NONE', 'DECLARED', 'UNKNOWN'] as const;
export type SeatHistory = (typeof SEAT_HISTORIES)[number];

/** How well a number of the policy is known. */
export const CONFIDENCES = ['HIGH', 'MEDIUM', 'LOW'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** What happens to a balance of InMail credits. */
export const CREDIT_EVENT_KINDS = ['OPENING', 'GRANT', 'SET', 'TAKE', 'RETURN', 'LOST'] as const;
export type CreditEventKind = (typeof CREDIT_EVENT_KINDS)[number];

/** Why credits were lost. */
export const CREDIT_LOSSES = ['KEEP', 'EXPIRED', 'TIER_CHANGED', 'SEAT_MOVED'] as const;
export type CreditLoss = (typeof CREDIT_LOSSES)[number];

/** How somebody works with a seat. */
export const OPERATOR_KINDS = ['MEMBER', 'API_KEY'] as const;
export type OperatorKind = (typeof OPERATOR_KINDS)[number];

/** By what: the seat alone was given to them, its client account was, or they have the whole agency. */
export const OPERATOR_REACHES = ['SEAT', 'CLIENT_ACCOUNT', 'AGENCY'] as const;
export type OperatorReach = (typeof OPERATOR_REACHES)[number];

/** What a member or a key of the agency may do, the widest first. */
export const ROLES = ['OWNER', 'ADMIN', 'MANAGER', 'OPERATOR', 'ANALYST', 'CLIENT'] as const;
export type Role = (typeof ROLES)[number];

/** How urgent an alert is, the least first. */
export const SEVERITIES = ['INFO', 'WARNING', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What someone should know of. */
export const ALERT_KINDS = [
  'LIMIT_WARNING',
  'LIMIT_CRITICAL',
  'LIMIT_REACHED',
  'LIMIT_BREACHED',
  'CREDITS_LOW',
  'CREDITS_EXPIRING',
  'PENDING_INVITATIONS_HIGH',
  'LOW_ACCEPTANCE',
  'LOW_REPLY_RATE',
  'REPEATED_TEXT',
  'ACTIVITY_SPIKE',
  'SEVERAL_TOOLS',
  'HOLDS_EXPIRED',
  'HISTORY_UNKNOWN',
  'SEAT_RESTRICTED',
  'SEAT_IDLE',
  'CAMPAIGN_STALLED',
  'CAMPAIGN_COMPLETED',
  'POLICY_CHANGED',
  'POLICY_STALE',
  'SEAT_ALLOWANCE_REACHED',
  'WEBHOOK_FAILING',
  'CLOCK_BEHIND',
  'HOLDER_WITHDREW',
  'EVENTS_UNREAD',
  'CAMPAIGN_APPROVED',
  'CAMPAIGN_DECLINED',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** How what is sent to a webhook is written. */
export const WEBHOOK_FORMATS = ['STANDARD', 'SLACK'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

export const WEBHOOK_STATUSES = ['ACTIVE', 'PAUSED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** What a webhook is told of. */
export const WEBHOOK_EVENTS = [
  ...(['ALERT', 'RESERVATION', 'TEST', 'ENGAGEMENT'] as const),
  ...(['TOUCH_COMPLETED', 'TOUCH_SKIPPED', 'TOUCH_FAILED'] as const),
] as const;
export type WebhookEventKind = (typeof WEBHOOK_EVENTS)[number];

/** WAITING, then one of the other two. */
export const DELIVERY_STATUSES = ['WAITING', 'DELIVERED', 'DEAD'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a try of a delivery came to nothing. */
export const DELIVERY_FAILURES = [
  'HTTP_STATUS',
  'TIMED_OUT',
  'UNREACHABLE',
  'ADDRESS_REFUSED',
  'OUT_OF_SIGHT',
  'UNWRITABLE',
] as const;
export type DeliveryFailure = (typeof DELIVERY_FAILURES)[number];

/** What answers are counted by. */
export const RATE_GROUPINGS = ['SEAT', 'CLIENT_ACCOUNT', 'CAMPAIGN', 'DAY', 'STEP', 'VARIANT'] as const;
export type RateGrouping = (typeof RATE_GROUPINGS)[number];

/** Which answers are counted. */
export const RATE_MEASURES = ['ACCEPTANCE', 'REPLY'] as const;
export type RateMeasure = (typeof RATE_MEASURES)[number];

/** Which of two did better. */
export const RATE_VERDICTS = ['FIRST_IS_BETTER', 'SECOND_IS_BETTER', 'NOT_ENOUGH'] as const;
export type RateVerdict = (typeof RATE_VERDICTS)[number];
