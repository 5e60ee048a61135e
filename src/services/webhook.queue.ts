import type { DataSource, EntityManager } from 'typeorm';
import { raise } from '../ledger/alerts.js';
import { holdBook } from '../ledger/lock.js';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../quota/window.js';
import type { DeliveryFailure, WebhookFormat } from '../quota/words.js';
import { clockOf } from '../tenancy/clock.js';
import { inAgency, inAgencies } from '../tenancy/door.js';
import type { Sealer } from '../tenancy/sealed.js';
import { uuidRandom } from '../tenancy/uuid.js';
import { forgetDeliveries, insertDeliveries, readDeliveries, type Delivery } from './webhook.delivery.js';
import {
  nextAlerts,
  nextChanges,
  readEvent,
  viewerOfWebhook,
  type Subscription,
  type WebhookEvent,
} from './webhook.reading.js';
import { DUE } from './webhook.due.js';
import { readSecrets, WEBHOOK_COLUMNS, webhookFromRow, type WebhookRow } from './webhook.js';

/** An endpoint that something is due at. */
export interface DueWebhook {
  readonly agencyId: string;
  readonly webhookId: string;
}

interface Looked {
  /** The endpoints that something is due at, those that wait longest first. */
  readonly due: readonly DueWebhook[];
  /** The agencies that have endpoints to be told at all. */
  readonly withEndpoints: ReadonlySet<string>;
}

/** A turn at an endpoint. */
export interface Turn extends DueWebhook {
  /** Whose turn it is: another one's writes count no more. */
  readonly token: string;
}

/** A delivery that is to be tried now. */
export interface Due {
  readonly delivery: Delivery;
  /** Null where the endpoint sees no more of it. */
  readonly event: WebhookEvent | null;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly clientAccountId: string | null;
  /** What it is to be signed with. */
  readonly secrets: readonly string[];
  readonly at: Instant;
}

/** What came of a try. */
export interface Tried {
  readonly statusCode: number | null;
  /** Null where it arrived. */
  readonly failure: DeliveryFailure | null;
  readonly tookMs: number;
}

/** For so long nobody else begins at an endpoint; the sender is through with each try long before. */
export const LEASE_MS = 30 * SECOND;
/** After so many failures in a row; beyond them as after the last. */
const BACK_OFF_MS = [
  ...[5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
];
/** Then a delivery is given up. */
const GIVEN_UP_AFTER_MS = 2 * DAY;
/** Pages of alerts that are looked through in one transaction. */
const PAGES_MAX = 20;
const HTTP_GONE = 410;

/**
 * Who is to be told what, next. An endpoint's own row is the queue: when something is due at it, and who is at it. Any number
 * of processes may ask; one at a time has a turn at an endpoint, and what was not recorded is tried again.
 */
export class WebhookQueue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  /** What there is to do in some agencies: of each the endpoint that waits longest, then the second, and so on. */
  look(agencyIds: readonly string[]): Promise<Looked> {
    return inAgencies(this.dataSource, agencyIds, async (manager) => {
      const due = await manager.query<DueWebhook[]>(DUE, [agencyIds, await clockOf(manager)]);
      const active = await manager.query<{ id: string }[]>(
        `SELECT DISTINCT agency_id AS id FROM webhook WHERE agency_id = ANY ($1::uuid[]) AND status = 'ACTIVE'`,
        [agencyIds],
      );
      return { due, withEndpoints: new Set(active.map(({ id }) => id)) };
    });
  }

  /** A turn at an endpoint; null where somebody else has it, or nothing is due any more. */
  begin({ agencyId, webhookId }: DueWebhook): Promise<Turn | null> {
    const token = uuidRandom();
    return inAgency(this.dataSource, { agencyId }, async (manager) => {
      const at = await clockOf(manager);
      const [begun] = await manager.query<[object[], number]>(
        `UPDATE webhook SET claimed_by = $3, claimed_until = $4
         WHERE agency_id = $1 AND id = $2 AND status = 'ACTIVE' AND claimed_until <= $5
           AND (next_try_at IS NULL OR next_try_at <= $5) RETURNING id`,
        [agencyId, webhookId, token, at + LEASE_MS, at],
      );
      return begun.length === 1 ? { agencyId, webhookId, token } : null;
    });
  }

  /** What is to be tried next; null where nothing is, or the turn is another's: then it is over. */
  next(turn: Turn): Promise<Due | null> {
    return inAgency(this.dataSource, turn, async (manager) => {
      const found = await findOwn(manager, turn);
      if (!found) return null;
      const due = (await this.first(manager, turn)) ?? (await this.firstOfNew(manager, turn, found));
      // Nothing comes in between: whoever adds something waits for the row that is held here.
      if (!due) await end(manager, turn, null);
      return due;
    });
  }

  /** Writes what came of a try. False where the turn is over: the next try waits, or is another's. */
  record(turn: Turn, { delivery }: Due, tried: Tried): Promise<boolean> {
    const { agencyId } = turn;
    return inAgency(this.dataSource, turn, async (manager) => {
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
        await renew(manager, turn, at, !isOut);
        return true;
      }
      await this.fail(manager, turn, found, { at, isTold: isDead || isGone, isGone });
      return false;
    });
  }

  /** Ends a turn before its time: what waits goes on with the next one. */
  async end(turn: Turn): Promise<void> {
    await inAgency(this.dataSource, turn, async (manager) => end(manager, turn, await clockOf(manager)));
  }

  private async first(manager: EntityManager, turn: Turn): Promise<Due | null> {
    const { agencyId, webhookId, token } = turn;
    const where = `status = 'WAITING' ORDER BY number LIMIT 1`;
    const [delivery] = await readDeliveries(manager, where, [agencyId, webhookId]);
    if (!delivery) return null;
    const at = await clockOf(manager);
    const [[row]] = await manager.query<[WebhookRow[], number]>(
      `UPDATE webhook SET claimed_until = $4 WHERE agency_id = $1 AND id = $2 AND claimed_by = $3
       RETURNING ${WEBHOOK_COLUMNS}`,
      [agencyId, webhookId, token, at + LEASE_MS],
    );
    if (!row) return null;
    const webhook = webhookFromRow(this.sealer, agencyId, row);
    const { url, format, clientAccountId } = webhook;
    const event = await readEvent(manager, viewerOfWebhook(agencyId, clientAccountId), delivery, at);
    const secrets = await readSecrets(manager, this.sealer, webhook, at);
    return { delivery, event, url, format, clientAccountId, secrets, at };
  }

  /** Takes what is new into the order of the endpoint; nothing of it is the endpoint's, perhaps. */
  private async firstOfNew(manager: EntityManager, turn: Turn, found: Subscription): Promise<Due | null> {
    let subscription = found;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const at = await clockOf(manager);
      const { readSequence, ...alerts } = await nextAlerts(manager, subscription, at);
      const { readAt, ...changes } = await changesOf(manager, subscription);
      await manager.query(
        'UPDATE webhook SET read_sequence = $3, read_at = $4 WHERE agency_id = $1 AND id = $2',
        [turn.agencyId, turn.webhookId, readSequence, readAt],
      );
      await insertDeliveries(manager, turn, [...alerts.tellings, ...changes.tellings], at);
      await forgetDeliveries(manager, turn, at);
      const due = await this.first(manager, turn);
      if (due || alerts.isAll) return due;
      subscription = { ...subscription, readSequence, readAt };
    }
    return null;
  }

  /** It did not arrive: what waits is tried again later, in the same order. */
  private async fail(
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
    const facts = { webhookId, tries: failures + 1, hours: Math.floor((at - since) / HOUR) };
    await raise(manager, agencyId, [{ kind: 'WEBHOOK_FAILING', facts, at }]);
  }
}

