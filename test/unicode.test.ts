import fc from 'fast-check';
import { checkUrl, GuardError } from '../src/egress/guarded-fetch.js';
import { personName } from '../src/imports/people.js';
import { normalizeProfileUrl } from '../src/imports/profile-url.js';
import { shinglesOf } from '../src/outreach/shingles.js';
import { comparable as comparableText, tagTerm, wordsOf } from '../src/outreach/words.js';
import { normalizeDomain } from '../src/services/decisions/recipient-input.js';
import { checkPolicyInput } from '../src/services/policy/policy.draft.js';
import { checkTerms } from '../src/services/webhooks/webhook.checks.js';
import { comparable } from '../src/tenancy/accounts.js';
import { addressOf, hasTooManyMarks, normalized, withSingleSpaces } from '../src/unicode.js';

const MARKS = ['\u0345', '\u035d', '\u0301', '\u0323', '\u0338', '\u3099', '\uff9e'];
/** What takes longest to put in order: accents that all have to go before those that stand there. */
const run = (length: number): string =>
  `a${MARKS.map((mark) => mark.repeat(length / MARKS.length)).join('')}`;
const LONG = run(63_000);

describe('a text in a normal form', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'é', 'ﬁ', '한', 'が', ' ', '👋', 'क्ष', ...MARKS), { maxLength: 40 })
    .map((parts) => parts.join(''));

  it('is the one that Unicode has, where no letter has too many accents', () => {
    const property = fc.property(texts, fc.constantFrom('NFC', 'NFKC', 'NFKD'), (text, form) => {
      fc.pre(!hasTooManyMarks(text));
      expect(normalized(text, form)).toBe(text.normalize(form));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('keeps thirty accents of a letter, and all other letters', () => {
    expect(hasTooManyMarks(`a${'\u0301'.repeat(30)}b`)).toBe(false);
    expect(normalized(`a${'\u0323'.repeat(31)}bc${'\u0323'.repeat(90)}d`, 'NFKD')).toBe(
      `a${'\u0323'.repeat(30)}bc${'\u0323'.repeat(30)}d`,
    );
  });
});

describe('accents without end', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['a tag', () => tagTerm(LONG)],
    ['a search', () => wordsOf(LONG)],
    ['a filter', () => comparableText(LONG)],
    ['a message', () => shinglesOf(LONG, [LONG])],
    ['a name', () => personName(LONG)],
    ['an address of mail', () => comparable(`${LONG}@example.com`)],
    ['a domain', () => normalizeDomain(`${run(3_500)}.com`)],
    ['a profile', () => normalizeProfileUrl(`linkedin.com/in/${run(3_500)}`)],
    ['a profile, percent-encoded', () => normalizeProfileUrl(`linkedin.com/in/${encodeURI(run(630))}`)],
    ['a host', () => normalizeProfileUrl(`${run(3_500)}.linkedin.com/in/ada`)],
  ])('are cut off before anything puts them in order: %s', (_, read) => {
    const composed = jest.spyOn(String.prototype, 'normalize');
    const parsed = jest.spyOn(globalThis, 'URL');
    read();
    const given = [...composed.mock.contexts.map(String), ...parsed.mock.calls.map(([text]) => String(text))];
    expect(given.filter(hasTooManyMarks)).toEqual([]);
    parsed.mockRestore();
  });

  it('in an address that is too long are not read', () => {
    const parsed = jest.spyOn(globalThis, 'URL');
    const url = `https://${LONG}.com/`;
    expect(() => checkUrl(url, { isLoopbackAllowed: false })).toThrow(GuardError);
    expect(checkPolicyInput({ source: 'x', sourceUrl: url })).toMatchObject({ code: 'INVALID' });
    const given = parsed.mock.calls.map(([text]) => String(text));
    parsed.mockRestore();
    expect(given.filter(hasTooManyMarks)).toEqual([]);
  });
});

describe('an address of somebody else', () => {
  it.each([
    'https://user@example.com:8080/a?b#c',
    'HTTPS:\\\\example.com',
    ' https:/bücher.example ',
    'https://[::1]:4000/',
    'mailto:ada@example.com',
    `https://${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}:65535/`,
    `https://example.com/${'a'.repeat(4_000)}`,
  ])('is what the parser makes of it: %s', (text) => expect(addressOf(text)?.href).toBe(new URL(text).href));

  it('is one however often it is asked for', () => {
    const read = Array.from({ length: 30_000 }, () => addressOf('https://bücher.example')?.host);
    expect(new Set(read)).toEqual(new Set(['xn--bcher-kva.example']));
  });

  const LONG = 'a'.repeat(300);
  it.each<[string, string]>([
    ['with a host that is too long', `https://${LONG}.com/`],
    ['with any slashes', `https:\\/\\${LONG}`],
    ['without slashes', `wss:${LONG}`],
    ['with what the parser reads over', `\0 ht\ntps:\t/\r/${LONG}`],
    ['of a file elsewhere', `FILE://${LONG}/a`],
    ['that is too long', `https://example.com/${'a'.repeat(4_096)}`],
  ])('is not parsed %s', (_what, text) => {
    expect(new URL(text).host).not.toBe('');
    const parsed = jest.spyOn(globalThis, 'URL');
    expect(addressOf(text)).toBeNull();
    expect(parsed).not.toHaveBeenCalled();
    parsed.mockRestore();
  });

  const url = `https://a${run(994)}.com/x`;
  const endless = `https://example.com/${'x'.repeat(500_000)}`;
  it.each<[string, (text: string) => unknown]>([
    ['a profile’s', normalizeProfileUrl],
    ['an endpoint’s', (text) => checkTerms({ url: text }, false)],
    ['a page’s that a policy names', (text) => checkPolicyInput({ source: 'x', sourceUrl: text })],
    [
      'a page’s that a change names',
      (text) =>
        checkPolicyInput({ source: 'x', changes: [{ kind: 'MESSAGE_LENGTH', sourceUrl: text }] } as never),
    ],
    ['what is asked for', (text) => expect(() => checkUrl(text, { isLoopbackAllowed: false })).toThrow()],
  ])('is not parsed where its host or all of it is too long: %s', (_what, read) => {
    const parsed = jest.spyOn(globalThis, 'URL');
    for (const text of [url, endless]) read(text);
    expect(parsed).not.toHaveBeenCalled();
    parsed.mockRestore();
  });

  it('is of no company whose domain is too long', () => {
    expect(normalizeDomain(`https://${'a'.repeat(300)}.com/`)).toBeNull();
    expect(normalizeDomain(`https://example.com/${'a'.repeat(300)}`)).toBe('example.com');
  });
});

it('has a single space for all that is blank between two signs', () => {
  const signs = [' ', ' ', '\t', '\n', '\u00a0', '\u3000', 'a', 'b'];
  for (let seed = 0; seed < 4_000; seed += 1) {
    const text = Array.from({ length: 7 }, (_, place) => signs[Math.floor(seed / 8 ** (place % 4)) % 8]).join(
      '',
    );
    expect(withSingleSpaces(text)).toBe(text.replace(/\s+/gu, ' '));
  }
});
