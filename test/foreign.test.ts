import fc from 'fast-check';
import { normalized } from '../src/foreign.js';
import { personName } from '../src/imports/people.js';
import { normalizeProfileUrl } from '../src/imports/profile-url.js';
import { shinglesOf } from '../src/outreach/shingles.js';
import { comparable as comparableText, sortName, tagTerm, wordsOf } from '../src/outreach/words.js';
import { checkEmail } from '../src/services/checks.js';
import { employersOf, normalizeDomain } from '../src/services/decisions/recipient-input.js';
import { wordsOfTerms } from '../src/services/prospects/prospect.checks.js';
import { comparable as comparableEmail } from '../src/tenancy/accounts.js';
import { Fingerprints } from '../src/tenancy/fingerprint.js';

const FORMS = ['NFC', 'NFKC', 'NFKD'] as const;
/** As many marks as UAX #15 leaves to a letter. */
const MARKS_MAX = 30;
/** Marks of falling class: each that follows has to go before all that are there. */
const FALLING = ['\u0345', '\u035d', '\u035c', '\u0315', '\u0301', '\u0323', '\u0328', '\u0338'];
const RUN = FALLING.map((mark) => mark.repeat(1_000)).join('');

function allCharacters(): string[] {
  const all = Array.from({ length: 0x110000 }, (_, code) => code);
  return all.filter((code) => code < 0xd800 || code > 0xdfff).map((code) => String.fromCodePoint(code));
}

/** Whether normalising moves what it begins with, or what follows: all that a run can be long of. */
function isPutInOrder(character: string): boolean {
  const [first = ''] = character.normalize('NFKD');
  const isMoved = (text: string): boolean => text.normalize('NFKD') !== text;
  return isMoved(`\u0345${first}`) || isMoved(`${first}\u0334`);
}

describe('a text of somebody else', () => {
  it('is what Unicode makes of it, while no run of marks is longer than 30', () => {
    const letter = fc.oneof(
      fc.constantFrom('a', 'ü', 'ǖ', 'が', 'ﾊ', '각', 'ﷺ', 'ﬁ', 'İ', ' ', '👋🏽', '\ud800'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const mark = fc.constantFrom(...FALLING, '\uff9e', '\u09be', '\u20dd', '\ufe0f', '\u0344', '\u{1d165}');
    const marks = fc.array(mark, { maxLength: MARKS_MAX }).map((list) => list.join(''));
    // A letter of a run's own keeps two runs from being one.
    const text = fc.array(fc.tuple(letter, fc.constant('x'), marks), { maxLength: 8 });
    fc.assert(
      fc.property(text, fc.constantFrom(...FORMS), (parts, form) => {
        const whole = parts.flat().join('');
        expect(normalized(whole, form)).toBe(whole.normalize(form));
      }),
    );
  });

  it('keeps 30 of a longer run of anything that is put in order', () => {
    const moved = allCharacters().filter(isPutInOrder);
    expect(moved.length).toBeGreaterThan(900);
    const kept = moved.filter(
      (mark) =>
        normalized(`a${mark.repeat(MARKS_MAX + 1)}b`, 'NFC') !==
        `a${mark.repeat(MARKS_MAX)}b`.normalize('NFC'),
    );
    expect(kept).toEqual([]);
    expect(normalized(`a${RUN}b`, 'NFKD')).toBe(`a${RUN.slice(0, MARKS_MAX)}b`.normalize('NFKD'));
    // One of two that make a run together may be no mark by itself.
    expect(normalized('\uff9e\u0334'.repeat(50_000), 'NFKC')).toHaveLength(MARKS_MAX);
  });
});

describe('whatever reads texts of others', () => {
  const fingerprints = new Fingerprints('a secret');
  const text = `a${RUN}`;
  const terms = { company: text, firstName: text, tags: [text], notes: text };

  it.each<[string, () => unknown]>([
    ['a name', () => personName(text)],
    [
      'the address of a profile',
      () => normalizeProfileUrl(`https://www.linkedin.com/in/a${RUN.slice(0, 700)}`),
    ],
    ['what a text is compared by', () => shinglesOf(text, [text])],
    ['words', () => wordsOf(text)],
    ['what a filter compares', () => comparableText(text)],
    ['a tag', () => tagTerm(text)],
    ['the order of names', () => sortName(text, text)],
    ['a domain', () => normalizeDomain(`a${RUN.slice(0, 1_000)}.com`)],
    ['an employer', () => employersOf(fingerprints, 'agency', { company: text, companyDomain: null })],
    ['an address of mail', () => comparableEmail(`${text}@example.com`)],
    ['an address of mail that is checked', () => checkEmail(`a@a${RUN.slice(0, 200)}.com`)],
    ['a prospect', () => wordsOfTerms(terms)],
  ])('has no long run of marks put in order: %s', (_what, read) => {
    const asked = jest.spyOn(String.prototype, 'normalize');
    try {
      read();
      const texts = asked.mock.contexts.map(String);
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.filter((each) => /\p{M}{31}/u.test(each))).toEqual([]);
    } finally {
      asked.mockRestore();
    }
  });
});
