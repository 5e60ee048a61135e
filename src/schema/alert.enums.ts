import * as words from '../quota/words.js';
import { enumOf } from './enums.js';

/** The enums of alerts, made as all others are. */

export const SeverityEnum = enumOf('Severity', words.SEVERITIES, 'How urgent an alert is.', {
  INFO: 'Good to know.',
  WARNING: 'To be looked at soon.',
  CRITICAL: 'To be looked at now.',
});

export const AlertKindEnum = enumOf('AlertKind', words.ALERT_KINDS, 'What someone should know of.', {
  LIMIT_WARNING: 'A counter went above the lower of its recommended number and 80 % of its maximum.',
  LIMIT_CRITICAL: 'A counter came to 95 % of its maximum.',
  LIMIT_REACHED: 'A counter is at its maximum: nothing more is allowed.',
  LIMIT_BREACHED: 'What was done elsewhere went over a maximum.',
  CREDITS_LOW: 'Few InMail credits are left.',
  CREDITS_EXPIRING: 'InMail credits expire soon.',
  PENDING_INVITATIONS_HIGH: 'Many invitations are pending.',
  LOW_ACCEPTANCE: 'Few invitations are accepted.',
  LOW_REPLY_RATE: 'Few InMails are answered.',
  REPEATED_TEXT: 'Many people had the same text.',
  ACTIVITY_SPIKE: 'A seat did far more today than on the days before.',
  SEVERAL_TOOLS: 'Records of one seat name several tools.',
  HOLDS_EXPIRED: 'Many holds of the day lapsed without word of what came of them.',
  HISTORY_UNKNOWN: 'A seat came of which nobody knows what it sent before.',
  SEAT_RESTRICTED: 'LinkedIn restricted an account.',
  SEAT_IDLE: 'A seat did nothing for days.',
  CAMPAIGN_STALLED: 'A campaign does not move on.',
  CAMPAIGN_COMPLETED: 'A campaign is through.',
  POLICY_CHANGED: 'Another version of the policy is in force.',
  POLICY_STALE: 'The numbers of the policy were not checked for long.',
  SEAT_ALLOWANCE_REACHED: "All seats that a client account's plan allows are taken.",
  WEBHOOK_FAILING: 'A webhook is not answered.',
  CLOCK_BEHIND: "The database's clock is behind the books: nothing is decided.",
  EVENTS_UNREAD:
    'Events of a tool could not be read, so what they tell of is not counted; told once a day for each source.',
  CAMPAIGN_APPROVED: 'A client has approved its campaign.',
  CAMPAIGN_DECLINED: 'A client has declined its campaign, or has taken an approval back.',
  HOLDER_WITHDREW: 'The holder of an account took their agreement back: its seat is paused.',
});
