import type { WebhookEventKind } from '../quota/words.js';
import { fill } from '../schema/fill.js';
import { type IdKind, toId } from '../schema/ids.js';
import { Webhook, WebhookDelivery } from '../schema/webhook.schema.js';
import type { Delivery } from '../services/webhooks/webhook.delivery.js';
import type { Webhook as Kept } from '../services/webhooks/webhook.js';

/** From the endpoints of an agency, and what was sent there, to the schema. */

export function showWebhook({ agencyId: _, id, url, format, ...webhook }: Kept): Webhook {
  // What is behind Slack's host opens the channel to whoever has it.
  const told = format === 'SLACK' && url !== '' ? `${new URL(url).origin}/…` : url;
  return fill(Webhook, { ...webhook, id: toId('webhook', id), url: told, format });
}

const TYPE_OF: Readonly<Record<WebhookEventKind, string>> = {
  ALERT: 'alert.raised',
  RESERVATION: 'reservation.changed',
  TEST: 'webhook.test',
  ENGAGEMENT: 'engagement.recorded',
  TOUCH_COMPLETED: 'touch.completed',
  TOUCH_SKIPPED: 'touch.skipped',
  TOUCH_FAILED: 'touch.failed',
};

const ID_KIND_OF: Readonly<Record<WebhookEventKind, IdKind>> = {
  ALERT: 'alert',
  RESERVATION: 'reservation',
  TEST: 'delivery',
  ENGAGEMENT: 'engagement',
  ...{ TOUCH_COMPLETED: 'touch', TOUCH_SKIPPED: 'touch', TOUCH_FAILED: 'touch' },
};

export function showDelivery(delivery: Delivery): WebhookDelivery {
  const { id, event, subjectId, number, replayed, status, createdAt, tries } = delivery;
  const { triedAt, endedAt, statusCode, failure, tookMs } = delivery;
  return fill(WebhookDelivery, {
    ...{ id: toId('delivery', id), event: TYPE_OF[event], subjectId: toId(ID_KIND_OF[event], subjectId) },
    ...{ number, replayed, status, createdAt, tries, triedAt, endedAt, statusCode, failure, tookMs },
  });
}
