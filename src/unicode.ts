/** Texts of others in one of Unicode's normal forms, and read as addresses, in time that goes by their length. */

/** Accents on one letter, as Unicode's Stream-Safe Text Format has it: a dozen times what any language writes. */
const MARKS_MAX = 30;
/** The two that are no marks themselves become some in a compatible form. */
const MARK = String.raw`[\p{M}\uff9e\uff9f]`;
/** From the first mark of a run alone: tried from each of them, a run that is a little shorter would be gone through thirty times. */
const RUN = `(?<!${MARK})${MARK}`;
const TOO_MANY = new RegExp(`(${RUN}{${MARKS_MAX}})${MARK}+`, 'gu');
const HAS_TOO_MANY = new RegExp(`${RUN}{${MARKS_MAX + 1}}`, 'u');

/**
 * Without the accents that a letter has too many of: to put them in order takes by the square of how many there are, minutes for those
 * of one request.
 */
export function normalized(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  // eslint-disable-next-line no-restricted-syntax -- Here, and nowhere else.
  return text.replace(TOO_MANY, '$1').normalize(form);
}

/** Whether a letter has more accents than `normalized` leaves it: no address that anybody copied has. */
export function hasTooManyMarks(text: string): boolean {
  return HAS_TOO_MANY.test(text);
}

/** Blanks that aren't single spaces: those that are stay as they are, of which a text may be full. */
const BLANKS = /\s{2,}|[^\S ]/gu;

/** With a single space for all that is blank between two signs. */
export function withSingleSpaces(text: string): string {
  return text.replace(BLANKS, ' ');
}

/** Longer input is no address that anybody copied. */
const ADDRESS_LENGTH_MAX = 4_096;
/** A name has 253 characters, and a port six. */
export const HOST_LENGTH_MAX = 260;
/** Of schemes whose hosts are put in a normal form; as the parser has them, which takes any number of slashes of either kind. */
const HOST = /^(?:https?|wss?|ftp|file):[/\\]*([^/\\?#]*)/i;
/** The parser reads over what nobody sees. */
const UNSEEN = /[\s\p{Cc}]+/gu;

/**
 * Somebody else's text as an address; null for what is none. By their lengths text and host are judged first: the parser puts a host
 * in order as well, with the same square of a run of marks, and of different letters.
 */
export function addressOf(text: string): URL | null {
  return text.length > ADDRESS_LENGTH_MAX || hasLongHost(text) ? null : parseUrl(text);
}

/** Null for what is none. Node 20's URL.canParse() says no to hosts with letters such as ü once it was asked some thousand times. */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/** Whether a text has the beginning of an address, with a longer host than there is. */
export function hasLongHost(text: string): boolean {
  const [, host = ''] = HOST.exec(text.replace(UNSEEN, '')) ?? [];
  return host.length > HOST_LENGTH_MAX;
}
