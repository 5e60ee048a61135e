import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Words and signs of all documents that are kept, comments counted: some forty megabytes. */
const WORDS_MAX = 100_000;
/** Of one: a document with more is read anew each time that it comes. */
const WORDS_OF_ONE_MAX = 5_000;
/** Characters of a text that weigh as much as a word. */
const CHARACTERS_OF_WORD = 100;

/** Words and signs that a document was read from, comments too: all of them are kept with it. */
export function wordsOf({ loc }: DocumentNode): number {
  let words = 0;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) words += 1;
  return words;
}

function weightOf(document: DocumentNode): number {
  const characters = document.loc?.source.body.length ?? 0;
  return wordsOf(document) + Math.floor(characters / CHARACTERS_OF_WORD);
}

/** Documents that were read and found right, so that the same ones need not be read again; whoever asked longest ago goes first. */
export class ReadDocuments {
  private readonly kept: LRUCache<string, DocumentNode>;

  constructor(wordsMax = WORDS_MAX) {
    this.kept = new LRUCache({
      maxSize: wordsMax,
      maxEntrySize: Math.min(wordsMax, WORDS_OF_ONE_MAX),
      sizeCalculation: weightOf,
    });
  }

  /** Whether what was read from a text is kept. */
  has(text: string): boolean {
    return this.kept.has(createHash('sha256').update(text).digest('hex'));
  }

  get(name: string): Promise<DocumentNode | undefined> {
    return Promise.resolve(this.kept.get(hashIn(name)));
  }

  set(name: string, document: DocumentNode): Promise<void> {
    return Promise.resolve(void this.kept.set(hashIn(name), document));
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.kept.delete(hashIn(name)));
  }
}

/** Apollo names a document by the hash of the schema, of which there is one, and that of its text. */
function hashIn(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
