import { isTooMuchJson } from '../../src/imports/json-bounds.js';

const isTooMuch = (text: string): boolean => isTooMuchJson(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

it.each([
  ['a megabyte of activities', JSON.stringify(Array.from({ length: 12_000 }, activity)), false],
  ['500 people of 50 short fields each', JSON.stringify(Array.from({ length: 500 }, person)), false],
  ['a filter eight filters deep', JSON.stringify(filter(8)), false],
  ['1,000 empty lists', `[${'[],'.repeat(998)}[]]`, false],
  ['a list within a hundred', nested(100), false],
  ['a list within more', nested(101), true],
  ['objects within each other', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, true],
  ['a megabyte of empty lists', `[${'[],'.repeat(349_000)}[]]`, true],
  ['a megabyte of lists 60 deep', `[${`${nested(60)},`.repeat(8_000)}[]]`, true],
  ['250 names of fields, again and again', JSON.stringify(Array(40).fill(named(250))), false],
  ['251 names of fields', JSON.stringify(named(251)), true],
  ['names that are escapes alone', `{${escapes(251)}}`, true],
  ['a few of them', `{${escapes(250)}}`, false],
  ['240 names in ever other orders', JSON.stringify(inOtherOrders(2_000)), true],
  ['a thousand people with other columns filled each', JSON.stringify(filledAtRandom(1_000)), false],
  ['colons of a text', JSON.stringify({ text: 'a:'.repeat(50_000) }), false],
  ['brackets of a text', JSON.stringify({ text: '[{"\\"['.repeat(50_000) }), false],
  ['what is no JSON', ']]]}}}"', false],
  ['a text without an end', `"${'['.repeat(5_000)}`, false],
])('%s', (_, text, tooMuch) => expect(isTooMuch(text)).toBe(tooMuch));

it('is the depth and the number that JSON.parse would find, whatever texts there are', () => {
  const words = ['"', '\\', '[', ']', '{', '}', 'é', '\u2028', ''];
  for (let seed = 0; seed < 500; seed += 1) {
    const texts = Array.from({ length: 5 }, (_, at) => words[(seed * 7 + at * 5) % words.length]!.repeat(at));
    const value = (depth: number): unknown =>
      depth === 0 ? texts : { [texts[depth % 5]!]: value(depth - 1), z: texts };
    expect(isTooMuch(JSON.stringify(value(98)))).toBe(false);
    expect(isTooMuch(JSON.stringify(value(100)))).toBe(true);
  }
});

function named(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`name ${index}`, 1]));
}

/** Names of four escapes each, of which there are eight. */
function escapes(count: number): string {
  const name = (index: number): string =>
    [...index.toString(8).padStart(4, '0')].map((digit) => `\\${'nrtbf/"\\'[Number(digit)]!}`).join('');
  return Array.from({ length: count }, (_, index) => `"${name(index)}":1`).join();
}

/** Each of the same names, beginning elsewhere and going on by another step. */
function inOtherOrders(count: number) {
  const place = (index: number, at: number): number => (index + at * (1 + (index % 97))) % 240;
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(Array.from({ length: 10 }, (_every, at) => [`n${place(index, at)}`, 1])),
  );
}

/** Of fifteen columns each as if by chance. */
function filledAtRandom(count: number) {
  const isFilled = (row: number, column: number): boolean => ((row * 2_654_435_761 + 7) >>> column) % 3 > 0;
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      Array.from({ length: 15 }, (_every, column) => [`column ${column}`, 'x']).filter((_pair, column) =>
        isFilled(row, column),
      ),
    ),
  );
}

function activity() {
  return {
    ...{ seatId: 'seat_01j00000000000000000000000', action: 'CONNECTION_REQUEST' },
    recipient: { profileUrl: 'https://www.linkedin.com/in/ada' },
  };
}

function person() {
  return { customFields: Array.from({ length: 50 }, (_, index) => ({ name: `f${index}`, value: 'x' })) };
}

function filter(depth: number): object {
  return depth === 0 ? { isContacted: true } : { and: [filter(depth - 1), { not: { isContacted: true } }] };
}
