import type { SeatEntity, WorkingHoursKept } from '../../entities/seat.entity.js';
import { refuse, type Refusal } from '../../errors.js';
import { normalizeProfileUrl } from '../../imports/profile-url.js';
import type { OpeningUse } from '../../ledger/opening-use.js';
import { dayOf } from '../../quota/calendar.js';
import type { Instant } from '../../quota/window.js';
import type { HolderKind, LimitMode, LinkedInTier, SeatHistory } from '../../quota/words.js';
import { checkAll, checkExternalRef, checkInteger, checkName, checkTimeZone } from '../checks.js';

/** What callers say of a seat, and what of it makes sense. */

const OPENING_DAYS_MAX = 400;
const OPENING_COUNT_MAX = 100_000;
/** Entries of one seat, and sends over all of them. */
const OPENING_USES_MAX = 50;
export const OPENING_TOTAL_MAX = 100_000;
/** LinkedIn keeps 30,000 connections at most; no account has more invitations open. */
const PENDING_INVITATIONS_MAX = 30_000;
export const CREDITS_MAX = 100_000;

export interface WorkingHoursInput {
  /** 1 (Monday) to 7. */
  readonly days: readonly number[];
  /** `09:00` */
  readonly from: string;
  /** Exclusive; `24:00` is the end of the day. */
  readonly to: string;
}

/** What a seat has in InMail credits, as LinkedIn shows it. */
export interface SetCredits {
  readonly seatId: string;
  readonly available: number;
}

/** What may be said of a seat when it is added and later; days are written `2026-11-24`. */
export interface SeatInput {
  readonly holderName?: string | null | undefined;
  readonly holderKind?: HolderKind | null | undefined;
  readonly holderAgreedOn?: string | null | undefined;
  readonly profileUrl?: string | null | undefined;
  readonly tier?: LinkedInTier | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly externalRef?: string | null | undefined;
  readonly workingHours?: WorkingHoursInput | null | undefined;
  readonly limitMode?: LimitMode | null | undefined;
  readonly history?: SeatHistory | null | undefined;
  readonly openingUse?: readonly OpeningUse[] | null | undefined;
  readonly openingPendingInvitations?: number | null | undefined;
  readonly warmUpStartedOn?: string | null | undefined;
  readonly creditsRenewOn?: string | null | undefined;
  readonly creditsPerMonth?: number | null | undefined;
}

export interface AddSeat extends SeatInput {
  readonly clientAccountId: string;
  readonly holderName: string;
  readonly profileUrl: string;
  readonly tier: LinkedInTier;
  readonly timeZone: string;
  readonly openingCredits?: number | null | undefined;
}

/** What is left out stays, null clears. */
export interface UpdateSeat extends SeatInput {
  readonly seatId: string;
}

/** All that can be said without asking the database. */
export function checkSeat(input: SeatInput & Pick<AddSeat, 'openingCredits'>): Refusal | null {
  return checkAll(...checksOfSeat(input));
}

/** The same, one by one. */
export function checksOfSeat(input: SeatInput & Partial<Pick<AddSeat, 'openingCredits'>>): Refusal[] {
  const checks = [
    checkName(input.holderName ?? undefined, 'holderName'),
    checkTimeZone(input.timeZone ?? undefined),
    checkExternalRef(input.externalRef),
    checkProfileUrl(input.profileUrl),
    checkWorkingHours(input.workingHours),
    checkInteger(input.openingPendingInvitations, 0, PENDING_INVITATIONS_MAX, 'openingPendingInvitations'),
    checkInteger(input.openingCredits, 0, CREDITS_MAX, 'openingCredits'),
    checkInteger(input.creditsPerMonth, 0, CREDITS_MAX, 'creditsPerMonth'),
    checkOpeningUse(input),
  ];
  return checks.filter((check) => check !== null);
}

type DaysOfSeat = Pick<SeatEntity, 'holderAgreedOn' | 'warmUpStartedOn'>;

/**
 * The holder can't have agreed on a day that is still to come where the seat is, nor can its ramp have begun. What was told `before`, in
 * another zone maybe, stays.
 */
