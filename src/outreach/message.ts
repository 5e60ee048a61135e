import type { TextBound, TextField } from '../quota/text.js';
import type { Action } from '../quota/words.js';
import type { Language } from './languages/language.js';

/** A text that is meant for one person, with what there is to know of how it would be sent. */
export interface Message {
  readonly action: Action;
  /** Null where there is none. */
  readonly subject: string | null;
  readonly body: string;
  /** The values that were put in for this person; null where nobody tells. */
  readonly values: readonly string[] | null;
  /** The person's name; null where it is not known. */
  readonly name: string | null;
  /** Whether the seat never wrote to the person before. */
  readonly isFirstTouch: boolean;
  /** Messages of the seat to the person since their last answer. */
  readonly unanswered: number;
  /** The policy's numbers for the action and the seat's tier, in UTF-16 code units. */
  readonly lengths: Readonly<Record<TextField, TextBound>>;
  readonly language: Language;
}

/** The parts of a message that there are, the subject first. */
export function partsOf({ subject, body }: Pick<Message, 'subject' | 'body'>): [TextField, string][] {
  return subject === null
    ? [['body', body]]
    : [
        ['subject', subject],
        ['body', body],
      ];
}
