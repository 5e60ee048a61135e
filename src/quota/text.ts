import { isForTier, type Policy, type PolicyRule, type PolicyRuleKind } from './policy/index.js';
import type { Sketch } from './sketch.js';
import { SECOND, type Instant } from './window.js';
import type { Action, LinkedInTier } from './words.js';

/** The parts of a text. */
export const TEXT_FIELDS = ['subject', 'body'] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** What is left of a text once it has been looked at: lengths and positions. The text itself goes no further. */
export interface TextMarks {
  /** In UTF-16 code units; null for a part that is not there. */
  readonly lengths: Readonly<Record<TextField, number | null>>;
  /** Where the first placeholder of a part begins, counted from 1 in UTF-16 code units; null where none is left. */
  readonly placeholders: Readonly<Record<TextField, number | null>>;
  /** Whether anything in it is of the person, by the caller's word; null where nothing is told. */
  readonly personal: boolean | null;
  /** Under the newest secret and then under older ones; none of a text that is empty. */
  readonly sketches: readonly TextSketch[];
}

/** What of a text is kept: by whichever secret, two of one secret can be compared. */
export interface TextSketch {
  /** Of the secret. */
  readonly version: number;
  /** A uuid that a seat's equal sketches have in common. */
  readonly id: string;
  readonly sketch: Sketch;
  readonly bands: readonly number[];
}

/** What carries a text to a person, besides an invitation with a note. */
export const TEXT_ACTIONS: readonly Action[] = [
  'DIRECT_MESSAGE',
  'INMAIL',
  'OPEN_PROFILE_MESSAGE',
  'GROUP_MESSAGE',
];

export function carriesText(action: Action, noted: boolean): boolean {
  return noted || TEXT_ACTIONS.includes(action);
}

/** Whether a seat wrote to a person before. */
export interface WrittenBefore {
  readonly sent: boolean;
  /** When the last of its live holds to them lapses; null where there is none. */
  readonly heldUntil: Instant | null;
}

/** From where on a warning is due, and how much is the most; null where the policy has no such number. */
export interface TextBound {
  readonly recommended: number | null;
  readonly most: number | null;
}

/** What the policy says of the text of an action at a tier. */
export interface TextNumbers {
  readonly lengths: Readonly<Record<TextField, TextBound>>;
  /** Who may get the same text within so many milliseconds. */
  readonly people: TextBound;
  readonly windowMs: number;
}

/** A text that somebody else got, or is about to get. */
export interface EarlierText {
  readonly recipientId: string;
  readonly held: boolean;
  /** The expiry of a hold, or when a send leaves the window. */
  readonly countsUntil: Instant;
}

/** The text of a request, and what it is judged by. */
export interface TextAsk {
  readonly marks: TextMarks;
  readonly numbers: TextNumbers;
  readonly isReply: boolean;
  /** Null where the text is not judged by it. */
  readonly writtenBefore: WrittenBefore | null;
  /** Sends and live holds of the same text, or nearly, to others: what lapses after the instant, or leaves the window. */
  readonly earlier: readonly EarlierText[];
}

const BODY_LENGTHS: readonly PolicyRuleKind[] = ['NOTE_LENGTH', 'INMAIL_BODY_LENGTH', 'MESSAGE_LENGTH'];
const SUBJECT_LENGTHS: readonly PolicyRuleKind[] = ['INMAIL_SUBJECT_LENGTH'];

/** The policy's numbers for the text of an action; a text of an action that it has none for may be of any length. */
export function textNumbers(policy: Policy, tier: LinkedInTier, action: Action): TextNumbers {
  const boundOf = (kinds: readonly PolicyRuleKind[]): TextBound => {
    const isMeant = (rule: PolicyRule): boolean =>
      kinds.includes(rule.kind) && rule.actions.includes(action) && isForTier(rule, tier);
    return boundFrom(policy.rules.find(isMeant));
  };
  return {
    lengths: { subject: boundOf(SUBJECT_LENGTHS), body: boundOf(BODY_LENGTHS) },
    people: boundFrom(policy.rules.find(isOfRepetition)),
    windowMs: repetitionWindowMs(policy),
  };
}

/** How long a send of a text counts. */
export function repetitionWindowMs(policy: Policy): number {
  const window = policy.rules.find(isOfRepetition)?.window;
  return window?.kind === 'ROLLING' ? window.seconds * SECOND : 0;
}

function isOfRepetition({ kind }: PolicyRule): boolean {
  return kind === 'REPEATED_TEXT';
}

function boundFrom(rule: PolicyRule | undefined): TextBound {
  return { recommended: rule?.recommended ?? null, most: rule?.ceiling ?? null };
}
