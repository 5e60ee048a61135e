import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { AlertKind, Severity, WebhookFormat, WebhookStatus } from '../../quota/words.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt } from '../../tenancy/uuid.js';

/** An endpoint that an agency is told at. */
export interface Webhook extends WebhookTerms {
  readonly agencyId: string;
  readonly id: string;
  readonly status: WebhookStatus;
  readonly createdAt: Instant;
  /** Since when nothing that was sent there arrived; null while it arrives. */
  readonly failingSince: Instant | null;
  /** When the first of those that wait is tried; null while none waits. */
  readonly nextTryAt: Instant | null;
}

/** What its owner says of it. */
export interface WebhookTerms {
  readonly name: string;
  /** Empty where it was sealed under a secret that this server has no more, and wasn't told anew. */
  readonly url: string;
  readonly format: WebhookFormat;
  /** Null for all kinds. */
  readonly alertKinds: readonly AlertKind[] | null;
  readonly minSeverity: Severity;
  /** Null for the whole agency. */
  readonly clientAccountId: string | null;
  /** Whether it is told of holds that were released by us, or lapsed. */
  readonly reservationChanges: boolean;
  /** Whether it is told of touches that were done, passed over or could not be done, and of whom. */
  readonly touchChanges: boolean;
  /** Whether it is told of what people did in answer, and of whom. */
  readonly engagements: boolean;
  /** Which field of a client account's list holds the receiver's own reference of a person; null for none. */
  readonly prospectRefField: string | null;
}

export interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly sealed_url: Buffer;
  readonly format: WebhookFormat;
  readonly alert_kinds: AlertKind[] | null;
  readonly min_severity: Severity;
  readonly client_account_id: string | null;
  readonly reservation_changes: boolean;
  readonly touch_changes: boolean;
  readonly engagements: boolean;
  readonly prospect_ref_field: string | null;
  readonly status: WebhookStatus;
  readonly created_at: string;
  readonly failing_since: string | null;
  readonly next_try_at: string | null;
}

export const WEBHOOK_COLUMNS = `id, name, sealed_url, format, alert_kinds, min_severity, client_account_id, reservation_changes,
  touch_changes, engagements, prospect_ref_field, status, created_at, failing_since, next_try_at`;

export function webhookFromRow(sealer: Sealer, agencyId: string, row: WebhookRow): Webhook {
  const instant = (text: string | null): Instant | null => (text === null ? null : Number(text));
  return {
    ...{ agencyId, id: row.id, name: row.name, format: row.format, status: row.status },
    url: sealer.tryToOpen('WEBHOOK_URL', [agencyId, row.id], row.sealed_url) ?? '',
    ...{ alertKinds: row.alert_kinds, minSeverity: row.min_severity, clientAccountId: row.client_account_id },
    ...{ reservationChanges: row.reservation_changes, touchChanges: row.touch_changes },
    ...{ engagements: row.engagements, prospectRefField: row.prospect_ref_field },
    createdAt: Number(row.created_at),
    ...{ failingSince: instant(row.failing_since), nextTryAt: instant(row.next_try_at) },
  };
}

/** Bytes of a secret, as Standard Webhooks advises: 24 to 64. */
const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** Makes another secret of an endpoint. It is kept sealed, and shown by whoever calls this alone. */
export async function insertSecret(
  manager: EntityManager,
  sealer: Sealer,
  { agencyId, id: webhookId }: Pick<Webhook, 'agencyId' | 'id'>,
  at: Instant,
): Promise<string> {
  const id = uuidAt(at);
  const secret = `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
  await manager.query(
    `INSERT INTO webhook_secret (agency_id, webhook_id, id, sealed_secret, created_at) VALUES ($1, $2, $3, $4, $5)`,
    [agencyId, webhookId, id, sealer.seal('WEBHOOK_SECRET', [agencyId, webhookId, id], secret), at],
  );
  return secret;
}

/** The secrets that count at an instant and still open, the newest first. */
export async function readSecrets(
  manager: EntityManager,
  sealer: Sealer,
  { agencyId, id: webhookId }: Pick<Webhook, 'agencyId' | 'id'>,
  at: Instant,
): Promise<string[]> {
  const rows = await manager.query<{ id: string; sealed_secret: Buffer }[]>(
    `SELECT id, sealed_secret FROM webhook_secret
     WHERE agency_id = $1 AND webhook_id = $2 AND (ends_at IS NULL OR ends_at > $3) ORDER BY created_at DESC, id DESC`,
    [agencyId, webhookId, at],
  );
  return rows.flatMap(
    (row) => sealer.tryToOpen('WEBHOOK_SECRET', [agencyId, webhookId, row.id], row.sealed_secret) ?? [],
  );
}
