import type { DocumentNode } from 'graphql';

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

/** Documents that were read and found right, so that the same ones need not be read again; whoever asked longest ago goes first. */
export class ReadDocuments {
  private readonly kept = new Map<string, { readonly document: DocumentNode; readonly weight: number }>();
  private weight = 0;

  constructor(private readonly wordsMax = WORDS_MAX) {}

  get(name: string): Promise<DocumentNode | undefined> {
    const found = this.kept.get(name);
    if (found) this.put(name, found);
    return Promise.resolve(found?.document);
  }

  set(name: string, document: DocumentNode): Promise<void> {
    const characters = document.loc?.source.body.length ?? 0;
    const weight = wordsOf(document) + Math.floor(characters / CHARACTERS_OF_WORD);
    if (weight <= WORDS_OF_ONE_MAX) this.put(name, { document, weight });
    for (const [oldest] of this.kept) {
      if (this.weight <= this.wordsMax) break;
      this.remove(oldest);
    }
    return Promise.resolve();
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.remove(name));
  }

  private put(name: string, one: { readonly document: DocumentNode; readonly weight: number }): void {
    this.remove(name);
    this.kept.set(name, one);
    this.weight += one.weight;
  }

  private remove(name: string): boolean {
    this.weight -= this.kept.get(name)?.weight ?? 0;
    return this.kept.delete(name);
  }
}
