import type { EntityManager } from 'typeorm';
import { raise } from '../../ledger/alerts/alerts.js';
import { holdBook } from '../../ledger/books/lock.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../quota/window.js';
import type { DeliveryFailure } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import type { Delivery } from './webhook.delivery.js';
import { findOwn, renewTurn, type Own, type Turn } from './webhook.turn.js';

/** What came of a try. */
export interface Tried {
  readonly statusCode: number | null;
  /** Null where it arrived. */
  readonly failure: DeliveryFailure | null;
  readonly tookMs: number;
}

/** After so many failures in a row; beyond them as after the last. */
const BACK_OFF_MS = [
  ...[5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
];
/** Then a delivery is given up. */
const GIVEN_UP_AFTER_MS = 2 * DAY;
const HTTP_GONE = 410;

/** Writes what came of a try. False where the turn is over: the next try waits, or is another's. */
export async function recordTry(
  manager: EntityManager,
  turn: Turn,
  delivery: Delivery,
  tried: Tried,
): Promise<boolean> {
  const { agencyId } = turn;
  const isLate = (at: Instant): boolean => at - delivery.dueAt >= GIVEN_UP_AFTER_MS;
  const isGone = tried.statusCode === HTTP_GONE;
  const mayTell = tried.failure !== null && (isGone || isLate(await clockOf(manager)));
  // The book before the endpoint, as everybody takes them.
  const at = mayTell ? await holdBook(manager, agencyId) : await clockOf(manager);
  const found = await findOwn(manager, turn);
  if (!found) return false;
  const isOut = tried.failure === 'OUT_OF_SIGHT';
  const isDead = tried.failure !== null && (isOut || isLate(at));
  await writeTry(manager, turn, delivery, { ...tried, isDead, at });
  if (tried.failure === null || isOut) {
    await renewTurn(manager, turn, at, !isOut);
    return true;
  }
  await fail(manager, turn, found, { at, isTold: isDead || isGone, isGone });
  return false;
}

/** It did not arrive: what waits is tried again later, in the same order. */
async function fail(
  manager: EntityManager,
  { agencyId, webhookId }: Turn,
  { failures, failingSince, failingTold }: Own,
  { at, isTold, isGone }: { readonly at: Instant; readonly isTold: boolean; readonly isGone: boolean },
): Promise<void> {
  const since = failingSince ?? at;
  await manager.query(
    `UPDATE webhook SET failures = $3, failing_since = $4, failing_told = failing_told OR $5, next_try_at = $6,
         claimed_until = 0, status = CASE WHEN $7 THEN 'PAUSED' ELSE status END WHERE agency_id = $1 AND id = $2`,
    [
      ...[agencyId, webhookId, failures + 1, since, isTold],
      ...[at + BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]!, isGone],
    ],
  );
  if (!isTold || failingTold) return;
  const hours = Math.floor((at - since) / HOUR);
  const facts = { webhookId, tries: failures + 1, hours, ...(isGone ? { answer: 'GONE' } : {}) };
  await raise(manager, agencyId, [{ kind: 'WEBHOOK_FAILING', facts, at }]);
}

async function writeTry(
  manager: EntityManager,
  { agencyId, webhookId }: Turn,
  { number }: Delivery,
  tried: Tried & { readonly isDead: boolean; readonly at: Instant },
): Promise<void> {
  const { statusCode, failure, tookMs, isDead, at } = tried;
  const dead = isDead ? 'DEAD' : 'WAITING';
  const status = failure === null ? 'DELIVERED' : dead;
  await manager.query(
    `UPDATE webhook_delivery SET status = $4, tries = tries + 1, tried_at = $5, ended_at = $6, status_code = $7,
       failure = $8, took_ms = $9 WHERE agency_id = $1 AND webhook_id = $2 AND number = $3`,
    [
      ...[agencyId, webhookId, number, status, at, status === 'WAITING' ? null : at],
      ...[statusCode, failure, Math.round(tookMs)],
    ],
  );
}
