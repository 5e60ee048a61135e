import type { Objection, Reason, Rule } from '../rule.js';
import { TEXT_FIELDS, type TextAsk } from '../text.js';
import type { Unit } from '../unit.js';

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
