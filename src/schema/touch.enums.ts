import { TOUCH_FAILURES, TOUCH_STATES } from '../outreach/campaign/touch.js';
import { enumOf } from './enums.js';

export const TouchStateEnum = enumOf('TouchState', TOUCH_STATES, 'What came of a touch.', {
  DUE: 'It is to be done.',
  CLAIMED: 'Somebody has it for a while.',
  DONE: 'It was sent.',
  SKIPPED: 'It was passed over.',
  FAILED: 'It could not be sent.',
  CANCELLED: 'It was not to be done any more.',
});

export const TouchFailureEnum = enumOf('TouchFailure', TOUCH_FAILURES, 'Why something could not be sent.', {
  PERSON_GONE: 'There is no such profile any more.',
  CANNOT_BE_REACHED: 'LinkedIn does not let the seat write to the person.',
  LINKEDIN_LIMIT_NOTICE:
    'LinkedIn told the seat of a limit: the seat is restricted, as releaseReservation does it, also where the hold of whoever claimed the touch last is over.',
  OTHER: 'For another reason.',
});
