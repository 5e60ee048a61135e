import type { GrantDays } from './credit-days.js';
import type { Instant } from './window.js';
import type { CreditEventKind, CreditLoss } from './words.js';

/** InMail credits that came together, with their own expiry. */
export interface CreditLot {
  /** Its place among all lots that the purse ever had. */
  readonly number: number;
  /** The seat that brought it; null for a balance that was set. */
  readonly seatId: string | null;
  readonly grantedAt: Instant;
  /** Null: it never expires. */
  readonly expiresAt: Instant | null;
  readonly amount: number;
  readonly remaining: number;
}

/** A seat in a purse, since when. */
export interface CreditMember extends GrantDays {
  readonly since: Instant;
}

/** A purse as it is kept. All that came after `upTo` follows from it and the terms of its seats. */
export interface PurseState {
  readonly upTo: Instant;
  /** When somebody last told the balance. */
  readonly setAt: Instant | null;
  readonly lotsMade: number;
  readonly eventsMade: number;
  readonly lots: readonly CreditLot[];
  readonly members: Readonly<Record<string, CreditMember>>;
}

/** Something that happened to a purse. */
export interface CreditEvent {
  /** From 1 on, without gaps. */
  readonly number: number;
  readonly at: Instant;
  readonly kind: CreditEventKind;
  readonly amount: number;
  /** After it. */
  readonly balance: number;
  /** Null where it is of no lot. */
  readonly lot: number | null;
  readonly expiresAt: Instant | null;
  readonly seatId: string | null;
  readonly chargeId: string | null;
  readonly because: CreditLoss | null;
}

/** What of an event is not of every kind. */
export type CreditEventDetail = Partial<Omit<CreditEvent, 'number' | 'at' | 'kind' | 'amount' | 'balance'>>;

/** What an InMail took, of one lot. */
export interface CreditTake {
  readonly chargeId: string;
  readonly seatId: string;
  readonly lot: number;
  readonly amount: number;
}

/** An InMail that was sent. */
export interface InMailSent {
  readonly chargeId: string;
  readonly seatId: string;
  readonly count: number;
  readonly sentAt: Instant;
  /** It was asked for: it takes a credit whenever the balance was last told. */
  readonly committed: boolean;
}

/** The order in which lots are spent: the oldest expiry first. */
export function byExpiry(one: CreditLot, other: CreditLot): number {
  const [first, second] = [one.expiresAt ?? Infinity, other.expiresAt ?? Infinity];
  return first === second ? one.number - other.number : first - second;
}

/** The order in which lots are lost where a seat goes: its own first, and of these what would have expired last. */
export function byParting(seatId: string): (one: CreditLot, other: CreditLot) => number {
  const isOthers = (lot: CreditLot): number => Number(lot.seatId !== seatId);
  return (one, other) => isOthers(one) - isOthers(other) || byExpiry(other, one);
}

/** Of an event of which there is no more to tell. */
export const NO_DETAIL = { lot: null, expiresAt: null, seatId: null, chargeId: null, because: null } as const;

/** Of a purse that nothing was written of yet. */
export const NEW_PURSE = { setAt: null, lotsMade: 0, eventsMade: 0, lots: [], members: {} } as const;
