import { Lexer, Source, TokenKind } from 'graphql';
import { Failure } from '../errors.js';
import type { Caller, CostLimit } from './cost-limit.js';

/**
 * What it costs to read a text, whatever comes of it: to see whether it is an operation takes graphql-js as long as the square of its
 * words, half a second for the most of them. What is refused costs nothing else, and a few a second of it would be a process.
 */

/** Words and signs that are read for nothing: several times as many as the usual introspection query has. */
const FREE_TOKENS = 1_000;
/** Of so many tokens the square is one. */
const TOKENS_OF_ONE = 16;

/** Takes it out of what the caller's role may ask for. Throws THROTTLED. */
export async function payForReading(
  limit: CostLimit,
  caller: Caller,
  text: string,
  tokensMax: number,
): Promise<void> {
  const tokens = tokensOf(text, tokensMax);
  if (tokens <= FREE_TOKENS) return;
  const { retryAfterMs } = await limit.take(caller, Math.floor((tokens / TOKENS_OF_ONE) ** 2));
  if (retryAfterMs === 0) return;
  const message = `Long texts are sent too fast by the keys of the role ${caller.role}: put what is long into variables, or ask again later.`;
  throw new Failure('THROTTLED', message, retryAfterMs);
}

/** As many as there are up to a number of them, or up to where it can't be read any more. */
function tokensOf(text: string, tokensMax: number): number {
  if (text.length <= FREE_TOKENS) return 0;
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  try {
    while (tokens < tokensMax && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch {
    // What is wrong with it is told by whoever parses it.
  }
  return tokens;
}
