import { createHash } from 'node:crypto';
import { type DocumentNode, parse } from 'graphql';
import { ReadDocuments, wordsOf } from '../../../src/http/documents/read-documents.js';

const of = (words: number, comments = ''): DocumentNode => parse(`{ ${'a '.repeat(words - 4)}}${comments}`);

it('counts the words of a document, the comments of its text too', () => {
  // Its beginning and its end are two of them.
  expect(wordsOf(parse('{ a }'))).toBe(5);
  expect(wordsOf(parse('{ a } # one\n# two'))).toBe(7);
  expect(wordsOf(of(100))).toBe(100);
});

it('keeps documents up to so many words together, those that were asked for last', async () => {
  const documents = new ReadDocuments(1_000);
  const names = ['a', 'b', 'c'];
  for (const name of names) await documents.set(name, of(400));
  const kept = async (): Promise<string[]> => {
    const found = await Promise.all(['a', 'b', 'c', 'd'].map((name) => documents.get(name)));
    return ['a', 'b', 'c', 'd'].filter((_, index) => found[index]);
  };
  expect(await kept()).toEqual(['b', 'c']);
  await documents.get('b');
  await documents.set('d', of(400));
  expect(await kept()).toEqual(['b', 'd']);
  // Again, it counts once.
  await documents.set('d', of(500));
  expect(await kept()).toEqual(['b', 'd']);
  await documents.delete('b');
  await documents.set('a', of(400));
  expect(await kept()).toEqual(['a', 'd']);
});

it.each([
  ['words', of(5_001)],
  ['comments', of(10, '\n#'.repeat(5_000))],
  ['characters', of(10, ` # ${'x'.repeat(500_000)}`)],
])('keeps none of very many %s, and loses none for it', async (_, document) => {
  const documents = new ReadDocuments();
  await documents.set('short', of(10));
  await documents.set('long', document);
  expect(await documents.get('long')).toBeUndefined();
  expect(await documents.get('short')).toBeDefined();
});

it('knows a text by its hash, whatever schema Apollo names it with', async () => {
  const documents = new ReadDocuments();
  const name = (text: string) => `schema:${createHash('sha256').update(text).digest('hex')}`;
  expect(documents.has('{ a }')).toBe(false);
  await documents.set(name('{ a }'), parse('{ a }'));
  expect([documents.has('{ a }'), documents.has('{ b }')]).toEqual([true, false]);
  expect(await documents.get(name('{ a }'))).toBeDefined();
});
