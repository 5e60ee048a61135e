/** Texts of others in one of Unicode's normal forms, in time that goes by their length. */

/** Accents on one letter, as Unicode's Stream-Safe Text Format has it: a dozen times what any language writes. */
const MARKS_MAX = 30;
/** The two that are no marks themselves become some in a compatible form. */
const MARK = String.raw`[\p{M}\uff9e\uff9f]`;
const TOO_MANY = new RegExp(`(${MARK}{${MARKS_MAX}})${MARK}+`, 'gu');
const HAS_TOO_MANY = new RegExp(`${MARK}{${MARKS_MAX + 1}}`, 'u');

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
