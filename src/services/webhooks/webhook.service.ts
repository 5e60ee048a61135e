import type { DataSource, EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { SECOND, type Instant } from '../../quota/window.js';
import type { WebhookStatus } from '../../quota/words.js';
import { inAgency } from '../../tenancy/door.js';
import { mayDo } from '../../tenancy/roles.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidAt } from '../../tenancy/uuid.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount, requireWhole } from '../members/access.js';
import type { AuditLog, Change } from '../audit-log.js';
import type { Changes } from '../changes.js';
import { checkInteger } from '../checks.js';
import { findClientAccount } from '../agency/client-account.service.js';
import { afterId, byId, pageOf, type Page, type PageAsked } from '../page.js';
import { checkTerms, termsOf, type ChangedTerms, type GivenTerms } from './webhook.checks.js';
import { skipWhatWasNotAskedFor } from './webhook.subscription.js';
import { endAnyTurn } from './webhook.turn.js';
import { insertSecret, WEBHOOK_COLUMNS, webhookFromRow, type Webhook, type WebhookRow } from './webhook.js';

/** Most endpoints of one agency: one for each client account, and some. */
const WEBHOOKS_MAX = 200;
const OVERLAP_SECONDS_DEFAULT = 86_400;
/** Thirty days. */
const OVERLAP_SECONDS_MAX = 2_592_000;

export interface WebhookParts {
  readonly changes: Changes;
  readonly audit: AuditLog;
  readonly sealer: Sealer;
  /** Whether an endpoint may be on this machine. */
  readonly isLoopbackAllowed: boolean;
  /** Tells whoever delivers that something may be due; for when it is committed. */
  readonly wake: (agencyId: string) => void;
}

export type UpdateWebhook = ChangedTerms & {
  readonly webhookId: string;
  readonly status?: WebhookStatus | null | undefined;
};

/** An endpoint with what its requests are signed with: shown this once. */
export interface WithSecret {
  readonly webhook: Webhook;
  readonly secret: string;
}

