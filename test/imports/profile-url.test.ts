import fc from 'fast-check';
import { comparedAddress, normalizeProfileUrl } from '../../src/imports/profile-url.js';

const JANE = 'https://www.linkedin.com/in/jane-doe';
const LEAD = 'https://www.linkedin.com/sales/lead/ACwAAAbCdEfG-_1';

describe('normalizeProfileUrl', () => {
  it.each([
    ['the usual form', 'https://www.linkedin.com/in/jane-doe'],
    ['a trailing slash', 'https://www.linkedin.com/in/jane-doe/'],
    ['http', 'http://www.linkedin.com/in/jane-doe'],
    ['no scheme', 'www.linkedin.com/in/jane-doe'],
    ['no scheme, no www', 'linkedin.com/in/jane-doe'],
    ['a scheme left open', '//www.linkedin.com/in/jane-doe'],
    ['a country subdomain', 'https://es.linkedin.com/in/jane-doe'],
    ['the mobile site', 'https://m.linkedin.com/in/jane-doe'],
    ['the light mobile site', 'https://www.linkedin.com/mwlite/in/jane-doe'],
    ['the light mobile site, older', 'https://www.linkedin.com/mwlite/profile/in/jane-doe'],
    ['a link from a mail', 'https://www.linkedin.com/comm/in/jane-doe?midToken=AQ'],
    ['a query', 'https://www.linkedin.com/in/jane-doe?trk=abc&x=https://a.b/c'],
    ['no scheme and an address in the query', 'linkedin.com/in/jane-doe?u=https://a.b/c'],
    ['a fragment', 'https://www.linkedin.com/in/jane-doe#experience'],
    ['upper case', 'HTTPS://WWW.LINKEDIN.COM/IN/Jane-DOE/'],
    ['a language', 'https://www.linkedin.com/in/jane-doe/en'],
    ['a language with a country', 'https://www.linkedin.com/in/jane-doe/pt-BR/'],
    ['a page of the profile', 'https://www.linkedin.com/in/jane-doe/details/experience/'],
    ['the contact card', 'https://www.linkedin.com/in/jane-doe/overlay/contact-info/'],
    ['the slug with its folder alone', 'in/jane-doe'],
    ['the path alone', '/in/jane-doe/'],
    ['space around it', '  https://www.linkedin.com/in/jane-doe \n'],
    ['needless percent-encoding', 'https://www.linkedin.com/in/jane%2Ddoe'],
    ['the default port', 'https://www.linkedin.com:443/in/jane-doe'],
  ])('takes %s', (_, text) => {
    expect(normalizeProfileUrl(text)).toBe(JANE);
  });

  it.each([
    ['percent-encoded', 'https://www.linkedin.com/in/%C3%89lodie'],
    ['in lower-case hexadecimal', 'https://www.linkedin.com/in/%c3%89lodie'],
    ['in letters', 'https://www.linkedin.com/in/Élodie'],
    ['with a combining accent', 'https://www.linkedin.com/in/E\u0301lodie'],
  ])('gives one address for a slug that is not ASCII: %s', (_, text) => {
    expect(normalizeProfileUrl(text)).toBe('https://www.linkedin.com/in/%C3%A9lodie');
  });

  it.each([
    [
      'another script',
      'https://www.linkedin.com/in/陽子-1',
      'https://www.linkedin.com/in/%E9%99%BD%E5%AD%90-1',
    ],
    ['an emoji', 'https://www.linkedin.com/in/🚀jo', 'https://www.linkedin.com/in/%F0%9F%9A%80jo'],
    ["a member's key", 'https://www.linkedin.com/in/ACoAAA_b-1', 'https://www.linkedin.com/in/acoaaa_b-1'],
  ])('takes a slug with %s', (_, text, expected) => {
    expect(normalizeProfileUrl(text)).toBe(expected);
  });

  it('keeps the case of a member’s key, which leads to nobody in lower case; and compares it without', () => {
    const url = 'https://www.linkedin.com/in/ACoAAAcDMMQBODyLwZrRcgYhrkCafURGqva0U4E';
    expect(normalizeProfileUrl(`${url}/en?trk=x`)).toBe(url);
    expect(normalizeProfileUrl(url.toLowerCase())).toBe(url.toLowerCase());
    expect(comparedAddress(url)).toBe(url.toLowerCase());
    // Nothing else is compared otherwise than it is written.
    for (const other of [JANE, LEAD, 'https://www.linkedin.com/in/%C3%A9lodie']) {
      expect(comparedAddress(other)).toBe(other);
    }
  });

  it.each([
    ['a lead', 'https://www.linkedin.com/sales/lead/ACwAAAbCdEfG-_1,NAME_SEARCH,aBcD'],
    ['a lead with encoded commas', 'https://www.linkedin.com/sales/lead/ACwAAAbCdEfG-_1%2CNAME_SEARCH%2Cx'],
    ['a person', 'https://www.linkedin.com/sales/people/ACwAAAbCdEfG-_1,NAME_SEARCH,aBcD?_ntb=x'],
    ['a key alone', 'linkedin.com/sales/lead/ACwAAAbCdEfG-_1'],
    ['the path alone', 'sales/lead/ACwAAAbCdEfG-_1,x'],
  ])('keeps the key of Sales Navigator, in its case: %s', (_, text) => {
    expect(normalizeProfileUrl(text)).toBe(LEAD);
  });

  it.each([
    ['as exporters write it', 'https://www.linkedin.com/in/ACwAAAbcDEFghiJKLmnoPQRstuVWXyz012345'],
    [
      'with all that may stand around it',
      'http://de.linkedin.com/in/ACwAAAbcDEFghiJKLmnoPQRstuVWXyz012345/en/?trk=x',
    ],
    ['of the mail', 'https://www.linkedin.com/comm/in/ACwAAAbcDEFghiJKLmnoPQRstuVWXyz012345'],
  ])('takes the key of Sales Navigator in the place of a slug for the same lead: %s', (_, text) => {
    const lead = 'https://www.linkedin.com/sales/lead/ACwAAAbcDEFghiJKLmnoPQRstuVWXyz012345';
    expect(normalizeProfileUrl(text)).toBe(lead);
    // What only begins alike is somebody's own name.
    expect(normalizeProfileUrl('https://www.linkedin.com/in/ACwaarden-jan')).toBe(
      'https://www.linkedin.com/in/acwaarden-jan',
    );
  });

  it.each([
    ['nothing', ''],
    ['a bare word', 'jane-doe'],
    ['a company', 'https://www.linkedin.com/company/acme'],
    ['a school', 'https://www.linkedin.com/school/mit'],
    ['the feed', 'https://www.linkedin.com/feed/'],
    ['no slug', 'https://www.linkedin.com/in/'],
    ['an old public profile', 'https://www.linkedin.com/pub/jane-doe/1/2/3'],
    ['another host', 'https://www.example.com/in/jane-doe'],
    ['a host that ends alike', 'https://www.notlinkedin.com/in/jane-doe'],
    ['a host that starts alike', 'https://www.linkedin.com.example.com/in/jane-doe'],
    ['a subdomain that has no profiles', 'https://business.linkedin.com/in/jane-doe'],
    ['a user in front of the host', 'https://www.linkedin.com@example.com/in/jane-doe'],
    ['a password', 'https://a:b@www.linkedin.com/in/jane-doe'],
    ['another port', 'https://www.linkedin.com:8443/in/jane-doe'],
    ['another scheme', 'ftp://www.linkedin.com/in/jane-doe'],
    ['a script', 'javascript://www.linkedin.com/in/jane-doe'],
    ['an unknown page', 'https://www.linkedin.com/in/jane-doe/jobs'],
    ['a page behind the language', 'https://www.linkedin.com/in/jane-doe/en/x'],
    ['a space in the slug', 'https://www.linkedin.com/in/jane%20doe'],
    ['a slash in the slug', 'https://www.linkedin.com/in/jane%2Fdoe'],
    ['a percent sign in the slug', 'https://www.linkedin.com/in/jane%25doe'],
    ['a NUL in the slug', 'https://www.linkedin.com/in/jane%00doe'],
    ['a mark-up in the slug', 'https://www.linkedin.com/in/<b>'],
    ['a comma in the slug', 'https://www.linkedin.com/in/jane,doe'],
    ['a reversed direction in the slug', 'https://www.linkedin.com/in/jane%E2%80%AEdoe'],
    ['broken percent-encoding', 'https://www.linkedin.com/in/jane%E9doe'],
    ['a backslash', 'https:\\\\www.linkedin.com\\in\\jane-doe'],
    ['a line break inside', 'https://www.linkedin.com/in/jane\n-doe'],
    ['two addresses', 'https://www.linkedin.com/in/jane https://www.linkedin.com/in/joe'],
    ['a slug of 201 letters', `https://www.linkedin.com/in/${'a'.repeat(201)}`],
    ['a lead without a key', 'https://www.linkedin.com/sales/lead/'],
    ['a lead with a foreign key', 'https://www.linkedin.com/sales/lead/12345,NAME_SEARCH'],
    ['a sales page', 'https://www.linkedin.com/sales/search/people?query=x'],
    ['endless text', `https://www.linkedin.com/in/jane?${'x'.repeat(5_000)}`],
  ])('refuses %s', (_, text) => {
    expect(normalizeProfileUrl(text)).toBeNull();
  });

  it('takes a slug of 200 letters, in any script', () => {
    expect(normalizeProfileUrl(`in/${'é'.repeat(201)}`)).toBeNull();
    expect(normalizeProfileUrl(`in/${'é'.repeat(200)}`)).toBe(
      `https://www.linkedin.com/in/${'%C3%A9'.repeat(200)}`,
    );
  });

  it('takes one whose letters are written apart from their accents, and none that is longer than any', () => {
    const composed = 'ᾂ'.repeat(200);
    const apart = composed.normalize('NFD');
    expect(apart).toHaveLength(800);
    expect(normalizeProfileUrl(`linkedin.com/in/${apart}`)).toBe(
      normalizeProfileUrl(`linkedin.com/in/${composed}`),
    );
    expect(normalizeProfileUrl(`linkedin.com/in/${apart}`)).not.toBeNull();
    expect(normalizeProfileUrl(`linkedin.com/in/a${'\u0301'.repeat(30)}`.repeat(60))).toBeNull();
  });

  it('leaves its own result unchanged, whatever the slug', () => {
    const slug = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(slug, fc.boolean(), (text, encoded) => {
        const url = normalizeProfileUrl(
          `https://www.linkedin.com/in/${encoded ? encodeURIComponent(text) : text}`,
        );
        expect(url === null ? null : normalizeProfileUrl(url)).toBe(url);
      }),
      { numRuns: 5_000 },
    );
  });

  it('leaves its own result unchanged for every letter there is', () => {
    for (let code = 0x80; code <= 0x1ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const url = normalizeProfileUrl(`in/${encodeURIComponent(`a${String.fromCodePoint(code)}`)}`);
      if (url !== null && normalizeProfileUrl(url) !== url) throw new Error(`U+${code.toString(16)}: ${url}`);
    }
  });

  it('gives one result for all spellings of a slug', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aBz09-_éÄß陽Ω'), minLength: 1, maxLength: 20 });
    const host = fc.constantFrom('www.linkedin.com', 'linkedin.com', 'de.linkedin.com', 'm.linkedin.com');
    const tail = fc.constantFrom('', '/', '?x=1', '/de', '#top', '/details/skills/');
    fc.assert(
      fc.property(letters, host, tail, (slug, name, end) => {
        const plain = normalizeProfileUrl(`in/${slug}`);
        expect(plain).not.toBeNull();
        expect(
          normalizeProfileUrl(`https://${name}/in/${encodeURIComponent(slug.normalize('NFD'))}${end}`),
        ).toBe(plain);
        expect(normalizeProfileUrl(`${name.toUpperCase()}/IN/${slug.toLowerCase()}${end}`)).toBe(plain);
      }),
    );
  });
});
