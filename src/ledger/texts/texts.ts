import { textNumbers, type TextAsk, type TextMarks, type Touched } from '../../quota/text.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Desk } from '../desk.js';
import { touchName } from '../reading/loaded.js';
import type { Wants } from '../reading/wants.js';
import type { Question, Recipient } from '../requests.js';
import type { Standing } from '../reading/standing.js';
import type { KnownText, TextQuestion } from './text-sends.js';
import type { TouchQuestion } from '../reading/touches.js';

type Asked = Question & { readonly recipient: Recipient };

/** What has to be known to judge the texts of some questions. */
export function wantsOfTexts(
  asked: readonly (Asked & { readonly viewer: Viewer })[],
): Pick<Wants, 'touches' | 'texts'> {
  return {
    touches: asked.flatMap((one) => touchesToRead(one.viewer.agencyId, one)),
    texts: asked.flatMap((one) => textsToRead(one.viewer.agencyId, one)),
  };
}

/** Whether the seat wrote to the person before, where nothing is of the person. */
function touchesToRead(agencyId: string, { seatId, text, isReply, recipient }: Asked): TouchQuestion[] {
  return text?.personal === false && !isReply ? [{ agencyId, seatId, key: recipient.key }] : [];
}

/** And who had the same text, or nearly. */
function textsToRead(agencyId: string, { seatId, text }: Asked): TextQuestion[] {
  const sketches = text?.sketches ?? [];
  const [newest] = sketches;
  return newest
    ? [{ agencyId, seatId, textId: newest.id, bands: sketches.flatMap(({ bands }) => bands) }]
    : [];
}

/** What was read of the texts like one. */
export function knownTexts(desk: Desk, { sketches }: TextMarks): readonly KnownText[] {
  const [newest] = sketches;
  if (!newest) return [];
  const known = desk.loaded.texts.get(newest.id);
  if (known === undefined) throw new Error('The texts like this one were not read.');
  return known;
}

/** What the text of a question is judged by; null where none was handed over: nothing of it is judged then. */
export function textAskOf(desk: Desk, { tier, course }: Standing, question: Asked): TextAsk | null {
  const { text, action, isReply, seatId } = question;
  if (!text) return null;
  const recipientId = desk.recipientId(question.recipient);
  const isAsked = touchesToRead(desk.agencyId, question).length > 0;
  return {
    marks: text,
    numbers: textNumbers(course.at(desk.at), tier, action),
    isReply,
    touched: isAsked ? touchedOf(desk, question, recipientId) : null,
    earlier: desk.texts
      .like(seatId, text, knownTexts(desk, text))
      .filter((one) => one.recipientId !== recipientId && desk.at < one.countsUntil),
  };
}

function touchedOf(desk: Desk, { seatId, recipient }: Asked, recipientId: string): Touched {
  const touches = desk.loaded.touches.get(touchName({ seatId, key: recipient.key }));
  if (touches === undefined) throw new Error('What a seat wrote to a person was not read.');
  const sent =
    touches.charges.some((id) => !desk.sends.isTakenOut(id)) || desk.texts.hasWritten(seatId, recipientId);
  const held = [
    ...touches.holds.filter(({ id }) => !desk.isResolved(id)),
    ...desk.texts.heldTo(seatId, recipientId),
  ];
  return { sent, heldUntil: held.length > 0 ? Math.max(...held.map(({ expiresAt }) => expiresAt)) : null };
}
