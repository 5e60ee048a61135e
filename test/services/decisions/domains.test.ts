import { inTime } from '../../../src/outreach/in-time.js';
import { normalizeDomain } from '../../../src/services/decisions/recipient-input.js';

describe('a company’s domain', () => {
  it.each([
    ['example.com', 'example.com'],
    [' https://www.Example.com./about?of=them#here ', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['ｅｘａｍｐｌｅ.com', 'example.com'],
    ['xn--bcher-kva.example/a b', 'bücher.example'],
    ['jobs@Example.com', 'example.com'],
    ['mailto:jobs@example.com?subject=hello', 'example.com'],
    ['http://user:word@example.com:80/', 'example.com'],
    ['//example.com', 'example.com'],
    ['http:example.com', 'example.com'],
    ['https:/example.com', 'example.com'],
    ['ftp://example.com/', 'example.com'],
    ['example.com,', 'example.com'],
    ['example.com..', 'example.com'],
    ['.example.com', 'example.com'],
    ['@example.com', 'example.com'],
    ['*.example.com', 'example.com'],
    ['<https://example.com>', 'example.com'],
    ['my_shop.example.com', 'my_shop.example.com'],
    ['🦄.example', '🦄.example'],
    ['www.www.example.com', 'example.com'],
    ['www.com', 'www.com'],
    ['a.b.c.d.e.f.g.h.example.com', 'a.b.c.d.e.f.g.h.example.com'],
    ['a.b.c.d.e.f.g.h.i.example.com', null],
    ['first.example, hi@second.example', null],
    ['hi@first.example, hi@second.example', null],
    ['example.com\\@other.example', null],
    ['first.example second.example', null],
    ['127.1', null],
    ['0x7f.1', null],
    ['1.5', null],
    ['example', null],
    ['example..com', null],
    ['jobs@', null],
    ['*.', null],
    ['/example.com', null],
    ['exa mple.com', null],
    ['', null],
  ])('%j is %j', (text, domain) => {
    expect(normalizeDomain(text)).toBe(domain);
    if (domain !== null) expect(normalizeDomain(domain)).toBe(domain);
  });

  const MANY = 500_000;
  it.each([
    ['signs of what follows a host, and a line behind them', `a${'/'.repeat(MANY)}\na`],
    ['labels', 'a.'.repeat(MANY)],
    ['dots', `${'.'.repeat(MANY)}a`],
    ['characters that stand for many', '\ufdfa'.repeat(MANY)],
  ])('is none, and is read in no time, of half a million %s', (_, text) => {
    const read: (string | null)[] = [];
    expect(inTime(2_000, () => read.push(normalizeDomain(text)))).toBe(true);
    expect(read).toEqual([null]);
  });

  it.each(['.', '*.', ',', '>', '@', ':', '/', 'mailto:', 'a@', '。'])(
    'is read in no time of as many %j as are looked at',
    (sign) => {
      const many = sign.repeat(4_096 / sign.length);
      const read = () => [many, `${many}a`, `a${many}`, `a.b${many}c`].forEach(normalizeDomain);
      expect(inTime(200, read)).toBe(true);
    },
  );
});