/** Where an agency is told of what happens. */
export class WebhookService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: WebhookParts,
  ) {}

  /** It is told of what happens from now on. Refuses with FORBIDDEN_FOR_ROLE, INVALID, NOT_FOUND, WRONG_STATE (too many). */
  async addWebhook(viewer: Viewer, input: GivenTerms): Promise<WithSecret | Refusal> {
    const { changes, sealer, isLoopbackAllowed } = this.parts;
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'addWebhook') ?? checkTerms(input, isLoopbackAllowed);
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const terms = termsOf(input);
    const added = await changes.make(viewer, async (manager, at) => {
      const refused =
        (await refuseUnknownAccount(manager, viewer, terms.clientAccountId)) ??
        (await refuseTooMany(manager, agencyId));
      if (refused) return refused;
      const id = uuidAt(at);
      await manager.query(
        `INSERT INTO webhook (agency_id, id, name, sealed_url, format, alert_kinds, min_severity, client_account_id,
           reservation_changes, touch_changes, engagements, prospect_ref_field, status, created_at, created_by,
           read_sequence, read_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'ACTIVE', $13, $14, alert_sequence, $13
         FROM agency_book WHERE agency_id = $1`,
        [
          ...[agencyId, id, terms.name, sealer.seal('WEBHOOK_URL', [agencyId, id], terms.url), terms.format],
          ...[terms.alertKinds, terms.minSeverity, terms.clientAccountId, terms.reservationChanges],
          ...[terms.touchChanges, terms.engagements, terms.prospectRefField, at, viewer.actor],
        ],
      );
      const webhook = await this.get(manager, agencyId, id);
      await skipWhatWasNotAskedFor(manager, { before: null, after: webhook }, at);
      const secret = await insertSecret(manager, sealer, webhook, at);
      await this.tell(manager, viewer, at, { verb: 'addWebhook', id, before: {}, after: terms });
      return { webhook, secret };
    });
    // From now on somebody is to look for it.
    if (!(added instanceof Refusal)) this.parts.wake(agencyId);
    return added;
  }

  /**
   * What is left out stays. Another address, and a pause that ends, are tried at once, and what waits has its two days anew.
   * Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND, INVALID.
   */
  async updateWebhook(
    viewer: Viewer,
    { webhookId, status, ...input }: UpdateWebhook,
  ): Promise<Webhook | Refusal> {
    const { changes, sealer, isLoopbackAllowed } = this.parts;
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'updateWebhook') ??
      checkTerms(input, isLoopbackAllowed) ??
      (status === null ? refuse('INVALID', "status can't be empty.", 'status') : null);
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const updated = await changes.make(viewer, async (manager, at) => {
      const before = await this.find(manager, agencyId, webhookId);
      if (!before) return notFound();
      const after = { ...before, ...termsOf(input, before), status: status ?? before.status };
      const refused = await refuseUnknownAccount(manager, viewer, after.clientAccountId);
      if (refused) return refused;
      await writeWebhook(manager, sealer, after);
      await skipWhatWasNotAskedFor(manager, { before, after }, at);
      const isAnew = after.url !== before.url || (after.status === 'ACTIVE' && before.status === 'PAUSED');
      if (isAnew) await beginAnew(manager, after, at);
      await this.tell(manager, viewer, at, { verb: 'updateWebhook', id: webhookId, before, after });
      return this.get(manager, agencyId, webhookId);
    });
    if (!(updated instanceof Refusal)) this.parts.wake(agencyId);
    return updated;
  }

  /** With all that waits and the log of what was sent. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND. */
  async removeWebhook(viewer: Viewer, webhookId: string): Promise<{ readonly removed: boolean } | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'removeWebhook');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    return this.parts.changes.end(viewer, async (manager, at) => {
      const before = await this.find(manager, agencyId, webhookId);
      if (!before) return notFound();
      await manager.query('DELETE FROM webhook WHERE agency_id = $1 AND id = $2', [agencyId, webhookId]);
      await this.tell(manager, viewer, at, { verb: 'removeWebhook', id: webhookId, before, after: {} });
      return { removed: true };
    });
  }

  /**
   * Makes another secret; the one before it counts on for the overlap, and any that is older ends now: what is sent is
   * signed with both. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND, INVALID.
   */
  async rotateSecret(
    viewer: Viewer,
    webhookId: string,
    overlapSeconds: number | null | undefined,
  ): Promise<WithSecret | Refusal> {
    const overlap = overlapSeconds ?? OVERLAP_SECONDS_DEFAULT;
    const refusal =
      forbiddenBeyondClientAccount(viewer, 'rotateWebhookSecret') ??
      checkInteger(overlap, 0, OVERLAP_SECONDS_MAX, 'overlapSeconds');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    return this.parts.changes.make(viewer, async (manager, at) => {
      const webhook = await this.find(manager, agencyId, webhookId);
      if (!webhook) return notFound();
      const endsAt = at + overlap * SECOND;
      await manager.query(
        'DELETE FROM webhook_secret WHERE agency_id = $1 AND webhook_id = $2 AND ends_at IS NOT NULL',
        [agencyId, webhookId],
      );
      await manager.query('UPDATE webhook_secret SET ends_at = $3 WHERE agency_id = $1 AND webhook_id = $2', [
        agencyId,
        webhookId,
        endsAt,
      ]);
      const secret = await insertSecret(manager, this.parts.sealer, webhook, at);
      const change = { before: { secretEndsAt: null }, after: { secretEndsAt: endsAt } };
      await this.tell(manager, viewer, at, { verb: 'rotateWebhookSecret', id: webhookId, ...change });
      return { webhook, secret };
    });
  }

  /** Newest first. Throws FORBIDDEN. */
  async webhooks(viewer: Viewer, asked: PageAsked): Promise<Page<Webhook>> {
    requireWhole(viewer, 'webhooks');
    const found = await this.read(viewer, '($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3', [
      ...[afterId(asked), asked.rows + 1],
    ]);
    return pageOf(found, asked, ({ id }) => [id]);
  }

  /** None for those who may not see them. */
  async byIds(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Webhook>> {
    const isSeen = viewer.reach === null && mayDo(viewer.role, 'webhooks');
    return byId(await this.read(viewer, 'id = ANY ($2::uuid[])', [isSeen ? ids : []]));
  }

  private read(viewer: Viewer, where: string, values: readonly unknown[]): Promise<Webhook[]> {
    return inAgency(this.dataSource, viewer, async (manager) => {
      const rows = await manager.query<WebhookRow[]>(
        `SELECT ${WEBHOOK_COLUMNS} FROM webhook WHERE agency_id = $1 AND ${where}`,
        [viewer.agencyId, ...values],
      );
      return rows.map((row) => webhookFromRow(this.parts.sealer, viewer.agencyId, row));
    });
  }

  private async find(manager: EntityManager, agencyId: string, id: string): Promise<Webhook | null> {
    const [row] = await manager.query<WebhookRow[]>(
      `SELECT ${WEBHOOK_COLUMNS} FROM webhook WHERE agency_id = $1 AND id = $2 FOR UPDATE`,
      [agencyId, id],
    );
    return row ? webhookFromRow(this.parts.sealer, agencyId, row) : null;
  }

  private async get(manager: EntityManager, agencyId: string, id: string): Promise<Webhook> {
    const found = await this.find(manager, agencyId, id);
    if (!found) throw new Error('A webhook that was written is there.');
    return found;
  }

  private tell(
    manager: EntityManager,
    viewer: Viewer,
    at: Instant,
    { id, verb, before, after }: Pick<Change, 'verb' | 'before' | 'after'> & { readonly id: string },
  ): Promise<void> {
    // How it is doing is no change of it.
    const told = (webhook: object): object => ({ ...webhook, nextTryAt: null, failingSince: null });
    const change = {
      subjectKind: 'WEBHOOK',
      subjectId: id,
      before: told(before),
      after: told(after),
    } as const;
    return this.parts.audit.write(manager, viewer, at, { verb, ...change });
  }
}

