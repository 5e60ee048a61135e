import type { DataSource } from 'typeorm';
import type { AuditLog } from '../services/audit-log.js';
import type { Changes } from '../services/changes.js';
import { pagesOfAgencies } from '../services/every-agency.js';
import { WebhookQueue } from '../services/webhooks/webhook.queue.js';
import { WebhookReplay } from '../services/webhooks/webhook.replay.js';
import { WebhookService } from '../services/webhooks/webhook.service.js';
import type { GuardOptions } from '../egress/guarded-fetch.js';
import type { Sealer } from '../tenancy/sealed.js';
import { WebhookCourier, type CourierParts } from './webhook-courier.js';
import { webhookSender } from './webhook-sender.js';

/** What webhooks are made from. */
export interface WebhooksParts extends Pick<CourierParts, 'write' | 'books' | 'lookEveryMs' | 'onFailure'> {
  readonly dataSource: DataSource;
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly sealer: Sealer;
  /** Whether an endpoint may be on this machine. */
  readonly isLoopbackAllowed: boolean;
  /** All addresses of a name, where it is not the usual way that tells. */
  readonly resolve?: NonNullable<GuardOptions['resolve']>;
}

/** Endpoints and who sends to them, wired. */
export function wireWebhooks(parts: WebhooksParts) {
  const { dataSource, changes, audit, sealer, isLoopbackAllowed, write, books, onFailure } = parts;
  const queue = new WebhookQueue(dataSource, sealer);
  const send = webhookSender({ isLoopbackAllowed, ...(parts.resolve && { resolve: parts.resolve }) });
  const agencies = () => pagesOfAgencies(dataSource);
  const pace = parts.lookEveryMs === undefined ? {} : { lookEveryMs: parts.lookEveryMs };
  const courier = new WebhookCourier({ queue, send, write, agencies, books, onFailure, ...pace });
  const wake = (agencyId: string): void => courier.wake(agencyId);
  const desk = { changes, audit, sealer, isLoopbackAllowed, wake };
  return {
    webhooks: new WebhookService(dataSource, desk),
    webhookReplay: new WebhookReplay(dataSource, desk),
    courier,
  };
}
