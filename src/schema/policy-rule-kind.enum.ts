import { POLICY_RULE_KINDS } from '../quota/policy/index.js';
import { enumOf } from './enums.js';

export const PolicyRuleKindEnum = enumOf(
  'PolicyRuleKind',
  POLICY_RULE_KINDS,
  'What a number of the policy is for: PolicyRule.kind.',
  {
    LIMIT: 'A maximum on a counter, with a window.',
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
    RESTRICTION: 'Days that a restriction lasts.',
    HALF_CAPS: 'Days of half ceilings after a restriction.',
    ACCEPTANCE: 'Share of the invitations that were accepted.',
    RESPONSE_RATE: 'Share of the InMail messages that were answered.',
    REPEATED_TEXT: 'People that a seat sends the same text.',
  },
);