export function notFound(): Refusal {
  return refuse('NOT_FOUND', 'There is no such webhook.', 'webhookId');
}

async function refuseUnknownAccount(
  manager: EntityManager,
  viewer: Viewer,
  clientAccountId: string | null,
): Promise<Refusal | null> {
  if (clientAccountId === null || (await findClientAccount(manager, viewer, clientAccountId))) return null;
  return refuse('NOT_FOUND', 'There is no such client account.', 'clientAccountId');
}

async function refuseTooMany(manager: EntityManager, agencyId: string): Promise<Refusal | null> {
  const [counted] = await manager.query<{ webhooks: string }[]>(
    'SELECT count(*) AS webhooks FROM webhook WHERE agency_id = $1',
    [agencyId],
  );
  if (Number(counted?.webhooks) < WEBHOOKS_MAX) return null;
  return refuse('WRONG_STATE', `An agency has ${WEBHOOKS_MAX} webhooks at most: remove one first.`);
}

function writeWebhook(manager: EntityManager, sealer: Sealer, webhook: Webhook): Promise<unknown> {
  const { agencyId, id, name, url, format } = webhook;
  const sealed = url === '' ? null : sealer.seal('WEBHOOK_URL', [agencyId, id], url);
  return manager.query(
    `UPDATE webhook SET name = $3, sealed_url = coalesce($4, sealed_url), format = $5, alert_kinds = $6, min_severity = $7,
       client_account_id = $8, reservation_changes = $9, touch_changes = $10, engagements = $11, prospect_ref_field = $12,
       status = $13 WHERE agency_id = $1 AND id = $2`,
    [
      ...[agencyId, id, name, sealed, format],
      ...[webhook.alertKinds, webhook.minSeverity, webhook.clientAccountId],
      ...[webhook.reservationChanges, webhook.touchChanges, webhook.engagements, webhook.prospectRefField],
      webhook.status,
    ],
  );
}

/** What went before says nothing of what comes, nor does a try that is under way still. */
async function beginAnew(manager: EntityManager, { agencyId, id }: Webhook, at: Instant): Promise<void> {
  await endAnyTurn(manager, { agencyId, webhookId: id });
  await manager.query(
    `UPDATE webhook SET failures = 0, failing_since = NULL, failing_told = false,
       next_try_at = CASE WHEN next_try_at IS NULL THEN NULL ELSE $3::bigint END WHERE agency_id = $1 AND id = $2`,
    [agencyId, id, at],
  );
  await manager.query(
    `UPDATE webhook_delivery SET due_at = $3 WHERE agency_id = $1 AND webhook_id = $2 AND status = 'WAITING'`,
    [agencyId, id, at],
  );
}
