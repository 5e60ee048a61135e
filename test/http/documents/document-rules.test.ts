import { unreadable } from '../../../src/http/documents/document-rules.js';

const inEachOther = (depth: number, [open, close]: readonly [string, string]): string =>
  `query { x${open.repeat(depth)}y${close.repeat(depth)} }`;

it.each<[string, readonly [string, string]]>([
  ['selections', ['{ x', '}']],
  ['fragments', ['... {', '}']],
  ['lists', ['(a: [', '])']],
  ['inputs', ['(a: {b: [', ']})']],
])('%s lie as deep in each other as can surely be read', (_, pair) => {
  expect(unreadable(inEachOther(90, pair))).toBeNull();
  expect(unreadable(inEachOther(3_300, pair))).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: 'The operation has brackets more than 300 deep in each other.',
  });
});

it.each([
  ['beside each other', `{ ${'x(a: [1]) { y } '.repeat(400)} }`],
  ['in a string', `{ x(a: "${'{'.repeat(1_000)}") }`],
  ['in a block string', `{ x(a: """${'['.repeat(1_000)}""") }`],
  ['in a comment', `{ x } # ${'('.repeat(1_000)}`],
  ['behind what is no word', `{ x ? ${'('.repeat(1_000)}`],
  ['closed that were never opened', `${'}'.repeat(1_000)}`],
])('brackets %s are no depth', (_, text) => {
  expect(unreadable(text)).toBeNull();
});
