import { Lexer, Source, TokenKind } from 'graphql';
import { TooLongForNow } from '../../errors.js';
import type { CostLimit, Payer } from '../bounds/cost-limit.js';
import { PARSE_OPTIONS } from './document-rules.js';

/**
 * What it costs to read a text, whatever comes of it: to see whether it is an operation takes graphql-js as long as the square of its
 * words, half a second for the most of them. What is refused costs nothing else, and a few a second of it would be a process.
 */

/** Words and signs that are read for nothing: several times as many as the usual introspection query has. */
const FREE_TOKENS = 1_000;
/** Of so many tokens the square is one. */
const TOKENS_OF_ONE = 16;

/** What it costs to check a text as an operation is checked. */
export function costOfParsing(text: string): number {
  return Math.floor((tokensOf(text) / TOKENS_OF_ONE) ** 2);
}

/** Whether a text is so long that it is paid for before it is read. */
export function isLongText(text: string): boolean {
  return text.length > FREE_TOKENS && tokensOf(text) > FREE_TOKENS;
}

/** What is read in a millisecond: 330,000 took 210. */
const COST_OF_A_MS = 1_600;
/** For so many times as long as a text is read no other one of its agency is. */
const TIMES_LEFT_TO_OTHERS = 4;
/** How long no other text of its agency is read behind one that was paid for with so much. */
export function restBehind(cost: number): number {
  return (cost / COST_OF_A_MS) * TIMES_LEFT_TO_OTHERS;
}

/**
 * Takes it out of what the caller's role may ask for; null for those who show nothing, who have one budget together. Answers what it
 * costs. Throws THROTTLED, as TooLongForNow.
 */
export async function payForParsing(limit: CostLimit, caller: Payer | null, text: string): Promise<number> {
  const cost = costOfParsing(text);
  const { retryAfterMs } = await (caller ? limit.take(caller, cost) : limit.takeOfNobody(cost));
  if (retryAfterMs === 0) return cost;
  const whose = caller ? `by the keys of the role ${caller.role}` : 'without a key';
  const message = `Long texts are sent too fast ${whose}: put what is long into variables, or ask again later.`;
  throw new TooLongForNow(message, retryAfterMs);
}

/** As many as there are up to the most that are read, or up to where it can't be read any more. */
function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  try {
    while (tokens < PARSE_OPTIONS.maxTokens && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch {
    // What is wrong with it is told by whoever parses it.
  }
  return tokens;
}