/** How an endpoint is doing, as whoever has the turn finds it. */
interface Own extends Subscription {
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly failingTold: boolean;
}

/** Holds the row of an endpoint; null where the turn is another's by now, or the endpoint paused or gone. */
async function findOwn(manager: EntityManager, { agencyId, webhookId, token }: Turn): Promise<Own | null> {
  const [row] = await manager.query<
    (Omit<Own, 'readSequence' | 'readAt'> & Record<'readSequence' | 'readAt', string>)[]
  >(
    `SELECT alert_kinds AS "alertKinds", min_severity AS "minSeverity", client_account_id AS "clientAccountId",
       reservation_changes AS "reservationChanges", read_sequence AS "readSequence", read_at AS "readAt", failures,
       failing_since AS "failingSince", failing_told AS "failingTold"
     FROM webhook WHERE agency_id = $1 AND id = $2 AND claimed_by = $3 AND status = 'ACTIVE' FOR UPDATE`,
    [agencyId, webhookId, token],
  );
  if (!row) return null;
  return {
    ...{ ...row, agencyId, webhookId, readSequence: Number(row.readSequence), readAt: Number(row.readAt) },
    failingSince: row.failingSince === null ? null : Number(row.failingSince),
  };
}

/** Under the book, if there are any: whoever ended a hold has ended it, and all others will end theirs later. */
async function changesOf(manager: EntityManager, subscription: Subscription) {
  const { agencyId, readAt, reservationChanges } = subscription;
  const none = { tellings: [], readAt };
  if (!reservationChanges) return none;
  const seen = await nextChanges(manager, subscription, await clockOf(manager));
  if (seen.readAt === readAt) return none;
  return nextChanges(manager, subscription, await holdBook(manager, agencyId));
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

/** The turn goes on. */
async function renew(
  manager: EntityManager,
  { agencyId, webhookId }: Turn,
  at: Instant,
  hasArrived: boolean,
): Promise<void> {
  const anew = hasArrived ? 'failures = 0, failing_since = NULL, failing_told = false,' : '';
  await manager.query(
    `UPDATE webhook SET ${anew} next_try_at = $3, claimed_until = $4 WHERE agency_id = $1 AND id = $2`,
    [agencyId, webhookId, at, at + LEASE_MS],
  );
}

async function end(
  manager: EntityManager,
  { agencyId, webhookId, token }: Turn,
  nextTryAt: Instant | null,
): Promise<void> {
  await manager.query(
    `UPDATE webhook SET next_try_at = $4, claimed_until = 0 WHERE agency_id = $1 AND id = $2 AND claimed_by = $3`,
    [agencyId, webhookId, token, nextTryAt],
  );
}
