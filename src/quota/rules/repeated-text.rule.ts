import type { Objection, Rule } from '../rule.js';
import type { EarlierText, TextAsk } from '../text.js';
import type { HoldsWill, Unit } from '../unit.js';
import type { Instant } from '../window.js';

/**
 * How many different people get the same text, or nearly, from a seat within the policy's window, this one included. The
 * policy's ceiling is the most: so many may have it, one more is refused. From its recommended number on, that one
 * included, it is a warning. A rule for cold texts: an answer is not refused, but counts.
 */
export const repeatedTextUnit: Unit = {
  rules: ({ ask }, holdsWill) => (ask.text && !ask.text.isReply ? repeated(ask.text, holdsWill) : []),
  warnings: ({ ask, at }) => {
    if (!ask.text || ask.text.isReply) return [];
    const { recommended, most } = ask.text.numbers.people;
    const after = endsOf(ask.text, 'LAPSE').filter((end) => at < end).length + 1;
    if (recommended === null || after < recommended) return [];
    return [{ code: 'REPEATED_TEXT', facts: { after, most: most ?? after }, limit: null, retryAt: null }];
  },
};

function repeated(text: TextAsk, holdsWill: HoldsWill): Rule[] {
  const { most } = text.numbers.people;
  if (most === null) return [];
  const ends = endsOf(text, holdsWill);
  // The latest of them stay the longest: with the one in this place gone, fewer than the most are left.
  const admittedFrom = most > 0 ? (ends[most - 1] ?? -Infinity) : null;
  const objection = (at: Instant): Objection => ({
    code: 'REPEATED_TEXT',
    facts: { people: ends.filter((end) => at < end).length, most },
    limit: null,
  });
  return [
    {
      objectionAt: (at) => (admittedFrom !== null && at >= admittedFrom ? null : objection(at)),
      admitsFrom: (at) => (admittedFrom === null ? null : Math.max(at, admittedFrom)),
    },
  ];
}

/** When each of the other people leaves the window, the last one first. */
function endsOf({ earlier, numbers }: TextAsk, holdsWill: HoldsWill): Instant[] {
  const byPerson = new Map<string, Instant>();
  for (const one of earlier) {
    const end = endOf(one, numbers.windowMs, holdsWill);
    byPerson.set(one.recipientId, Math.max(end, byPerson.get(one.recipientId) ?? end));
  }
  return [...byPerson.values()].toSorted((one, other) => other - one);
}

function endOf({ held, countsUntil }: EarlierText, windowMs: number, holdsWill: HoldsWill): Instant {
  return held && holdsWill === 'COMMIT' ? countsUntil - 1 + windowMs : countsUntil;
}
