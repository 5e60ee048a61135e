import type { EntityManager } from 'typeorm';
import { SECOND, type Instant } from '../../quota/window.js';
import type { WebhookStatus } from '../../quota/words.js';
import { SUBSCRIPTION_COLUMNS, subscriptionFromRow } from './webhook.subscription.js';
import type { Subscription, SubscriptionRow } from './webhook.subscription.js';

/** An endpoint that something is due at. */
export interface DueWebhook {
  readonly agencyId: string;
  readonly webhookId: string;
}

/** A turn at an endpoint. */
export interface Turn extends DueWebhook {
  /** Whose turn it is: another one's writes count no more. */
  readonly token: string;
}

/** For so long nobody else begins at an endpoint; the sender is through with each try long before. */
export const LEASE_MS = 30 * SECOND;

/** How an endpoint is doing, as whoever has the turn finds it. */
export interface Own extends Subscription {
  readonly status: WebhookStatus;
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly failingTold: boolean;
}

/** Holds the row of an endpoint; null where the turn is over: another's by now, or begun anew, or the endpoint is gone. */
export async function findOwn(
  manager: EntityManager,
  { agencyId, webhookId, token }: Turn,
): Promise<Own | null> {
  const [row] = await manager.query<(SubscriptionRow & Omit<Own, keyof Subscription>)[]>(
    `SELECT ${SUBSCRIPTION_COLUMNS}, status, failures, failing_since AS "failingSince", failing_told AS "failingTold"
     FROM webhook WHERE agency_id = $1 AND id = $2 AND claimed_by = $3 FOR UPDATE`,
    [agencyId, webhookId, token],
  );
  if (!row) return null;
  const { status, failures, failingTold } = row;
  return {
    ...subscriptionFromRow({ agencyId, webhookId }, row),
    ...{ status, failures, failingTold },
    failingSince: row.failingSince === null ? null : Number(row.failingSince),
  };
}

/** Whoever has a turn has it no more: of what they have begun that alone counts which arrives. The next one may begin. */
export async function endAnyTurn(manager: EntityManager, { agencyId, webhookId }: DueWebhook): Promise<void> {
  await manager.query(
    'UPDATE webhook SET claimed_by = NULL, claimed_until = 0 WHERE agency_id = $1 AND id = $2',
    [agencyId, webhookId],
  );
}

/** The turn goes on. */
export async function renewTurn(
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

/** What waits goes on with the next turn, at that instant; null where nothing waits. */
export async function endTurn(
  manager: EntityManager,
  { agencyId, webhookId, token }: Turn,
  nextTryAt: Instant | null,
): Promise<void> {
  await manager.query(
    `UPDATE webhook SET next_try_at = $4, claimed_until = 0 WHERE agency_id = $1 AND id = $2 AND claimed_by = $3`,
    [agencyId, webhookId, token, nextTryAt],
  );
}
