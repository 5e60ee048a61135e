/** What others wrote, before the platform reads it: some of what it does with a text takes the square of its length. */

type Form = 'NFC' | 'NFKC' | 'NFKD';

/** As many marks as Unicode's Stream-Safe Text Format (UAX #15) leaves to one letter; no language comes near. */
const MARKS_MAX = 30;

/** All that normalising puts in order behind a letter: marks, and what becomes one. */
const MARK = String.raw`[\p{M}\uff9e\uff9f]`;
const LONG_RUN = new RegExp(`(${MARK}{${MARKS_MAX}})${MARK}+`, 'gu');

/**
 * A text of somebody else in one of Unicode's forms, the only way there is to it. Of a longer run of marks the first ones stay: they
 * are put in order one by one, which takes the square of the run.
 */
export function normalized(text: string, form: Form): string {
  const bounded = text.length > MARKS_MAX ? text.replace(LONG_RUN, '$1') : text;
  return bounded.normalize(form);
}
