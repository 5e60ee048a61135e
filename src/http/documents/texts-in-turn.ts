import type { Credentials } from '../../live/authority.js';
import type { CostLimit, Payer } from '../bounds/cost-limit.js';
import { ReadingTurns } from '../bounds/reading-turns.js';
import { isLongText, payForParsing, restBehind } from './parsing-cost.js';
import type { ReadDocuments } from './read-documents.js';

/** Whoever sent a text. */
interface Sender {
  readonly caller?: Payer | null;
  authenticate(): Promise<void>;
}

/** Once a text may be read: it takes a turn where it isn't kept, and is paid for where it is long. */
export function textsInTurn(documents: ReadDocuments, limit: CostLimit) {
  const turns = new ReadingTurns();
  return async (text: string, shown: Credentials, context: Sender): Promise<void> => {
    const isLong = isLongText(text);
    // Whoever shows who they are has their own turn, and pays themselves, also where an answer needs no key.
    const isShown = shown.authorization !== undefined || shown.session !== undefined;
    const known = isShown ? context.authenticate() : Promise.resolve();
    await (isLong ? known : known.catch(() => undefined));
    if (!isLong && documents.has(text)) return;
    const payer = context.caller ?? null;
    await turns.take(payer, isLong ? restBehind(await payForParsing(limit, payer, text)) : 0);
  };
}
