import type { Objection, Reason, Rule } from '../rule.js';
import { TEXT_FIELDS, type TextAsk } from '../text.js';
import type { HoldsWill, Unit } from '../unit.js';

/** How long LinkedIn lets a text be. It holds for an answer too: the bound is LinkedIn's own. */
export const textLengthUnit: Unit = {
  rules: ({ ask }) => (ask.text ? tooLong(ask.text).map(untilChanged) : []),
  warnings: ({ ask }) => (ask.text ? long(ask.text) : []),
};

/**
 * A template that was not filled in. It holds for an answer too: this is no rule for cold texts, what is left open is
 * wrong whoever reads it.
 */
export const placeholderUnit: Unit = {
  rules: ({ ask }) => (ask.text ? leftOpen(ask.text).map(untilChanged) : []),
  warnings: () => [],
};

/** Nothing of the person in the seat's first touch of them, by the caller's word. A rule for cold texts. */
export const personalUnit: Unit = {
  rules: ({ ask }, holdsWill) => (ask.text ? impersonal(ask.text, holdsWill) : []),
  warnings: () => [],
};

/** No time makes another text of it. */
function untilChanged(objection: Objection): Rule {
  return { objectionAt: () => objection, admitsFrom: () => null };
}

function tooLong({ marks, numbers }: TextAsk): Objection[] {
  return TEXT_FIELDS.flatMap((field): Objection[] => {
    const length = marks.lengths[field];
    const { most } = numbers.lengths[field];
    if (length === null || most === null || length <= most) return [];
    return [{ code: 'TEXT_TOO_LONG', facts: { field, length, most }, limit: null }];
  });
}

function long({ marks, numbers }: TextAsk): Reason[] {
  return TEXT_FIELDS.flatMap((field): Reason[] => {
    const length = marks.lengths[field];
    const { recommended } = numbers.lengths[field];
    if (length === null || recommended === null || length < recommended) return [];
    return [{ code: 'TEXT_TOO_LONG', facts: { field, length, recommended }, limit: null, retryAt: null }];
  });
}

function leftOpen({ marks }: TextAsk): Objection[] {
  return TEXT_FIELDS.flatMap((field): Objection[] => {
    const place = marks.placeholders[field];
    return place === null ? [] : [{ code: 'PLACEHOLDER_LEFT', facts: { field, place }, limit: null }];
  });
}

/** Time never makes a first text a later one, but it may make a later one a first: where a hold to the person lapses. */
function impersonal({ marks, writtenBefore, isReply }: TextAsk, holdsWill: HoldsWill): Rule[] {
  if (marks.personal !== false || isReply || !writtenBefore || writtenBefore.sent) return [];
  const objection: Objection = { code: 'NOT_PERSONALIZED', facts: {}, limit: null };
  const { heldUntil } = writtenBefore;
  if (heldUntil === null) return [untilChanged(objection)];
  if (holdsWill === 'COMMIT') return [];
  return [
    {
      objectionAt: (at) => (at < heldUntil ? null : objection),
      admitsFrom: (at) => (at < heldUntil ? at : null),
    },
  ];
}
