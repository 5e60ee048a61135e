import { shinglesOf } from '../../src/outreach/shingles.js';

it.each<[string, string, string[], string[]]>([
  [
    'three words at a time, without case and signs',
    'Hello, there: YOU too!',
    [],
    ['hello there you', 'there you too'],
  ],
  ['each once', 'a a a a a', [], ['a a a']],
  ['fewer words together', 'Thank you', [], ['thank you']],
  [
    'without the values',
    'Hi Ada, how is Acme Ltd. doing?',
    ['Ada', 'ACME LTD'],
    ['hi how is', 'how is doing'],
  ],
  ['the longer value first', 'at Acme Labs now', ['Acme', 'Acme Labs'], ['at now']],
  ['no part of a word', 'Adamant people are here', ['Ada'], ['adamant people are', 'people are here']],
  ['all of it where it is nothing but values', 'Ada Acme', ['Ada', 'Acme'], ['ada acme']],
  ['characters where words are not spaced', '你好吗', [], ['你 好 吗']],
  ['signs alone', ' 👋🏽 ', [], ['👋🏽']],
  ['composed and decomposed alike', 'Cafe\u0301 au lait', [], ['café au lait']],
  ['nothing of nothing', ' \n', ['x'], []],
])('%s', (_what, text, values, shingles) => {
  expect(shinglesOf(text, values)).toEqual(shingles);
});

it('are bounded, however long the text is', () => {
  const words = Array.from({ length: 9_000 }, (_, index) => `word${index}`).join(' ');
  expect(shinglesOf(words, [])).toHaveLength(1_000);
});

it('keeps nobody waiting for values that are almost in a text, again and again', () => {
  const values = Array.from({ length: 100 }, (_, index) => `${'a '.repeat(4_000)}b${index}`);
  const begunAt = process.cpuUsage();
  expect(shinglesOf('a '.repeat(5_000), values)).toEqual(['a a a']);
  expect(process.cpuUsage(begunAt).user).toBeLessThan(5_000_000);
});

it('takes out those values that come first, of more of them than any text is long', () => {
  const values = ['Ada', 'x'.repeat(30_000), 'y'.repeat(19_992), 'Acme', 'Bea'];
  expect(shinglesOf('Hi Ada of Acme and Bea', values)).toEqual(['hi of and', 'of and bea']);
});

it('looks at no more of a text than one that means well is long, whatever its signs become', () => {
  // Each sign is four letters that are a word each.
  const signs = '\u3300'.repeat(10_000);
  expect(shinglesOf(`a b c ${signs}`, [signs])).toEqual(shinglesOf(`a b c ${signs}`, []));
});
