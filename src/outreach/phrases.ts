/** A phrase that was found in a text. */
export interface FoundPhrase {
  readonly phrase: string;
  /** Counted from 1, in UTF-16 code units. */
  readonly place: number;
}

const patterns = new WeakMap<readonly string[], RegExp>();

/** Where a text has one of the phrases, in the order of the text, each phrase once. Case and kind of apostrophe don't matter. */
export function phrasesIn(text: string, phrases: readonly string[]): FoundPhrase[] {
  const found = new Map<string, FoundPhrase>();
  // A character for a character, so that places stay what they are.
  for (const { 0: phrase, index } of text.replaceAll('’', "'").matchAll(patternOf(phrases))) {
    const plain = phrase.toLowerCase().replaceAll(/\s+/g, ' ');
    if (!found.has(plain)) found.set(plain, { phrase: plain, place: index + 1 });
  }
  return [...found.values()];
}

function patternOf(phrases: readonly string[]): RegExp {
  const known = patterns.get(phrases);
  if (known) return known;
  const longestFirst = phrases.toSorted((one, other) => other.length - one.length);
  const any = longestFirst.map(asPattern).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, 'giu');
  patterns.set(phrases, pattern);
  return pattern;
}

function asPattern(phrase: string): string {
  return phrase.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll(' ', '\\s+');
}
