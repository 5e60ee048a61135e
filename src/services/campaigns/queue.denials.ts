import type { EntityManager } from 'typeorm';
import { AgencyEntity } from '../../entities/agency.entity.js';
import { calendarBounds } from '../../quota/calendar.js';
import { DAY, type Instant } from '../../quota/window.js';
import type { ReasonCode } from '../../quota/words.js';
import type { Enrolled } from './enrolment.rows.js';
import type { DecisionRecord } from '../../ledger/decision-record.js';
import type { Decided } from '../decisions/decided.js';
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

/** The first midnight of the agency that is still ahead: what is told of others is told in its days. */
export async function nextMidnight(manager: EntityManager, agencyId: string, at: Instant): Promise<Instant> {
  const { timeZone } = await manager.findOneByOrFail(AgencyEntity, { agencyId });
  return calendarBounds('CALENDAR_DAY', [{ from: 0, timeZone }], at).end;
}

/**
 * When a touch is due again that was refused for what is about the person: null where nothing of it is. Whom another client
 * account has may be free before the instant that is told: somebody looks once a day, at a midnight, so that no hour is told by it.
 */
export function waitOf(
  { reasons, retryAt }: Pick<DecisionRecord, 'reasons' | 'retryAt'>,
  { at, midnight }: { readonly at: Instant; readonly midnight: Instant },
): { readonly dueAt: Instant; readonly lookAt: Instant | null } | null {
  if (!reasons.some(({ code }) => OF_THE_PERSON.has(code))) return null;
  const dueAt = retryAt ?? at + AGAIN_AFTER;
  const isTaken = reasons.some(({ code }) => code === 'TAKEN_BY_OTHER_CLIENT');
  return { dueAt, lookAt: isTaken && midnight < dueAt ? midnight : null };
}

/** Nothing was held. What is about the person alone is asked again when it may be otherwise. */
export function deny(
  book: TouchBook,
  person: Enrolled,
  touch: Touch,
  { claims, answer, ...when }: Denied,
): void {
  const { decision } = answer;
  if (decision.reasons.some(({ code }) => code === 'DO_NOT_CONTACT')) {
    book.end(person, 'DO_NOT_CONTACT', { ...touch, claims });
    return;
  }
  const { dueAt, lookAt } = waitOf(decision, when) ?? { dueAt: touch.dueAt, lookAt: null };
  giveBack(book, person, touch, { claims, dueAt: Math.max(touch.dueAt, dueAt), lookAt });
}

interface Denied {
  readonly claims: number;
  readonly answer: Decided;
  readonly at: Instant;
  /** The next one of the agency. */
  readonly midnight: Instant;
}
