import { textNumbers, type TextAsk, type TextMarks, type WrittenBefore } from '../../quota/text.js';
import { instantOf } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import type { Desk } from '../desk.js';
import { writingsName } from '../reading/names.js';
import type { Wants } from '../reading/wants.js';
import type { Question, Recipient } from '../requests.js';
import { clientAccountAt, type Standing } from '../reading/standing.js';
import type { KnownText, TextQuestion, TextSend } from './text-sends.js';
import type { WritingsQuestion } from './writings.js';

type Asked = Question & { readonly recipient: Recipient };

/** What has to be known to judge the texts of some questions. */
export function wantsOfTexts(
  asked: readonly (Asked & { readonly viewer: Viewer })[],
): Pick<Wants, 'writings' | 'texts'> {
  return {
    writings: asked.flatMap((one) => writingsToRead(one.viewer.agencyId, one)),
    texts: asked.flatMap((one) => textsToRead(one.viewer.agencyId, one)),
  };
}

/** Whether the seat wrote to the person before, where nothing is of the person. */
function writingsToRead(agencyId: string, { seatId, text, isReply, recipient }: Asked): WritingsQuestion[] {
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
export function textAskOf(desk: Desk, standing: Standing, question: Asked): TextAsk | null {
  const { tier, course } = standing;
  const { text, action, isReply, seatId } = question;
  if (!text) return null;
  const people = desk.people.idsOf(desk.recipientId(question.recipient, standing));
  const isAsked = writingsToRead(desk.agencyId, question).length > 0;
  const known = knownTexts(desk, text).map((one) => ({
    ...one,
    sends: one.sends.filter(isTheirs(standing)),
  }));
  return {
    marks: text,
    numbers: textNumbers(course.at(desk.at), tier, action),
    isReply,
    writtenBefore: isAsked ? writtenBefore(desk, question, people) : null,
    earlier: desk.texts
      .like(seatId, text, known)
      .filter((one) => !people.includes(one.recipientId) && desk.at < one.countsUntil),
  };
}

/**
 * What the seat sent for whoever has it now. What it sent for another client account is nobody's to learn, nor to find out by asking about
 * texts like it.
 */
function isTheirs(standing: Standing): (send: TextSend) => boolean {
  return ({ id }) => clientAccountAt(standing, instantOf(id)) === standing.clientAccountId;
}

/** `people` are all who are the same person. */
function writtenBefore(desk: Desk, { seatId, recipient }: Asked, people: readonly string[]): WrittenBefore {
  const writings = desk.loaded.writings.get(writingsName({ seatId, key: recipient.key }));
  if (writings === undefined) throw new Error('What a seat wrote to a person was not read.');
  const sent =
    writings.charges.some((id) => !desk.sends.isTakenOut(id)) ||
    people.some((id) => desk.texts.hasWritten(seatId, id));
  const held = [
    ...writings.holds.filter(({ id }) => !desk.isResolved(id)),
    ...people.flatMap((id) => desk.texts.heldTo(seatId, id)),
  ];
  return { sent, heldUntil: held.length > 0 ? Math.max(...held.map(({ expiresAt }) => expiresAt)) : null };
}
