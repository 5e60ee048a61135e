import { Lexer, Source, TokenKind } from 'graphql';
import { Failure } from '../../errors.js';
import { depthLimit } from './depth-limit.js';
import { sizeLimits } from './size-limits.js';

/** Levels of nested fields; the usual introspection query has 15. */
const DEPTH_MAX = 15;
/** Words and signs of a query's text; the usual introspection query has some 300. Long lists are for variables. */
const TOKENS_MAX = 10_000;
/** Lines of a query's text: graphql-js counts each of them as it reads, and again for the place of each error, and none of them as a word. */
const LINES_MAX = 2_000;
/** Brackets of any kind in each other: a filter goes 8 filters deep, each with a list around it. */
const BRACKETS_MAX = 300;
/** Selections in each other, fields or not: what looks through them calls itself. */
const NESTING_MAX = 100;
/** What else an operation may have many of. */
const SIZE_LIMITS = {
  aliasesMax: 100,
  aliasLengthMax: 100,
  directivesMax: 50,
  mutationFieldsMax: 25,
  repeatsMax: 25,
};

/**
 * A subscription is kept for as long as it lasts, and there may be thousands of them: its characters with its variables, as JSON, and its
 * words and signs, comments counted.
 */
export const SUBSCRIPTION_MAX = { characters: 16_384, words: 1_000 } as const;

/** How a document is read. */
export const PARSE_OPTIONS = { maxTokens: TOKENS_MAX } as const;

/** What cannot be read of a text, found out before anything reads it; null where it can be. */
export function unreadable(text: string): Failure | null {
  if (hasTooManyLines(text)) {
    return new Failure('BAD_USER_INPUT', `The operation has more than ${LINES_MAX} lines.`);
  }
  if (liesTooDeep(text)) {
    return new Failure(
      'BAD_USER_INPUT',
      `The operation has brackets more than ${BRACKETS_MAX} deep in each other.`,
    );
  }
  return null;
}

function hasTooManyLines(text: string): boolean {
  let lines = 1;
  for (const _ of text.matchAll(/\r\n?|\n/g)) {
    lines += 1;
    if (lines > LINES_MAX) return true;
  }
  return false;
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** How far the parser would call itself: it has no bound of its own, and how much its stack holds is told by no number. */
function liesTooDeep(text: string): boolean {
  // Nearly all are spared it.
  if (text.split(/[[({]/, BRACKETS_MAX + 2).length <= BRACKETS_MAX + 1) return false;
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    for (let words = 0; words < TOKENS_MAX; words += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return false;
      if (OPENING.has(kind)) depth += 1;
      if (CLOSING.has(kind)) depth -= 1;
      if (depth > BRACKETS_MAX) return true;
    }
  } catch {
    // What is no word: the parser says where.
  }
  return false;
}

/** What a document keeps to besides the rules of GraphQL, which are looked at first. */
export const OWN_RULES = [depthLimit(DEPTH_MAX, NESTING_MAX), sizeLimits(SIZE_LIMITS)];
