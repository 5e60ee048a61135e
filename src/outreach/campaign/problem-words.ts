import type { Facts } from '../../quota/rule.js';
import type { CampaignProblem, CampaignProblemCode } from './problem.js';

/** A problem as a person reads it: made from its code and facts whenever it is told. */
export function problemInWords({ code, facts, told }: CampaignProblem): string {
  const words = WORDS[code];
  const text = typeof words === 'string' ? words : words(facts);
  return told === null ? text : `${text} ${told}`;
}

const WORDS: Record<CampaignProblemCode, string | ((facts: Facts) => string)> = {
  STEPS_MISSING: 'It has no steps.',
  TOO_MANY_STEPS: ({ most }) => `It has more than ${most} steps.`,
  TOUCH_MISSING: 'No step of it does anything but wait.',
  KEY_INVALID: 'A key is small letters, digits, - and _, 60 at most, and begins with a letter or digit.',
  KEY_TWICE: 'Another one has this key.',
  NEXT_UNKNOWN: 'It leads to a step that there isn’t.',
  ENDLESS: 'It leads back to a step before it: a way that never ends.',
  UNREACHABLE: 'No way leads to it.',
  DELAY_OUT_OF_RANGE: ({ days }) => `It is 0 minutes to ${days} days.`,
  DEGREES_MISSING: 'A branch by degree says which degrees.',
  BRANCH_IN_VAIN: 'Both ways are the same, or one of them is never gone.',
  NOT_CONNECTED_YET:
    'A way leads to this message without saying that the person is connected: put a branch by ACCEPTED, or by degree FIRST, before it.',
  TEXT_MISSING: 'It has no text.',
  WEIGHT_OUT_OF_RANGE: ({ most }) => `A weight is 1 to ${most}.`,
  TEMPLATE_INVALID: ({ line, column }) => `The template can’t be read at line ${line}, column ${column}:`,
  VALUE_MISSING: ({ people, of }) => `It can’t be filled in for ${people} of ${of} people it was tried on:`,
  TEXT_FINDING: ({ finding }) => `${finding}:`,
  TEXTS_TOO_SLOW:
    'Its texts take too long to be filled in: they were not all tried. Make their templates simpler.',
  TEXT_FOR_TOO_MANY: ({ people, most, days }) =>
    `If all come to it and the seats share them evenly, ${people} people of each would get this text, and ${most} may in ${days} days: the others wait until then. Write more texts, or more of each person’s own.`,
  AUDIENCE_MISSING: 'It doesn’t say whom it is for.',
  AUDIENCE_EMPTY: 'It is for nobody as the list stands now.',
  SEATS_MISSING: 'It has no seat that could send for it.',
  SEAT_REMOVED: 'The seat is removed.',
  ACTION_NOT_IN_TIER: ({ seats, of }) =>
    `${seats} of ${of} seats have no InMails: whoever is written to from one of them is not sent this one, and goes on.`,
  PURPOSE_MISSING: 'It doesn’t say what it is for.',
  LAWFUL_BASIS_MISSING: 'It doesn’t say on which ground of the law people are written to.',
  DATA_SOURCE_MISSING: 'It doesn’t say where what is known of its people is from.',
  ENDED_ALREADY: 'Its last day is over.',
};
