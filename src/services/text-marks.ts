import { placeholderIn } from '../outreach/placeholders.js';
import type { TextMarks } from '../quota/text.js';

/** A text as a caller hands it over. */
export interface MessageTerms {
  readonly subject?: string | null;
  readonly body: string;
  readonly variables?: readonly string[] | null;
}

/** Looks at a text. What comes out holds nothing that it could be read from: only this goes on to the ledger. */
export function textMarks({ subject: told, body, variables }: MessageTerms): TextMarks {
  const subject = told ?? null;
  return {
    lengths: { subject: subject?.length ?? null, body: body.length },
    placeholders: {
      subject: subject === null ? null : placeholderIn(subject),
      body: placeholderIn(body),
    },
    personal: variables ? variables.some(isOfThePerson) : null,
  };
}

/** A value that is blank put nothing into the text. */
function isOfThePerson(value: string): boolean {
  return value.trim() !== '';
}
