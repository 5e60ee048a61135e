/** Why an export can't be read at all, in words for the person who gave it. */

/**
 * UNREADABLE: the path isn't there, or may not be read. NOT_AN_EXPORT: something else than LinkedIn's export.
 * BROKEN: cut off or damaged. ENCRYPTED: needs a password. UNSUPPORTED: a way of packing that we don't read.
 * TOO_LARGE: over a bound, packed or unpacked. UNSAFE_NAME: an entry that points out of the archive, or is a
 * link. AMBIGUOUS: one file is there twice. NUL_BYTE, WRONG_ENCODING: the text is not UTF-8 text.
 */
export type ExportErrorCode =
  | 'UNREADABLE'
  | 'NOT_AN_EXPORT'
  | 'BROKEN'
  | 'ENCRYPTED'
  | 'UNSUPPORTED'
  | 'TOO_LARGE'
  | 'UNSAFE_NAME'
  | 'AMBIGUOUS'
  | 'NUL_BYTE'
  | 'WRONG_ENCODING';

/** Where in the archive: a file as the archive spells it, and a physical line of it, from 1. */
export interface ExportPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** The whole archive is refused; nothing of it may be recorded. The message says what and where. */
export class ExportError extends Error {
  readonly file: string | null;
  readonly line: number | null;

  constructor(
    readonly code: ExportErrorCode,
    problem: string,
    place: ExportPlace = {},
    options?: ErrorOptions,
  ) {
    const where = [place.file, place.line === undefined ? undefined : `line ${place.line}`];
    const prefix = where.filter((part) => part !== undefined).join(', ');
    super(prefix === '' ? problem : `${prefix}: ${problem}`, options);
    this.name = 'ExportError';
    this.file = place.file ?? null;
    this.line = place.line ?? null;
  }
}

/** As much of a foreign text as a message may show: a name or a date, never a whole private message. */
const QUOTED_CHARACTERS_MAX = 40;

/** A foreign text for a message: quoted, on one line, cut off, control characters escaped. */
export function quoted(text: string): string {
  const cut = text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text;
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** What an unknown thrown value says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
