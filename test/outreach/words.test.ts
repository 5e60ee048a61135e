import { comparable, cut, hasComparable } from '../../src/outreach/words.js';

describe('what a text is compared by', () => {
  it('is without case and accents, as long as it becomes by what any language writes', () => {
    expect(comparable('  Ærøskøbing  MÜLLER ')).toBe('aeroskobing muller');
    const syllables = '각'.repeat(500);
    expect(comparable(syllables)).toBe(syllables.normalize('NFKD'));
    expect(comparable('\ufdfa')).toBe('\ufdfa'.normalize('NFKD'));
  });

  it('is four times as long as the text at most, where each sign becomes eighteen', () => {
    expect(comparable('\ufdfa'.repeat(1_000)).length).toBeLessThanOrEqual(4_100);
  });
});

it('whether a text has anything that it is compared by is told of each letter as comparing tells it', () => {
  const different: string[] = [];
  for (let code = 0; code <= 0x1_ff_ff; code += 1) {
    if (code >= 0xd8_00 && code <= 0xdf_ff) continue;
    const letter = String.fromCodePoint(code);
    if (hasComparable(letter) !== (comparable(letter) !== '')) different.push(code.toString(16));
  }
  expect(different).toEqual([]);
});

it.each([
  ['letters', 'abcdef', 'abc'],
  ['letters of two code units', '🦄🦄🦄🦄🦄🦄🦄🦄🦄', '🦄🦄🦄'],
  ['both', 'a🦄b🦄c', 'a🦄b'],
  ['no more than are left', '🦄🦄🦄', '🦄🦄🦄'],
])('a text is cut behind a letter: %s', (_, text, kept) => expect(cut(text, 3)).toBe(kept));
