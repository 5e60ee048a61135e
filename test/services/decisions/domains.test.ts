import { inTime } from '../../../src/outreach/in-time.js';
import { normalizeDomain } from '../../../src/services/decisions/recipient-input.js';

describe('a company’s domain', () => {
  it.each([
    ['example.com', 'example.com'],
    [' https://www.Example.com./about?of=them#here ', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['ｅｘａｍｐｌｅ.com', 'example.com'],
    ['xn--bcher-kva.example/a b', 'bücher.example'],
    ['example', null],
    ['/example.com', null],
    ['exa mple.com', null],
    ['', null],
  ])('%j is %j', (text, domain) => expect(normalizeDomain(text)).toBe(domain));

  const MANY = 500_000;
  it.each([
    ['signs of what follows a host, and a line behind them', `a${'/'.repeat(MANY)}\na`],
    ['labels', 'a.'.repeat(MANY)],
    ['characters that stand for many', '\ufdfa'.repeat(MANY)],
  ])('is none, and is read in no time, of half a million %s', (_, text) => {
    const read: (string | null)[] = [];
    expect(inTime(2_000, () => read.push(normalizeDomain(text)))).toBe(true);
    expect(read).toEqual([null]);
  });
});
