import type { Facts } from '../quota/rule.js';
import type { TextField } from '../quota/text.js';
import type { Severity } from '../quota/words.js';

/** What can be wrong with a message. */
export const FINDING_CODES = [
  'NOT_PERSONALIZED',
  'PLACEHOLDER_LEFT',
  'TEXT_TOO_LONG',
  'SUBJECT_MISSING',
  'LINK_AT_FIRST_TOUCH',
  'ATTACHMENT_AT_FIRST_TOUCH',
  'PITCH_AT_FIRST_TOUCH',
  'ORIGIN_NOT_TOLD',
  'TOO_MANY_LINKS',
  'SHOUTING',
  'TOO_MANY_EXCLAMATION_MARKS',
  'TOO_MANY_EMOJI',
  'FOLLOW_UP_WITHOUT_ANSWER',
  'OPTED_OUT_WORDING',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that is wrong with a message. */
export interface Finding {
  readonly code: FindingCode;
  /** CRITICAL: it is not to be sent like this. WARNING: it had better not. INFO: it could be better. */
  readonly severity: Severity;
  /** Null where it is of the message as a whole. */
  readonly field: TextField | null;
  /** Where it begins in that part, counted from 1 in UTF-16 code units; null where it is of all of it. */
  readonly place: number | null;
  /** Numbers and codes, by name, for the words. */
  readonly facts: Facts;
}
