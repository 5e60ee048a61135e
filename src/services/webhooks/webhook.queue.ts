import type { DataSource, EntityManager } from 'typeorm';
import type { Instant } from '../../quota/window.js';
import type { WebhookFormat } from '../../quota/words.js';
import { clockOf } from '../../tenancy/clock.js';
import { type Asking, inAgencies, inAgency } from '../../tenancy/door.js';
import type { Sealer } from '../../tenancy/sealed.js';
import { uuidRandom } from '../../tenancy/uuid.js';
import { forgetDeliveries, readDeliveries, type Delivery } from './webhook.delivery.js';
import { holdForNews, takeNews } from './webhook.news.js';
import { readEvent, viewerOfWebhook, type WebhookEvent } from './webhook.reading.js';
import type { Subscription } from './webhook.subscription.js';
import { DUE } from './webhook.due.js';
import { recordTry, type Tried } from './webhook.outcome.js';
import { endTurn, findOwn, LEASE_MS, type DueWebhook, type Turn } from './webhook.turn.js';
import { readSecrets, WEBHOOK_COLUMNS, webhookFromRow, type WebhookRow } from './webhook.js';

interface Looked {
  /** The endpoints that something is due at, those that wait longest first. */
  readonly due: readonly DueWebhook[];
  /** The agencies that have endpoints to be told at all. */
  readonly withEndpoints: ReadonlySet<string>;
}

/** A delivery that is to be tried now. */
export interface Due {
  readonly delivery: Delivery;
  /** Null where the endpoint sees no more of it, or asks for it no more. */
  readonly event: WebhookEvent | null;
  /** Empty where it can't be told any more. */
  readonly url: string;
  readonly format: WebhookFormat;
  readonly clientAccountId: string | null;
  /** What it is to be signed with; none where they can't be told any more. */
  readonly secrets: readonly string[];
  readonly at: Instant;
}

/** Pages of alerts that are looked through in one transaction. */
const PAGES_MAX = 20;

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
    return inAgency(this.dataSource, asWebhooks(agencyId), async (manager) => {
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

  /** What is to be tried next; null where nothing is, the endpoint is paused, or the turn is another's: then it is over. */
  next(turn: Turn): Promise<Due | null> {
    return inAgency(this.dataSource, asWebhooks(turn.agencyId), async (manager) => {
      const until = await holdForNews(manager, turn);
      const found = await findOwn(manager, turn);
      if (found?.status !== 'ACTIVE') return null;
      const due = (await this.first(manager, turn)) ?? (await this.firstOfNew(manager, turn, found, until));
      // Nothing comes in between: whoever adds something waits for the row that is held here.
      if (!due) await endTurn(manager, turn, null);
      return due;
    });
  }

  /** Writes what came of a try. False where the turn is over: the next try waits, or is another's. */
  record(turn: Turn, due: Due, tried: Tried): Promise<boolean> {
    return inAgency(this.dataSource, asWebhooks(turn.agencyId), (manager) =>
      recordTry(manager, turn, due, tried),
    );
  }

  /** Ends a turn before its time: what waits goes on with the next one. */
  async end(turn: Turn): Promise<void> {
    await inAgency(this.dataSource, asWebhooks(turn.agencyId), async (manager) =>
      endTurn(manager, turn, await clockOf(manager)),
    );
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
    const viewer = viewerOfWebhook(agencyId, clientAccountId);
    const event = await readEvent(manager, viewer, delivery, { at, webhook });
    const secrets = await readSecrets(manager, this.sealer, webhook, at);
    return { delivery, event, url, format, clientAccountId, secrets, at };
  }

  /** Takes what is new into the order of the endpoint; nothing of it is the endpoint's, perhaps. */
  private async firstOfNew(
    manager: EntityManager,
    turn: Turn,
    own: Subscription,
    until: Instant | null,
  ): Promise<Due | null> {
    let subscription = own;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const taken = await takeNews(manager, subscription, until);
      await forgetDeliveries(manager, turn, await clockOf(manager));
      const due = await this.first(manager, turn);
      if (due || taken.isAll) return due;
      subscription = taken.subscription;
    }
    return null;
  }
}

/** Endpoints take one turn after the other with those who ask in their agency: a few of each have theirs in a process at once. */
function asWebhooks(agencyId: string): Asking {
  return { agencyId, actor: 'system:webhook' };
}
