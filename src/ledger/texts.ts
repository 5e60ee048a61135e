import { policyAt } from '../quota/policy/index.js';
import { textNumbers, type TextAsk, type Touched } from '../quota/text.js';
import type { Desk } from './desk.js';
import { touchName } from './loaded.js';
import type { Question, Recipient } from './requests.js';
import type { Standing } from './standing.js';
import type { TouchQuestion } from './touches.js';

/** What has to be known to judge a text: whether the seat wrote to the person before, where nothing is of the person. */
export function touchesToRead(
  agencyId: string,
  { seatId, text, isReply, recipient }: Question & { readonly recipient: Recipient },
): TouchQuestion[] {
  return text?.personal === false && !isReply ? [{ agencyId, seatId, key: recipient.key }] : [];
}

/** What the text of a question is judged by; null where none was handed over: nothing of it is judged then. */
export function textAskOf(
  desk: Desk,
  { tier }: Standing,
  question: Question & { readonly recipient: Recipient },
): TextAsk | null {
  const { text, action, isReply } = question;
  if (!text) return null;
  const isAsked = touchesToRead(desk.agencyId, question).length > 0;
  return {
    marks: text,
    numbers: textNumbers(policyAt(desk.at), tier, action),
    isReply,
    touched: isAsked ? touchedOf(desk, question) : null,
  };
}

function touchedOf(desk: Desk, { seatId, recipient }: Question & { readonly recipient: Recipient }): Touched {
  const touches = desk.loaded.touches.get(touchName({ seatId, key: recipient.key }));
  if (touches === undefined) throw new Error('What a seat wrote to a person was not read.');
  const recipientId = desk.recipientId(recipient);
  const sent =
    touches.charges.some((id) => !desk.isTakenOut(id)) || desk.texts.hasWritten(seatId, recipientId);
  const held = [
    ...touches.holds.filter(({ id }) => !desk.isResolved(id)),
    ...desk.texts.heldTo(seatId, recipientId),
  ];
  return { sent, heldUntil: held.length > 0 ? Math.max(...held.map(({ expiresAt }) => expiresAt)) : null };
}
