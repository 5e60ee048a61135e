import type { ConnectionDegree } from '../quota/words.js';
import { CUSTOM_NAME_LENGTH_MAX, CUSTOM_VALUE_LENGTH_MAX, TEXT_LENGTH_MAX } from './prospect.js';
import {
  conditionOf,
  leavesIn,
  type CustomTerms,
  type DegreeTerms,
  type FilterTerms,
  type InstantTerms,
  type TagsTerms,
  type TextTerms,
} from './segment.js';
import { hasComparable } from './words.js';

/** How deep filters lie in each other, how many there are, how much they ask, and how long a list in one is. */
export const FILTER_DEPTH_MAX = 8;
const FILTERS_MAX = 200;
const FILTER_LEAVES_MAX = 50;
const LIST_MAX = 100;
/** Of all that is said in one, as JSON, in UTF-16 code units: lists of texts in each of its leaves would be as long as a file. */
export const FILTER_LENGTH_MAX = 50_000;
const DAYS_MAX = 3_650;
/** What the books can tell: of anything but a connection nobody told them. */
const KNOWN_DEGREES: readonly ConnectionDegree[] = ['FIRST', 'UNKNOWN'];

/** What is wrong with a filter, and where in it. */
export class FilterError extends Error {
  constructor(
    message: string,
    readonly path: readonly string[],
  ) {
    super(message);
  }
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * A filter as somebody says it, without what was left out. Throws a FilterError for one that is too deep or too long, and
 * for what can be met by nobody because of how it is said.
 */
export function readFilter(said: object): FilterTerms {
  const terms = readTerms(said as Raw, [], 1);
  // Those that ask nothing are written out as well.
  const filters = filtersIn(terms);
  if (filters > FILTERS_MAX) {
    throw new FilterError(`There are ${FILTERS_MAX} filters in one at most, not ${filters}.`, []);
  }
  const leaves = leavesIn(conditionOf(terms));
  if (leaves > FILTER_LEAVES_MAX) {
    throw new FilterError(`A filter asks ${FILTER_LEAVES_MAX} things at most, not ${leaves}.`, []);
  }
  const length = JSON.stringify(terms).length;
  if (length > FILTER_LENGTH_MAX) {
    throw new FilterError(`A filter is ${FILTER_LENGTH_MAX} characters long at most, not ${length}.`, []);
  }
  return terms;
}

function filtersIn({ and = [], or = [], not }: FilterTerms): number {
  const inside = [...and, ...or, ...(not ? [not] : [])];
  return inside.reduce((sum, one) => sum + filtersIn(one), 1);
}

function readTerms(said: Raw, path: readonly string[], depth: number): FilterTerms {
  if (depth > FILTER_DEPTH_MAX) {
    throw new FilterError(`Filters lie ${FILTER_DEPTH_MAX} deep in each other at most.`, path);
  }
  const terms: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || value === null) continue;
    terms[name] = readPart(name, value, [...path, name], depth);
  }
  return terms;
}

function readPart(name: string, value: unknown, path: readonly string[], depth: number): unknown {
  switch (name) {
    case 'and':
    case 'or':
      return bounded(value as readonly Raw[], path).map((part, index) =>
        readTerms(part, [...path, String(index)], depth + 1),
      );
    case 'not':
      return readTerms(value as Raw, path, depth + 1);
    case 'tags':
      return readTags(value as Raw, path);
    case 'addedAt':
    case 'lastContactedAt':
      return readInstants(value as Raw, path);
    case 'degree':
      return readDegree(value as Raw & DegreeTerms, path);
    case 'customField':
      return readCustom(value as Raw & CustomTerms, path);
    default:
      return typeof value === 'object' ? readText(value as Raw, path, TEXT_LENGTH_MAX) : value;
  }
}

function readText(said: Raw, path: readonly string[], lengthMax: number): TextTerms {
  const read: Record<string, unknown> = {};
  for (const [name, value] of given(said, path)) {
    const here = [...path, name];
    if (typeof value === 'boolean') read[name] = value;
    else if (typeof value === 'string') read[name] = checked(value, here, lengthMax);
    else read[name] = texts(value as readonly string[], here, lengthMax);
  }
  return read;
}

function readCustom({ name, ...said }: Raw & CustomTerms, path: readonly string[]): CustomTerms {
  checked(name, [...path, 'name'], CUSTOM_NAME_LENGTH_MAX);
  return { name: name.trim(), ...readText(said, path, CUSTOM_VALUE_LENGTH_MAX) };
}

function readTags(said: Raw, path: readonly string[]): TagsTerms {
  const lists = given(said, path).map(([name, value]) => [
    name,
    texts(value as readonly string[], [...path, name], TEXT_LENGTH_MAX),
  ]);
  return Object.fromEntries(lists) as TagsTerms;
}

function readInstants(said: Raw, path: readonly string[]): InstantTerms {
  const read = Object.fromEntries(given(said, path)) as InstantTerms;
  const { from, before, lastDays } = read;
  if (lastDays !== undefined && (lastDays < 1 || lastDays > DAYS_MAX)) {
    throw new FilterError(`lastDays is 1 to ${DAYS_MAX}.`, [...path, 'lastDays']);
  }
  if (from !== undefined && before !== undefined && from >= before) {
    throw new FilterError('before is later than from.', [...path, 'before']);
  }
  return read;
}

function readDegree({ seatId, in: degrees }: DegreeTerms, path: readonly string[]): DegreeTerms {
  const place = [...path, 'in'];
  const unknown = bounded(degrees, place).find((degree) => !KNOWN_DEGREES.includes(degree));
  if (unknown !== undefined) {
    const message = `The books know FIRST, and of everybody else nothing: ask for FIRST or UNKNOWN, not ${unknown}.`;
    throw new FilterError(message, place);
  }
  return { seatId, in: [...new Set(degrees)] };
}

/** What is said in a comparator. One that says nothing is a slip: it would be met by everybody. */
function given(said: Raw, path: readonly string[]): [string, unknown][] {
  const entries = Object.entries(said).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) throw new FilterError(`${path.at(-1) ?? ''} compares with nothing.`, path);
  return entries;
}

function bounded<Item>(items: readonly Item[], path: readonly string[]): readonly Item[] {
  if (items.length >= 1 && items.length <= LIST_MAX) return items;
  throw new FilterError(`${path.at(-1) ?? ''} holds 1 to ${LIST_MAX}.`, path);
}

function texts(values: readonly string[], path: readonly string[], lengthMax: number): string[] {
  return bounded(values, path).map((value, index) => checked(value, [...path, String(index)], lengthMax));
}

/** Blank, or of accents alone, it would be found in every text. */
function checked(value: string, path: readonly string[], lengthMax: number): string {
  if (value.includes('\0') || /\p{Surrogate}/u.test(value)) {
    throw new FilterError('A text holds a NUL or half of a surrogate pair.', path);
  }
  if ([...value].length > lengthMax)
    throw new FilterError(`A text is ${lengthMax} characters at most.`, path);
  if (!hasComparable(value)) throw new FilterError('A text has nothing in it to compare with.', path);
  return value;
}
