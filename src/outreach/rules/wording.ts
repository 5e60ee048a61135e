import type { Finding } from '../finding.js';
import { partsOf, type Message } from '../message.js';
import { phrasesIn, type FoundPhrase } from '../phrases.js';

/** One such phrase may be an offer that was asked for; two are a pitch. */
const PITCH_PHRASES_MIN = 2;

export function pitchAtFirstTouch(message: Message): Finding[] {
  if (!message.isFirstTouch) return [];
  const found = partsOf(message).flatMap(([field, text]) =>
    phrasesIn(text, message.language.pitch).map((phrase) => ({ field, ...phrase })),
  );
  const [first] = found;
  if (!first || found.length < PITCH_PHRASES_MIN) return [];
  const { field, place } = first;
  return [
    { code: 'PITCH_AT_FIRST_TOUCH', severity: 'WARNING', field, place, facts: { phrases: found.length } },
  ];
}

export function attachmentAtFirstTouch(message: Message): Finding[] {
  if (!message.isFirstTouch) return [];
  return firstOfEachPart(message, message.language.attachment).map(([field, { place }]) => {
    return { code: 'ATTACHMENT_AT_FIRST_TOUCH', severity: 'WARNING', field, place, facts: {} };
  });
}

/** Who may not be contacted is refused by the decision; this is for who writes on, and says so. */
export function optedOutWording(message: Message): Finding[] {
  return firstOfEachPart(message, message.language.optedOut).map(([field, { place }]) => {
    return { code: 'OPTED_OUT_WORDING', severity: 'CRITICAL', field, place, facts: {} };
  });
}

/** Whoever is written to for the first time may know where their name is from (GDPR, article 14). */
export function originNotTold(message: Message): Finding[] {
  if (!message.isFirstTouch || message.body.trim() === '') return [];
  if (firstOfEachPart(message, message.language.origin).length > 0) return [];
  return [{ code: 'ORIGIN_NOT_TOLD', severity: 'INFO', field: 'body', place: null, facts: {} }];
}

function firstOfEachPart(message: Message, phrases: readonly string[]): ['subject' | 'body', FoundPhrase][] {
  return partsOf(message).flatMap(([field, text]): ['subject' | 'body', FoundPhrase][] => {
    const first = phrasesIn(text, phrases)[0];
    return first ? [[field, first]] : [];
  });
}
