import type { Reason } from '../../quota/rule.js';
import type { TextAsk } from '../../quota/text.js';
import type { Desk } from '../desk.js';
import type { Standing } from '../reading/standing.js';

/**
 * Raises that a seat's text is repeated: with the hold that brings it to as many people as the policy warns of. Once in the
 * time that the policy looks back, whatever is released and held again meanwhile; of its own each client account is.
 */
export function raiseRepeatedText(
  desk: Desk,
  { seatId, clientAccountId }: Standing,
  text: TextAsk | null,
  warnings: readonly Reason[],
): void {
  const warning = warnings.find(({ code }) => code === 'REPEATED_TEXT');
  if (!text || !warning || warning.facts.after !== text.numbers.people.recommended) return;
  const [newest] = text.marks.sketches;
  const told = desk.told({ kind: 'SEAT', id: seatId });
  const what = `REPEATED_TEXT ${clientAccountId} ${newest?.id}` as const;
  if (told.isToldOn(what, desk.at)) return;
  desk.book({ kind: 'SEAT', id: seatId });
  told.tellUntil(what, desk.at + text.numbers.windowMs);
  const facts = { people: text.numbers.people.recommended };
  desk.raise({ kind: 'REPEATED_TEXT', seatId, clientAccountId, facts, at: desk.at });
}
