import { POLICY_RULE_KINDS } from '../quota/policy/index.js';
import { enumOf } from './enums.js';

export const PolicyRuleKindEnum = enumOf(
  'PolicyRuleKind',
  POLICY_RULE_KINDS,
  'What a number of the policy is for: PolicyRule.kind.',
  {
    LIMIT: 'A maximum on a counter, with a window.',
    ACTION_NOT_IN_TIER: 'Actions that the subscription has not.',
    HISTORY_UNKNOWN: 'A maximum while it is not known what the account sent before.',
    PENDING_INVITATIONS: 'Invitations that nobody answered yet.',
    PENDING_INVITATION_AGE: 'Days after which an unanswered invitation lapses.',
    REINVITE_EMBARGO: 'Days from a withdrawal until the person can be invited again.',
    AWAITING_REPLY: 'Days from an unanswered InMail until the person can have another one.',
    NOTE_LENGTH: 'Of the note of an invitation.',
    INMAIL_SUBJECT_LENGTH: 'Of the subject of an InMail.',
    INMAIL_BODY_LENGTH: 'Of the body of an InMail.',
    MESSAGE_LENGTH: 'Of a message.',
    GAP: 'Seconds between two actions of a seat.',
    WARM_UP: 'Share of the recommended numbers on the first day of a warm-up.',
    WARM_UP_PER_DAY: 'Percentage points by which that share grows each day.',
    WARM_UP_AGAIN: 'Days without a send after which a warm-up begins again.',
    RESTRICTION_INVITATION_LIMIT: 'Days without invitations after a notice of the invitation limit.',
    RESTRICTION_TOO_MANY_PENDING: 'Days without invitations after a notice of too many pending ones.',
    RESTRICTION_TEMPORARY: 'Days that a temporary restriction lasts.',
    RESTRICTION_IDENTITY_CHECK: 'While LinkedIn asks who it is: until a person lifts it.',
    RESTRICTION_PERMANENT: 'A permanent restriction: until a person lifts it.',
    HALF_CAPS: 'Days of half ceilings after a restriction.',
    ACCEPTANCE: 'Share of the invitations that were accepted.',
    RESPONSE_RATE: 'Share of the InMail messages that were answered.',
    REPEATED_TEXT: 'People that a seat sends the same text.',
  },
);
