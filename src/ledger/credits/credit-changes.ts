import type { EntityManager } from 'typeorm';
import { creditRuleOf } from '../../quota/credit-days.js';
import { Purse } from '../../quota/credits.js';
import type { Instant } from '../../quota/window.js';
import { readPurses } from './credit-reading.js';
import {
  CREDIT_EVENT,
  CREDIT_PURSE,
  creditEventRow,
  purseFromJson,
  purseRow,
  type PurseKey,
} from '../books/credit-tables.js';
import { ledgerOn, writeRows } from '../books/manager-rows.js';
import type { SeatRef } from '../reading/standing.js';

/** A purse in a service's transaction, under the agency's book: whatever is done to it is to be put down. */
interface PurseInHand {
  readonly key: PurseKey;
  readonly purse: Purse;
}

/** What changes the grants of a seat. */
export interface CreditSettings {
  readonly tier: string;
  readonly timeZone: string;
  readonly creditsRenewOn: string | null;
  readonly creditsPerMonth: number | null;
}

/**
 * The balance of a seat's purse as LinkedIn shows it; what is held counts against it. Answers what it was before and when that was
 * told, null where the seat's tier has no credits.
 */
export async function setCreditBalance(
  manager: EntityManager,
  seat: SeatRef,
  available: number,
  at: Instant,
): Promise<{ readonly credits: number; readonly creditsSetAt: Instant | null } | null> {
  const found = await purseOf(manager, seat, at);
  if (!found) return null;
  const before = { credits: found.purse.balance, creditsSetAt: found.purse.state().setAt };
  found.purse.set(available, seat.seatId);
  await putDown(manager, seat, found);
  return before;
}

/**
 * Changes a seat's settings by `change`: what was granted under the old ones stays, and another tier has nothing until its
 * next grant.
 */
export async function changingCredits(
  manager: EntityManager,
  seat: SeatRef,
  {
    before,
    after,
    at,
  }: { readonly before: CreditSettings; readonly after: CreditSettings; readonly at: Instant },
  change: () => Promise<unknown>,
): Promise<void> {
  const isOtherTier = before.tier !== after.tier;
  if (!isOtherTier && isSame(before, after)) {
    await change();
    return;
  }
  const old = await purseOf(manager, seat, at);
  if (old && isOtherTier) old.purse.leave(seat.seatId);
  else if (old && before.creditsRenewOn !== after.creditsRenewOn) {
    old.purse.skipDays(seat.seatId, after.timeZone);
  }
  if (old) await putDown(manager, seat, old);
  await change();
  if (!isOtherTier) return;
  const found = await readPurse(manager, seat);
  found?.purse.admit(seat.seatId, at);
  if (found) await putDown(manager, seat, found);
}

/** Puts down what time did to a seat's purse. Answers what is kept of it, null where the seat's tier has no credits. */
export async function settleCredits(
  manager: EntityManager,
  seat: SeatRef,
  at: Instant,
): Promise<number | null> {
  const found = await readPurse(manager, seat);
  if (!found) return null;
  const before = found.purse.balance;
  found.purse.advance(at);
  await putDown(manager, seat, found);
  return before;
}

/**
 * Gives a seat to another client account by `change`. A seat's own credits go with it: LinkedIn counts the account. A pool
 * is the contract of its client account: it stays there, and the seat brings the other one its next grants and its keep.
 */
export async function changingPool(
  manager: EntityManager,
  seat: SeatRef,
  at: Instant,
  change: () => Promise<unknown>,
): Promise<void> {
  const old = await purseOf(manager, seat, at);
  if (old?.key.kind === 'CLIENT_ACCOUNT') {
    old.purse.part(seat.seatId);
    await putDown(manager, seat, old);
  }
  await change();
  await joinPool(manager, seat, at);
}

/** A seat that comes into a pool, or comes back into it, brings nothing but its next grants. A seat's own purse stays. */
export async function joinPool(manager: EntityManager, seat: SeatRef, at: Instant): Promise<void> {
  const found = await readPurse(manager, seat);
  if (found?.key.kind !== 'CLIENT_ACCOUNT') return;
  found.purse.admit(seat.seatId, at);
  await putDown(manager, seat, found);
}

function isSame(one: CreditSettings, other: CreditSettings): boolean {
  return (
    one.timeZone === other.timeZone &&
    one.creditsRenewOn === other.creditsRenewOn &&
    one.creditsPerMonth === other.creditsPerMonth
  );
}

/**
 * InMails of an archive take credits where they were sent after the balance was last told. Answers what it was before, null
 * where the seat has no credits.
 */
export async function takeCreditsOfPast(
  manager: EntityManager,
  { clientAccountId, ...seat }: SeatRef & { readonly clientAccountId: string },
  sends: readonly { readonly chargeId: string; readonly at: Instant }[],
  at: Instant,
): Promise<number | null> {
  if (sends.length === 0) return null;
  const found = await purseOf(manager, seat, at, clientAccountId);
  if (!found) return null;
  const before = found.purse.balance;
  for (const { chargeId, at: sentAt } of sends) {
    found.purse.take({ chargeId, seatId: seat.seatId, count: 1, sentAt, committed: false });
  }
  await putDown(manager, seat, found);
  return before;
}

async function purseOf(
  manager: EntityManager,
  seat: SeatRef,
  at: Instant,
  clientAccountId: string | null = null,
): Promise<PurseInHand | null> {
  const found = await readPurse(manager, seat, clientAccountId);
  found?.purse.advance(at);
  return found;
}

async function readPurse(
  manager: EntityManager,
  seat: SeatRef,
  clientAccountId: string | null = null,
): Promise<PurseInHand | null> {
  const [read] = await readPurses(await ledgerOn(manager), [{ ...seat, clientAccountId }]);
  // Of a pool that the seat has gone from, what it sent before takes its credits all the same.
  const ofPoolThen = clientAccountId === null ? undefined : read?.terms[0];
  const terms = read?.terms.find(({ seatId }) => seatId === seat.seatId) ?? ofPoolThen;
  if (!read || !terms || creditRuleOf(terms, terms.addedAt) === null) return null;
  return { key: read.key, purse: new Purse(purseFromJson(read.state), read.terms) };
}

async function putDown(
  manager: EntityManager,
  { agencyId }: SeatRef,
  { key, purse }: PurseInHand,
): Promise<void> {
  const events = purse.takeEvents().map((event) => creditEventRow(agencyId, key, event));
  await writeRows(manager, CREDIT_PURSE, [purseRow(agencyId, key, purse.state())]);
  await writeRows(manager, CREDIT_EVENT, events);
}
