import { FIRST_ID, type EngagementsRead } from '../../ledger/told/engagements-told.js';
import type { Instant } from '../../quota/window.js';
import type { EntityManager } from 'typeorm';
import { lastTouchEnd } from '../campaigns/touch.ends.js';
import type { Webhook, WebhookTerms } from './webhook.js';

/** What of everything an endpoint is told of, and how far it has come. */
export interface Subscription extends Omit<WebhookTerms, 'name' | 'url' | 'format'> {
  readonly agencyId: string;
  readonly webhookId: string;
  /** The number of the last alert. */
  readonly readSequence: number;
  /** From when on holds are still to be looked at. */
  readonly readAt: Instant;
  /** The number of the last touch. */
  readonly readTouch: number;
  readonly readEngagements: EngagementsRead;
}

type Numbers = 'readSequence' | 'readAt' | 'readTouch' | 'readEngagedAt';
export type SubscriptionRow = Omit<WebhookTerms, 'name' | 'url' | 'format'> &
  Readonly<Record<Numbers | 'readEngagement', string>>;

export const SUBSCRIPTION_COLUMNS = `alert_kinds AS "alertKinds", min_severity AS "minSeverity",
  client_account_id AS "clientAccountId", reservation_changes AS "reservationChanges", touch_changes AS "touchChanges",
  engagements, prospect_ref_field AS "prospectRefField", read_sequence AS "readSequence", read_at AS "readAt",
  read_touch AS "readTouch", read_engaged_at AS "readEngagedAt", read_engagement AS "readEngagement"`;

export function subscriptionFromRow(
  whose: Pick<Subscription, 'agencyId' | 'webhookId'>,
  { alertKinds, minSeverity, clientAccountId, prospectRefField, ...row }: SubscriptionRow,
): Subscription {
  const { reservationChanges, touchChanges, engagements } = row;
  return {
    ...{ ...whose, alertKinds, minSeverity, clientAccountId, prospectRefField },
    ...{ reservationChanges, touchChanges, engagements },
    ...{
      readSequence: Number(row.readSequence),
      readAt: Number(row.readAt),
      readTouch: Number(row.readTouch),
    },
    readEngagements: { at: Number(row.readEngagedAt), id: row.readEngagement },
  };
}

/** Where an endpoint has come to. */
export type Place = Pick<Subscription, 'readSequence' | 'readAt' | 'readTouch' | 'readEngagements'>;

export async function writePlace(
  manager: EntityManager,
  { agencyId, webhookId }: Pick<Subscription, 'agencyId' | 'webhookId'>,
  { readSequence, readAt, readTouch, readEngagements }: Place,
): Promise<void> {
  await manager.query(
    `UPDATE webhook SET read_sequence = $3, read_at = $4, read_touch = $5, read_engaged_at = $6, read_engagement = $7
     WHERE agency_id = $1 AND id = $2`,
    [agencyId, webhookId, readSequence, readAt, readTouch, readEngagements.at, readEngagements.id],
  );
}

/**
 * What happened while an endpoint was not told of its kind is not told: of holds nobody could act on them any more, and whoever
 * asks for touches and engagements asks for those to come. Under the book, whose instant it is.
 */
export async function skipWhatWasNotAskedFor(
  manager: EntityManager,
  { before, after }: { readonly before: Webhook | null; readonly after: Webhook },
  at: Instant,
): Promise<void> {
  const isNew = (what: 'reservationChanges' | 'touchChanges' | 'engagements'): boolean =>
    after[what] && !before?.[what];
  const { agencyId, id } = after;
  const set = async (columns: string, ...values: readonly unknown[]): Promise<void> => {
    await manager.query(`UPDATE webhook SET ${columns} WHERE agency_id = $1 AND id = $2`, [
      ...[agencyId, id, ...values],
    ]);
  };
  if (isNew('reservationChanges')) await set('read_at = $3', at);
  if (isNew('touchChanges')) await set('read_touch = $3', await lastTouchEnd(manager, agencyId));
  if (isNew('engagements')) await set('read_engaged_at = $3, read_engagement = $4', at, FIRST_ID);
}
