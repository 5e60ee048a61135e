import { DAY, type Instant } from '../../quota/window.js';
import type { ReasonCode } from '../../quota/words.js';
import type { Enrolled } from './enrolment.rows.js';
import type { Decided } from '../decisions/reservation.service.js';
import type { TouchBook } from './touch.book.js';
import type { Touch } from './touch.rows.js';

/** When somebody is tried again for whom there is no answer that time alone changes. */
export const AGAIN_AFTER = DAY;

/** What is about the person or the text, and not about the seat: others of the seat may go out meanwhile. */
const OF_THE_PERSON: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'COOLDOWN',
  'ALREADY_INVITED',
  'REINVITE_EMBARGO',
  'AWAITING_REPLY',
  'TAKEN_BY_OTHER_CLIENT',
  'NOT_CONNECTED',
  'ALREADY_CONNECTED',
  'DEGREE_UNKNOWN',
  'TEXT_TOO_LONG',
  'PLACEHOLDER_LEFT',
  'NOT_PERSONALIZED',
  'REPEATED_TEXT',
  'SPAM_PATTERN',
]);

/** Somebody else may claim it. */
export function giveBack(book: TouchBook, person: Enrolled, touch: Touch, change: Partial<Touch>): void {
  book.change(touch, { state: 'DUE', ...change });
  book.lookAgain(person, null);
}

/** Nothing was held. What is about the person alone is asked again when it may be otherwise. */
export function deny(
  book: TouchBook,
  person: Enrolled,
  touch: Touch,
  { claims, answer, at }: { readonly claims: number; readonly answer: Decided; readonly at: Instant },
): void {
  const { reasons, retryAt } = answer.decision;
  const codes = reasons.map(({ code }) => code);
  if (codes.includes('DO_NOT_CONTACT')) {
    book.end(person, 'DO_NOT_CONTACT', { ...touch, claims });
    return;
  }
  const isAboutThem = codes.some((code) => OF_THE_PERSON.has(code));
  const dueAt = isAboutThem ? Math.max(touch.dueAt, retryAt ?? at + AGAIN_AFTER) : touch.dueAt;
  giveBack(book, person, touch, { claims, dueAt });
}
