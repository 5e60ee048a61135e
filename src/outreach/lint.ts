import type { Finding } from './finding.js';
import type { Message } from './message.js';
import { followUpWithoutAnswer } from './rules/follow-up.js';
import { leftOpen } from './rules/left-open.js';
import { subjectMissing, tooLong } from './rules/length.js';
import { linkAtFirstTouch, tooManyLinks } from './rules/links.js';
import { notPersonal } from './rules/personal.js';
import { shouting, tooManyEmoji, tooManyExclamationMarks } from './rules/tone.js';
import {
  attachmentAtFirstTouch,
  optedOutWording,
  originNotTold,
  pitchAtFirstTouch,
} from './rules/wording.js';

/** Each says what it has against a message; a new rule is a function, and a line here. */
const RULES: readonly ((message: Message) => Finding[])[] = [
  leftOpen,
  optedOutWording,
  notPersonal,
  tooLong,
  followUpWithoutAnswer,
  subjectMissing,
  pitchAtFirstTouch,
  linkAtFirstTouch,
  attachmentAtFirstTouch,
  tooManyLinks,
  shouting,
  tooManyExclamationMarks,
  tooManyEmoji,
  originNotTold,
];

const ORDER = { CRITICAL: 0, WARNING: 1, INFO: 2 };

/** What is wrong with a message, the worst first. Nothing of it depends on time, on other messages or on who asks. */
export function lintMessage(message: Message): Finding[] {
  return RULES.flatMap((rule) => rule(message)).toSorted(
    (one, other) => ORDER[one.severity] - ORDER[other.severity],
  );
}

/** Whether a message may be sent as it is. */
export function maySend(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'CRITICAL');
}
