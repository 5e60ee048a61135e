import type { EntityManager } from 'typeorm';
import { raise } from '../../ledger/alerts/alerts.js';
import { holdBook } from '../../ledger/books/lock.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../quota/window.js';
import type { DeliveryFailure } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import type { Delivery } from './webhook.delivery.js';
import { readNews } from './webhook.news.js';
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

/** What was tried, and where. */
interface TriedAt {
  readonly delivery: Delivery;
  readonly url: string;
}

/**
 * Writes what came of a try. False where the turn is over: the next try waits, or is another's. Of a turn that is over already, as
 * the endpoint has another address since, that alone counts which arrived.
 */
export async function recordTry(
  manager: EntityManager,
  turn: Turn,
  { delivery, url }: TriedAt,
  tried: Tried,
): Promise<boolean> {
  const { agencyId } = turn;
  const isLate = (at: Instant): boolean => at - delivery.dueAt >= GIVEN_UP_AFTER_MS;
  const isGone = tried.statusCode === HTTP_GONE;
  const mayTell = tried.failure !== null && (isGone || isLate(await clockOf(manager)));
  // The book before the endpoint, as everybody takes them.
  const at = mayTell ? await holdBook(manager, agencyId) : await clockOf(manager);
  const found = await findOwn(manager, turn);
  if (!found) {
    if (tried.failure === null) await writeTry(manager, turn, delivery, { ...tried, isDead: false, at });
    return false;
  }
  const isOut = tried.failure === 'OUT_OF_SIGHT';
  const isDead = tried.failure !== null && (isOut || isLate(at));
  await writeTry(manager, turn, delivery, { ...tried, isDead, at });
  if (tried.failure === null || isOut) {
    await renewTurn(manager, turn, at, !isOut);
    return true;
  }
  const isFirstTold = (isDead || isGone) && !found.failingTold;
  const failing = { since: found.failingSince ?? at, tries: found.failures + 1 };
  await fail(manager, turn, found, { at, since: failing.since, isTold: isDead || isGone, isGone });
  if (isFirstTold) await tellFailing(manager, found, { ...failing, url, tried, isGone, at });
  return false;
}

/** It did not arrive: what waits is tried again later, in the same order. */
async function fail(
  manager: EntityManager,
  { agencyId, webhookId }: Turn,
  { failures }: Own,
  { at, since, isTold, isGone }: Record<'at' | 'since', Instant> & Record<'isTold' | 'isGone', boolean>,
): Promise<void> {
  await manager.query(
    `UPDATE webhook SET failures = $3, failing_since = $4, failing_told = failing_told OR $5, next_try_at = $6,
         claimed_until = 0, status = CASE WHEN $7 THEN 'PAUSED' ELSE status END WHERE agency_id = $1 AND id = $2`,
    [
      ...[agencyId, webhookId, failures + 1, since, isTold],
      ...[at + BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]!, isGone],
    ],
  );
}

interface Failing {
  readonly since: Instant;
  readonly tries: number;
  readonly url: string;
  readonly tried: Tried;
  readonly isGone: boolean;
  readonly at: Instant;
}

/** Which endpoint it is, what came back, and, by the book, how much waits for it: of its address the host alone, the rest may open it. */
async function tellFailing(
  manager: EntityManager,
  own: Own,
  { since, tries, url, tried, isGone, at }: Failing,
): Promise<void> {
  const { agencyId, webhookId } = own;
  const [row] = await manager.query<[{ name: string; waiting: number }]>(
    `SELECT w.name, (SELECT count(*)::int FROM webhook_delivery d WHERE d.agency_id = w.agency_id AND d.webhook_id = w.id
       AND d.status = 'WAITING') AS waiting FROM webhook w WHERE w.agency_id = $1 AND w.id = $2`,
    [agencyId, webhookId],
  );
  // Taken into its order once what is before it has ended.
  const { tellings, isAll } = await readNews(manager, own, { at, until: at });
  const facts = {
    ...{
      webhookId,
      name: row.name,
      host: url && new URL(url).host,
      tries,
      hours: Math.floor((at - since) / HOUR),
    },
    ...{ waiting: row.waiting + tellings.length, ...(!isAll && { isMore: 1 }) },
    ...{ failure: tried.failure ?? '', statusCode: tried.statusCode ?? 0 },
    ...(isGone && { answer: 'GONE' }),
  };
  await raise(manager, agencyId, [{ kind: 'WEBHOOK_FAILING', facts, at }]);
}

/** What has ended stays as it is: it may have arrived meanwhile by a try of before. */
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
       failure = $8, took_ms = $9 WHERE agency_id = $1 AND webhook_id = $2 AND number = $3 AND status = 'WAITING'`,
    [
      ...[agencyId, webhookId, number, status, at, status === 'WAITING' ? null : at],
      ...[statusCode, failure, Math.round(tookMs)],
    ],
  );
}
