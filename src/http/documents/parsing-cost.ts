import { setTimeout as pause } from 'node:timers/promises';
import { Lexer, Source, TokenKind } from 'graphql';
import { beginFor } from '../../busy-time.js';
import { TooLongForNow } from '../../errors.js';
import { allThatIsReady, comeRound } from '../../event-loop.js';
import { LongWork } from '../../ledger/long-work.js';
import { Turns } from '../../tenancy/turns.js';
import { budgetNameOf, type CostLimit, type Payer } from '../bounds/cost-limit.js';
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
/** Whose turns those are that show no key. */
const NOBODY = '';

/** How long short texts are read, of each agency one, before whatever else the process does comes in between. */
const TURN_MS = 5;

/**
 * Texts that aren't kept are read one at a time of each agency, and the process is others' in between, for longer behind a long one: it can't be left
 * while it reads one, and all that a moment brings, or a budget pays for, read in one go, would be seconds.
 */
export class ParsingTurns {
  private readonly turns = new Turns(1);
  private endsAt = -Infinity;

  /** Once a text may be read whose reading was paid for with so much. Throws THROTTLED where too many of the caller's wait. */
  take(caller: Payer | null, cost: number): Promise<void> {
    const whose = caller?.agencyId ?? NOBODY;
    return new Promise((begin, reject) => {
      const read = async (): Promise<void> => {
        beginFor(whose);
        begin();
        // What it takes to read and check it.
        await allThatIsReady();
        if (cost > 0) await pause((cost / COST_OF_A_MS) * TIMES_LEFT_TO_OTHERS, undefined, { ref: false });
        else await this.endTurn(whose);
      };
      const budget = caller ? budgetNameOf(caller) : NOBODY;
      this.turns.run(whose, read, budget).catch(reject);
    });
  }

  private async endTurn(whose: string): Promise<void> {
    await new LongWork(whose).goOn();
    if (performance.now() < this.endsAt) return;
    await comeRound();
    this.endsAt = performance.now() + TURN_MS;
  }
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
