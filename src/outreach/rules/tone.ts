import type { Finding, FindingCode } from '../finding.js';
import { partsOf, type Message } from '../message.js';

/** Words in capitals that follow each other: two may be a name or an abbreviation. */
const SHOUTED_WORDS_MIN = 3;
/** Letters of a text that is judged as a whole; of fewer, a name makes up too much. */
const LETTERS_MIN = 20;
/** How much of it may be capitals: of a title in capital initials it is a fifth. */
const CAPITALS_SHARE_MAX = 0.5;
const EXCLAMATION_MARKS_MAX = 2;
const EMOJI_MAX = 3;

const SHOUTED = new RegExp(
  `(?<![\\p{L}\\p{N}])\\p{Lu}{2,}(?:[^\\p{L}\\p{N}\\n]+\\p{Lu}{2,}){${SHOUTED_WORDS_MIN - 1},}(?![\\p{L}\\p{N}])`,
  'u',
);

export function shouting(message: Message): Finding[] {
  return partsOf(message).flatMap(([field, text]): Finding[] => {
    const run = SHOUTED.exec(text);
    const place = run ? run.index + 1 : isMostlyCapitals(text) ? 1 : null;
    return place === null ? [] : [{ code: 'SHOUTING', severity: 'WARNING', field, place, facts: {} }];
  });
}

function isMostlyCapitals(text: string): boolean {
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  const small = text.match(/\p{Ll}/gu)?.length ?? 0;
  return capitals + small >= LETTERS_MIN && capitals > (capitals + small) * CAPITALS_SHARE_MAX;
}

export function tooManyExclamationMarks(message: Message): Finding[] {
  return tooMany(message, 'TOO_MANY_EXCLAMATION_MARKS', /[!！]/gu, EXCLAMATION_MARKS_MAX);
}

/** A skin, or that it is to be shown as a picture. */
const DRESSED = '(?:\\p{Emoji_Modifier}|\\uFE0F)?';
/** One that is put together of several is one. */
const EMOJI = new RegExp(
  `\\p{Regional_Indicator}{2}|(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\\uFE0F)${DRESSED}(?:\\u200D\\p{Extended_Pictographic}${DRESSED})*`,
  'gu',
);

export function tooManyEmoji(message: Message): Finding[] {
  return tooMany(message, 'TOO_MANY_EMOJI', EMOJI, EMOJI_MAX);
}

function tooMany(message: Message, code: FindingCode, pattern: RegExp, recommended: number): Finding[] {
  return partsOf(message).flatMap(([field, text]): Finding[] => {
    const places = [...text.matchAll(pattern)].map(({ index }) => index + 1);
    const place = places[recommended];
    if (place === undefined) return [];
    return [{ code, severity: 'WARNING', field, place, facts: { count: places.length, recommended } }];
  });
}
