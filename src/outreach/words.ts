/** How names are compared where case and accents make no difference: to be found, and to be in order. */
import { normalized, withSingleSpaces } from '../unicode.js';

/** Letters that are no letter with an accent to Unicode, and that people type as if they were. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ŧ: 't' },
};
const NOT_PLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/** Words of one prospect that it is found by; one of many more is a text that nobody searches. */
const WORDS_MAX = 40;
const WORD_LENGTH_MAX = 50;
const SORT_PART_LENGTH_MAX = 100;
/** A tag may fold to many times its length: by the beginning it is told. */
const TAG_LENGTH_MAX = 99;
/** Behind every letter: those without a last name come last. */
const BEHIND_ALL = '\u{10fffd}';

/** How long a text may become, by how long it is: of syllables each becomes three letters, and a single one of a few signs eighteen. */
const GROWTH_MAX = 4;
const GROWTH_FREE = 100;

/** A text without case and accents. */
function fold(text: string): string {
  return cut(normalized(text, 'NFKD'), GROWTH_MAX * text.length + GROWTH_FREE)
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(NOT_PLAIN, (letter) => PLAIN[letter] ?? letter);
}

/** The different words of some texts, folded. */
export function wordsOf(...texts: readonly (string | null)[]): string[] {
  const words = texts.flatMap((text) => (text === null ? [] : fold(text).split(/[^\p{L}\p{N}]+/u)));
  const kept = words.filter((word) => word !== '').map((word) => cut(word, WORD_LENGTH_MAX));
  return [...new Set(kept)].slice(0, WORDS_MAX);
}

/** What a whole text is compared by: without case, accents and blanks that nobody sees; a sigma is one wherever it stands. */
export function comparable(text: string): string {
  return withSingleSpaces(fold(text).replaceAll('ς', 'σ')).trim();
}

/** Signs that are nothing but a blank with an accent on it, in Unicode's compatible forms. */
const BARE_ACCENTS = String.raw`\xa8\xaf\xb4\xb8\u02d8-\u02dd\u037a\u0384\u0385\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed\u1fee\u1ffd\u1ffe\u2017\u203e\u309b\u309c\ufc5e-\ufc63\ufe49-\ufe4c\ufe70\ufe72\ufe74\ufe76\ufe78\ufe7a\ufe7c\ufe7e\uff9e\uff9f\uffe3`;
const COMPARED = new RegExp(`[^\\s\\p{M}${BARE_ACCENTS}]`, 'u');

/** Whether there is anything in a text that it is compared by, told without making that. */
export function hasComparable(text: string): boolean {
  return COMPARED.test(text);
}

/** What a tag is compared by: no word begins like it. */
export function tagTerm(tag: string): string {
  return `#${cut(withSingleSpaces(fold(tag)).trim(), TAG_LENGTH_MAX)}`;
}

/** Where somebody stands in a list that is in order of last name. */
export function sortName(firstName: string | null, lastName: string | null): string {
  const last = lastName === null ? BEHIND_ALL : cut(fold(lastName), SORT_PART_LENGTH_MAX);
  // A blank sorts before every letter: Ann Lee before Bea Lee, and both before Ann Leeds.
  return `${last} ${firstName === null ? BEHIND_ALL : cut(fold(firstName), SORT_PART_LENGTH_MAX)}`;
}

/** The range of texts that begin with one, compared byte by byte: `low` is in it, `high` is not. */
export function prefixRange(prefix: string): { readonly low: string; readonly high: string } {
  return { low: prefix, high: `${prefix}\u{10ffff}` };
}

/** The range that holds a text and no other. */
export function exactly(text: string): { readonly low: string; readonly high: string } {
  return { low: text, high: `${text}\u0001` };
}

/** So many letters of a text, none of them halved. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const letters = [...text.slice(0, 2 * lengthMax + 2)];
  return letters.length > lengthMax ? letters.slice(0, lengthMax).join('') : text;
}