export function checksOfDays(
  seat: DaysOfSeat & Pick<SeatEntity, 'timeZone'>,
  at: Instant,
  before: DaysOfSeat = { holderAgreedOn: null, warmUpStartedOn: null },
): Refusal[] {
  const today = dayOf(at, seat.timeZone);
  // Days written YYYY-MM-DD are in the order of their texts.
  const ahead = (['holderAgreedOn', 'warmUpStartedOn'] as const).filter(
    (name) => (seat[name] ?? '') > today && seat[name] !== before[name],
  );
  return ahead.map((field) => refuse('INVALID', `${field} is in the future.`, field));
}

/** Whoever took their agreement back agrees anew on that day or later: what they agreed to before is over. */
export function refuseAgreement(
  seat: Withdrawal,
  { holderAgreedOn }: Pick<UpdateSeat, 'holderAgreedOn'>,
): Refusal | null {
  return holderAgreedOn ? refuseUnlessAgreed(seat, holderAgreedOn) : null;
}

type Withdrawal = Pick<SeatEntity, 'holderWithdrewAt' | 'timeZone'>;

/** The same, where it has to be told. */
export function refuseUnlessAgreed(
  { holderWithdrewAt, timeZone }: Withdrawal,
  holderAgreedOn: string | null,
): Refusal | null {
  if (holderWithdrewAt === null) return null;
  const withdrewOn = dayOf(holderWithdrewAt, timeZone);
  if (holderAgreedOn !== null && holderAgreedOn >= withdrewOn) return null;
  const message = `The holder withdrew on ${withdrewOn}: tell when they agreed again.`;
  return refuse('INVALID', message, 'holderAgreedOn');
}

/** Working hours as they are kept: days once each, in order. */
export function toWorkingHours(input: WorkingHoursInput | null): WorkingHoursKept | null {
  if (input === null) return null;
  return { v: 1, days: [...new Set(input.days)].sort(), from: input.from, to: input.to };
}

/** Whether an address is one that a seat can have; a seat's is the public one. */
function checkProfileUrl(profileUrl: string | null | undefined): Refusal | null {
  if (profileUrl === null || profileUrl === undefined) return null;
  if (normalizeProfileUrl(profileUrl)?.includes('/in/')) return null;
  const message = 'profileUrl is the address of a profile: https://www.linkedin.com/in/slug';
  return refuse('INVALID', message, 'profileUrl');
}

function checkWorkingHours(hours: WorkingHoursInput | null | undefined): Refusal | null {
  if (hours === null || hours === undefined) return null;
  const isDay = (day: number): boolean => Number.isInteger(day) && day >= 1 && day <= 7;
  if (hours.days.length === 0 || !hours.days.every(isDay)) {
    return refuse('INVALID', 'days are 1 (Monday) to 7, at least one of them.', 'workingHours', 'days');
  }
  // Times written HH:MM are in the order of their texts.
  if (hours.from < hours.to) return null;
  return refuse('INVALID', 'from is before to.', 'workingHours', 'from');
}

function checkOpeningUse({ openingUse, history }: SeatInput): Refusal | null {
  const uses = openingUse ?? [];
  if (uses.length === 0) return null;
  if (history !== 'DECLARED') {
    return refuse('INVALID', 'openingUse is for history DECLARED.', 'openingUse');
  }
  const tooMany = refuse(
    'INVALID',
    `openingUse is ${OPENING_USES_MAX} entries and ${OPENING_TOTAL_MAX} sends at most.`,
    'openingUse',
  );
  if (uses.length > OPENING_USES_MAX) return tooMany;
  const wrongEntry = checkAll(
    ...uses.flatMap(({ days, count }, index) => [
      checkInteger(days, 1, OPENING_DAYS_MAX, 'openingUse', String(index), 'days'),
      checkInteger(count, 0, OPENING_COUNT_MAX, 'openingUse', String(index), 'count'),
    ]),
  );
  if (wrongEntry) return wrongEntry;
  const total = uses.reduce((sum, { count }) => sum + count, 0);
  return total > OPENING_TOTAL_MAX ? tooMany : null;
}

/** What a seat sent before it came here is told once. */
export function refuseHistory({ history }: Pick<SeatEntity, 'history'>, input: UpdateSeat): Refusal | null {
  if (history === 'UNKNOWN') return null;
  const field = (['history', 'openingUse', 'openingPendingInvitations'] as const).find(
    (name) => input[name] !== undefined,
  );
  if (field === undefined) return null;
  return refuse('WRONG_STATE', 'The history of the seat is known already, and stays.', field);
}
