/**
 * What a template's name for a person's own values is, between single brackets: `[First Name]`, `{first_name}` and
 * `[FIRSTNAME]` are one word here. Whatever else stands between single brackets is an author's own, such as `[1]`.
 */
const USUAL_WORDS: ReadonlySet<string> = new Set([
  ...['name', 'firstname', 'lastname', 'fullname', 'surname', 'yourname', 'recipientname', 'prospectname'],
  ...['company', 'companyname', 'yourcompany', 'organization', 'organisation', 'employer'],
  ...['position', 'title', 'jobtitle', 'role', 'headline', 'occupation', 'profession'],
  ...['city', 'location', 'country', 'region', 'industry', 'sector'],
  ...['school', 'university', 'email', 'phone', 'website'],
]);

/** A placeholder is on one line, and not longer than this. */
const INSIDE_MAX = 100;

/** Mustache and Liquid, whatever is between: `{{ first_name | capitalize }}`, `{% if company %}`. */
const BRACES = `\\{\\{[^{}\\n]{0,${INSIDE_MAX}}\\}\\}|\\{%[^%\\n]{0,${INSIDE_MAX}}%\\}`;
/** `%FIRSTNAME%`, `%CUSTOM_1%`; not "20%OFF%": a figure stands before that sign. */
const PER_CENT = `(?<![\\d%])%[A-Z][A-Z0-9_]{1,${INSIDE_MAX}}%`;
/** Between single brackets, where it is one of the usual words. */
const SINGLE = `\\[(?<square>[\\p{L} _-]{1,${INSIDE_MAX}})\\]|\\{(?<curly>[\\p{L} _-]{1,${INSIDE_MAX}})\\}`;

const FORMS = new RegExp(`${BRACES}|${PER_CENT}|${SINGLE}`, 'gu');

/** Where the first placeholder of a text begins, counted from 1 in UTF-16 code units; null where none is left. */
export function placeholderIn(text: string): number | null {
  for (const { index, groups } of text.matchAll(FORMS)) {
    const word = groups?.['square'] ?? groups?.['curly'];
    if (word === undefined || USUAL_WORDS.has(word.toLowerCase().replaceAll(/[ _-]/g, ''))) return index + 1;
  }
  return null;
}
