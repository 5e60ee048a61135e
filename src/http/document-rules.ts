import { Failure } from '../errors.js';
import { depthLimit } from './depth-limit.js';
import { sizeLimits } from './size-limits.js';

/** Levels of nested fields; the usual introspection query has 15. */
const DEPTH_MAX = 15;
/** Words and signs of a query's text; the usual introspection query has some 300. Long lists are for variables. */
const TOKENS_MAX = 10_000;
/** Lines of a query's text: graphql-js counts each of them as it reads, and again for the place of each error, and none of them as a word. */
const LINES_MAX = 2_000;
/** Selections in each other, fields or not: what looks through them calls itself. */
const NESTING_MAX = 100;
/** What else an operation may have many of. */
const SIZE_LIMITS = { aliasesMax: 100, directivesMax: 50, mutationFieldsMax: 25, repeatsMax: 25 };

/** How a document is read. */
export const PARSE_OPTIONS = { maxTokens: TOKENS_MAX } as const;

/** Whether a text has more lines than any operation, found out at once. */
export function hasTooManyLines(text: string): boolean {
  let lines = 1;
  for (const _ of text.matchAll(/\r\n?|\n/g)) {
    lines += 1;
    if (lines > LINES_MAX) return true;
  }
  return false;
}

export function tooManyLines(): Failure {
  return new Failure('BAD_USER_INPUT', `The operation has more than ${LINES_MAX} lines.`);
}

/** What a document keeps to besides the rules of GraphQL, which are looked at first. */
export const OWN_RULES = [depthLimit(DEPTH_MAX, NESTING_MAX), sizeLimits(SIZE_LIMITS)];
