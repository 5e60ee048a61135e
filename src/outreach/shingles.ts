import { normalized } from '../unicode.js';
import { cut } from './words.js';

/**
 * Words that follow each other, taken together. Three, since a note is short: of a text of 25 words, a word that differs
 * changes three of 23 parts.
 */
const SHINGLE_WORDS = 3;

/** Enough to know the longest text that is allowed by; what is behind them is not looked at. */
const SHINGLES_MAX = 1_000;
const VALUES_MAX = 100;
/** Of all values together; those beyond stay. No text is longer, and each is gone through whole before it is known that it is not in it. */
const VALUES_LENGTH_MAX = 20_000;
/** A sign may become eighteen letters, and each of those a word: no text that means well becomes longer. */
const PLAIN_LENGTH_MAX = 20_000;
/** Words that are compared to find values; of a text and values that take more, what is left of the values stays. */
const COMPARED_MAX = 1_000_000;

/** Scripts that put no space between words: each character is a word of its own. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * The parts that a text is compared by, each once: without case, signs and the values that were put in for a person, so
 * that personalised copies of one template have the same. Of a text that is nothing but such values, all of it counts;
 * none where there is no text.
 */
export function shinglesOf(text: string, values: readonly string[]): string[] {
  const all = wordsOf(text);
  const left = without(all, looked(values).map(wordsOf));
  const words = left.length > 0 ? left : all;
  if (words.length === 0) return text.trim() === '' ? [] : [text.trim()];
  const last = Math.max(0, words.length - SHINGLE_WORDS);
  const shingles = new Set<string>();
  for (let place = 0; place <= last && shingles.size < SHINGLES_MAX; place += 1) {
    shingles.add(words.slice(place, place + SHINGLE_WORDS).join(' '));
  }
  return [...shingles];
}

function looked(values: readonly string[]): string[] {
  let left = VALUES_LENGTH_MAX;
  return values.slice(0, VALUES_MAX).filter(({ length }) => {
    const isLooked = length <= left;
    if (isLooked) left -= length;
    return isLooked;
  });
}

function wordsOf(text: string): string[] {
  const plain = cut(normalized(text, 'NFKC'), PLAIN_LENGTH_MAX).toLowerCase().replaceAll(UNSPACED, ' $& ');
  return plain.match(WORD) ?? [];
}

/** The words without those that make up a value, the longest value first. */
function without(words: readonly string[], values: readonly (readonly string[])[]): string[] {
  const byFirst = new Map<string, (readonly string[])[]>();
  for (const value of values.toSorted((one, other) => other.length - one.length)) {
    const [first] = value;
    if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), value]);
  }
  const left: string[] = [];
  let compared = 0;
  const isAt = (value: readonly string[], place: number): boolean => {
    const differs = value.findIndex((part, index) => words[place + index] !== part);
    compared += differs < 0 ? value.length : differs + 1;
    return differs < 0;
  };
  for (let place = 0; place < words.length;) {
    const word = words[place]!;
    const value = byFirst.get(word)?.find((each) => compared < COMPARED_MAX && isAt(each, place));
    if (!value) left.push(word);
    place += value?.length ?? 1;
  }
  return left;
}
