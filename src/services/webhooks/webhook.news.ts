import type { EntityManager } from 'typeorm';
import { holdBook } from '../../ledger/books/lock.js';
import type { Instant } from '../../quota/window.js';
import { clockOf } from '../../tenancy/clock.js';
import { insertDeliveries, type Telling } from './webhook.delivery.js';
import { nextEngagements, nextTouchEnds } from './webhook.people.js';
import { nextAlerts, nextChanges } from './webhook.reading.js';
import {
  SUBSCRIPTION_COLUMNS,
  subscriptionFromRow,
  writePlace,
  type Place,
  type Subscription,
  type SubscriptionRow,
} from './webhook.subscription.js';
import type { DueWebhook } from './webhook.turn.js';

/** What is new for an endpoint, and how it comes into its order. */

/**
 * Some of what is told is certain under the agency's book alone: whoever ended a hold or recorded an answer has done it, and all
 * others will later. Where there is any of it for an endpoint with nothing else to send, the book is held, before the endpoint, as
 * everybody takes them. Answers the instant of it; null where it is not needed.
 */
export async function holdForNews(
  manager: EntityManager,
  { agencyId, webhookId }: DueWebhook,
): Promise<Instant | null> {
  const [row] = await manager.query<SubscriptionRow[]>(
    `SELECT ${SUBSCRIPTION_COLUMNS} FROM webhook WHERE agency_id = $1 AND id = $2 AND NOT EXISTS (
       SELECT 1 FROM webhook_delivery d WHERE d.agency_id = $1 AND d.webhook_id = $2 AND d.status = 'WAITING')`,
    [agencyId, webhookId],
  );
  if (!row) return null;
  const subscription = subscriptionFromRow({ agencyId, webhookId }, row);
  const at = await clockOf(manager);
  const { readAt } = await changesUntil(manager, subscription, at);
  const { readEngagements } = await engagementsUntil(manager, subscription, at);
  const isNew = readAt !== subscription.readAt || readEngagements !== subscription.readEngagements;
  return isNew ? holdBook(manager, agencyId) : null;
}

/** A page of what is new for an endpoint, in its order: how far that is, and whether it is all. */
export async function readNews(
  manager: EntityManager,
  subscription: Subscription,
  { at, until }: { readonly at: Instant; readonly until: Instant | null },
): Promise<{ readonly tellings: readonly Telling[]; readonly place: Place; readonly isAll: boolean }> {
  const { readSequence, ...alerts } = await nextAlerts(manager, subscription, at);
  const { readAt, ...changes } = await changesUntil(manager, subscription, until);
  const { readTouch, ...touches } = await nextTouchEnds(manager, subscription);
  const { readEngagements, ...engagements } = await engagementsUntil(manager, subscription, until);
  // What was sent before what it was answered by.
  const found = [alerts, changes, touches, engagements];
  return {
    tellings: found.flatMap((one) => one.tellings),
    place: { readSequence, readAt, readTouch, readEngagements },
    isAll: found.every(({ isAll }) => isAll),
  };
}

/** Writes such a page behind what waits. */
export async function takeNews(
  manager: EntityManager,
  subscription: Subscription,
  until: Instant | null,
): Promise<{ readonly subscription: Subscription; readonly isAll: boolean }> {
  const at = await clockOf(manager);
  const { tellings, place, isAll } = await readNews(manager, subscription, { at, until });
  await writePlace(manager, subscription, place);
  await insertDeliveries(manager, subscription, tellings, at);
  return { subscription: { ...subscription, ...place }, isAll };
}

type Changes = Awaited<ReturnType<typeof nextChanges>>;

function changesUntil(
  manager: EntityManager,
  subscription: Subscription,
  until: Instant | null,
): Changes | Promise<Changes> {
  const { reservationChanges, readAt } = subscription;
  if (!reservationChanges || until === null) return { tellings: [], readAt, isAll: true };
  return nextChanges(manager, subscription, until);
}

type Engagements = Awaited<ReturnType<typeof nextEngagements>>;

function engagementsUntil(
  manager: EntityManager,
  subscription: Subscription,
  until: Instant | null,
): Engagements | Promise<Engagements> {
  const { engagements, readEngagements } = subscription;
  if (!engagements || until === null) return { tellings: [], readEngagements, isAll: true };
  return nextEngagements(manager, subscription, until);
}
