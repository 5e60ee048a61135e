import type { FieldNode } from 'graphql';
import { SEATS_ADDED_MAX } from '../../imports/seat-table.js';
import type { Given } from './given.js';

/** Entries of lists, and lines of tables, in the arguments of a field. Each beyond costs as much as a field: it is read and judged, also where there are too many. */
const ENTRIES_FREE = 100;
/** Characters of all texts in them; of those beyond so many cost as much as a field. */
const CHARACTERS_FREE = 20_000;
const CHARACTERS_GIVEN_OF_ONE = 100;
/** And of those beyond ASCII, in all arguments of an operation together: they are put in a normal form, where some become eighteen. */
const FOREIGN_FREE = 20_000;
const FOREIGN_OF_ONE = 20;
/** Values of any kind, in all arguments of an operation together; each beyond costs as much as a field: to price them is work as well. */
const VALUES_FREE = 100_000;
/** Lines of a table that are judged, each as an entry is; with more of them it is refused as a whole. */
const LINES_JUDGED_MAX = SEATS_ADDED_MAX;
/** Of longer texts it is kept how much is in them. */
const SHORT_LENGTH_MAX = 1_000;

interface Size {
  readonly values: number;
  readonly entries: number;
  /** Entries of the longest list, or lines of a table. */
  readonly longest: number;
  readonly characters: number;
  readonly foreign: number;
}

/** What the arguments of fields cost by how much is in them, each time that they are given: one variable may be given to many. */
export class InputCosts {
  /** Of the arguments of a field, which are looked through once however often it is priced. */
  private readonly ofFields = new Map<FieldNode, Size>();
  /** Of what variables stand for, which is looked through once. */
  private readonly ofVariables = new WeakMap<object, Size>();
  /** Of those beyond ASCII in long texts. */
  private readonly ofTexts = new Map<string, number>();
  private values = 0;
  private foreign = 0;

  constructor(private readonly given: Given) {
    for (const value of given.variables.values()) {
      if (typeof value === 'object' && value !== null) this.ofVariables.set(value, this.sizeOf(value));
    }
  }

  of(field: FieldNode): number {
    const { values, entries, characters, foreign } = this.sizeOfArguments(field);
    const before = this.costOfAll();
    this.values += values;
    this.foreign += foreign;
    const beyond = Math.max(0, characters - CHARACTERS_FREE);
    return (
      Math.max(0, entries - ENTRIES_FREE) +
      Math.floor(beyond / CHARACTERS_GIVEN_OF_ONE) +
      (this.costOfAll() - before)
    );
  }

  private costOfAll(): number {
    const foreign = Math.max(0, this.foreign - FOREIGN_FREE);
    return Math.max(0, this.values - VALUES_FREE) + Math.floor(foreign / FOREIGN_OF_ONE);
  }

  /** Entries of the longest list, or lines of the longest table, that is given to a field, wherever it lies: a field that is given none has one. */
  longestOf(field: FieldNode): number {
    return Math.max(1, this.sizeOfArguments(field).longest);
  }

  private sizeOfArguments(field: FieldNode): Size {
    const known = this.ofFields.get(field);
    if (known) return known;
    const size = sumOf(field.arguments?.map(({ value }) => this.sizeOf(this.given.of(value))) ?? []);
    this.ofFields.set(field, size);
    return size;
  }

  /** By a loop: a variable is as deep as its sender likes. */
  private sizeOf(value: unknown): Size {
    let [values, entries, longest, characters, foreign] = [0, 0, 0, 0, 0];
    const left: unknown[] = [value];
    while (left.length > 0) {
      const one = left.pop();
      values += 1;
      if (typeof one === 'string') {
        characters += one.length;
        foreign += this.foreignIn(one);
      }
      if (typeof one !== 'object' || one === null) continue;
      const known = this.ofVariables.get(one);
      if (known) {
        values += known.values;
        entries += known.entries;
        longest = Math.max(longest, known.longest);
        characters += known.characters;
        foreign += known.foreign;
        continue;
      }
      const length = Array.isArray(one) ? one.length : linesIn(one);
      entries += length;
      longest = Math.max(longest, length);
      for (const part of Object.values(one)) left.push(part);
    }
    return { values, entries, longest, characters, foreign };
  }

  private foreignIn(text: string): number {
    if (text.length <= SHORT_LENGTH_MAX) return foreignIn(text);
    const foreign = this.ofTexts.get(text) ?? foreignIn(text);
    this.ofTexts.set(text, foreign);
    return foreign;
  }
}

/** Of the table that an input holds, below its header. */
function linesIn({ csv }: { readonly csv?: unknown }): number {
  if (typeof csv !== 'string') return 0;
  let lines = 0;
  for (let end = csv.indexOf('\n'); end >= 0 && end < csv.length - 1; end = csv.indexOf('\n', end + 1)) {
    lines += 1;
    if (lines === LINES_JUDGED_MAX) break;
  }
  return lines;
}

function foreignIn(text: string): number {
  let foreign = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) foreign += 1;
  return foreign;
}

function sumOf(sizes: readonly Size[]): Size {
  const sum = (one: keyof Size): number => sizes.reduce((total, size) => total + size[one], 0);
  const longest = Math.max(0, ...sizes.map((size) => size.longest));
  return {
    ...{ values: sum('values'), entries: sum('entries'), longest },
    ...{ characters: sum('characters'), foreign: sum('foreign') },
  };
}
