import {
  type FieldNode,
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
} from 'graphql';
import type { Given } from './given.js';

/** What each thing that a filter asks may cost: it is asked of every row of a list. */
const COST_OF_CONDITION = 20;
/** Some go through the books for every row, or through each of its texts. */
const COST_OF_BOOKS = 1_000;
const ASK_THE_BOOKS: ReadonlySet<string> = new Set([
  'lastContactedAt',
  'degree',
  'isContacted',
  'hasReplied',
  'doNotContact',
]);
/** No index helps where it is looked into the fields of a list's own. */
const OWN_FIELD = 'customField';
const LOOKS_INSIDE = 'contains';
/** Deeper than any filter may be: what lies below is refused anyway. */
const DEPTH_MAX = 20;
const FILTER_TYPE = 'ProspectFilter';
/** A saved filter, whose conditions nobody has looked up yet. */
const SEGMENT_ARGUMENT = 'segmentId';
const COST_OF_SEGMENT = 2 * COST_OF_BOOKS;
/** Rows are found by one word, and compared with all others. */
const SEARCH_ARGUMENT = 'search';
const WORDS_FREE = 3;
const COST_OF_WORDS = 1_000;
/** More than any search has: what is longer is refused. */
const SEARCH_LENGTH_MAX = 1_000;

/** What the filters, segments and searches among a field's arguments cost besides. */
export function costOfFilters(field: GraphQLField<unknown, unknown>, node: FieldNode, given: Given): number {
  let cost = 0;
  for (const { name, value } of node.arguments ?? []) {
    const type = field.args.find((argument) => argument.name === name.value)?.type;
    const plain = given.of(value);
    if (name.value === SEGMENT_ARGUMENT && plain) cost += COST_OF_SEGMENT;
    if (name.value === SEARCH_ARGUMENT) cost += costOfSearch(plain);
    if (type) cost += costOfFiltersIn(type, plain);
  }
  return cost;
}

function costOfSearch(plain: unknown): number {
  if (typeof plain !== 'string') return 0;
  const words = plain.slice(0, SEARCH_LENGTH_MAX).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > WORDS_FREE ? COST_OF_WORDS : 0;
}

/** Of a filter, or of an input that has one to be kept. */
function costOfFiltersIn(type: GraphQLInputType, plain: unknown): number {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return 0;
  if (named.name === FILTER_TYPE) return costOfFilter(plain, 0);
  if (typeof plain !== 'object' || plain === null) return 0;
  const said = plain as Readonly<Record<string, unknown>>;
  return Object.values(named.getFields())
    .filter((field) => getNamedType(field.type).name === FILTER_TYPE)
    .reduce((sum, { name }) => sum + costOfFilter(said[name], 0), 0);
}

/** Of each value that is said: a list of them is compared in one go, filters in a list are asked one by one. */
function costOfFilter(value: unknown, depth: number, name = '', each = COST_OF_CONDITION): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'object' || depth > DEPTH_MAX) return each;
  const isOfValues = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  if (isOfValues) return each;
  // One within another that asks nothing has to be read all the same.
  if (depth > 0 && Object.keys(value).length === 0) return each;
  return Object.entries(value).reduce((sum, [part, item]: [string, unknown]) => {
    const isDear = ASK_THE_BOOKS.has(part) || (name === OWN_FIELD && part === LOOKS_INSIDE);
    return sum + costOfFilter(item, depth + 1, part, isDear ? COST_OF_BOOKS : each);
  }, 0);
}
