import type { DataSource, EntityManager } from 'typeorm';
import { refuse, Refusal } from '../../errors.js';
import { inAgency } from '../../tenancy/door.js';
import { type DeliveryStatus, WEBHOOK_EVENTS, type WebhookStatus } from '../../quota/words.js';
import type { Viewer } from '../../tenancy/viewer.js';
import { forbiddenBeyondClientAccount, requireWhole } from '../members/access.js';
import { type Check, checkAll } from '../checks.js';
import { afterNumber, pageOf, type Page, type PageAsked } from '../page.js';
import { insertDeliveries, readDeliveries, type Delivery, type Telling } from './webhook.delivery.js';
import { alertsBetween, isAskedFor, stillTold } from './webhook.reading.js';
import {
  SUBSCRIPTION_COLUMNS,
  subscriptionFromRow,
  type Subscription,
  type SubscriptionRow,
} from './webhook.subscription.js';
import { notFound, type WebhookParts } from './webhook.service.js';

/** Most that is told again at once. */
const REPLAYED_MAX = 1_000;
/** Most numbers of alerts that are looked through for it. */
const LOOKED_THROUGH_MAX = 10_000;

/** Most that may wait at an endpoint when something is put behind it: it is tried one after the other, and tried anew as a whole. */
const WAITING_MAX = 5_000;

/** Either of alerts, by their numbers, or of the log of the endpoint, by when something was to be sent. */
export interface Replay {
  readonly webhookId: string;
  readonly fromSequence?: number | null | undefined;
  readonly untilSequence?: number | null | undefined;
  readonly from?: number | null | undefined;
  readonly until?: number | null | undefined;
  readonly deadOnly?: boolean | null | undefined;
}

/** What was sent to an endpoint, what is sent there again, and whether it arrives at all. */
export class WebhookReplay {
  constructor(
    private readonly dataSource: DataSource,
    private readonly parts: Pick<WebhookParts, 'changes' | 'audit' | 'wake'>,
  ) {}

  /** Newest first. Throws FORBIDDEN. */
  async deliveries(
    viewer: Viewer,
    webhookId: string,
    statuses: readonly DeliveryStatus[] | null,
    asked: PageAsked,
  ): Promise<Page<Delivery>> {
    requireWhole(viewer, 'webhooks');
    const where = `($3::bigint IS NULL OR number < $3) AND ($4::text[] IS NULL OR status = ANY ($4)) ORDER BY number DESC LIMIT $5`;
    const found = await inAgency(this.dataSource, viewer, (manager) =>
      readDeliveries(manager, where, [
        ...[viewer.agencyId, webhookId, afterNumber(asked), statuses, asked.rows + 1],
      ]),
    );
    return pageOf(found, asked, ({ number }) => [number]);
  }

  /**
   * Sends what tells of nothing, behind what waits, which is tried at once. Refuses with FORBIDDEN_FOR_ROLE, NOT_FOUND,
   * WRONG_STATE (while it is paused, or much waits).
   */
  async sendTestEvent(viewer: Viewer, webhookId: string): Promise<Delivery | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'sendTestEvent');
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const sent = await this.parts.changes.make(viewer, async (manager, at) => {
      const refused = await this.refuseUnready(manager, agencyId, webhookId);
      if (refused instanceof Refusal) return refused;
      const webhook = { agencyId, webhookId };
      const [id] = await insertDeliveries(manager, webhook, [{ event: 'TEST', subjectId: null }], at);
      await this.tryNow(manager, agencyId, webhookId, at);
      const [delivery] = await readDeliveries(manager, 'id = $3', [agencyId, webhookId, id]);
      if (!delivery) throw new Error('A delivery that was written is there.');
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'sendTestEvent', subjectKind: 'WEBHOOK', subjectId: webhookId },
        ...{ before: {}, after: { number: delivery.number } },
      });
      return delivery;
    });
    if (!(sent instanceof Refusal)) this.parts.wake(agencyId);
    return sent;
  }

  /**
   * Sends again, behind what waits, under the same ids: a receiver that has had it knows it by these. Refuses with
   * FORBIDDEN_FOR_ROLE, NOT_FOUND, INVALID, WRONG_STATE.
   */
  async replay(viewer: Viewer, input: Replay): Promise<{ readonly events: number } | Refusal> {
    const refusal = forbiddenBeyondClientAccount(viewer, 'replayWebhook') ?? checkReplay(input);
    if (refusal) return refusal;
    const { agencyId } = viewer;
    const { webhookId } = input;
    const replayed = await this.parts.changes.make(viewer, async (manager, at) => {
      const found = await this.refuseUnready(manager, agencyId, webhookId);
      if (found instanceof Refusal) return found;
      const tellings = await readAgain(manager, found, input, at);
      if (tellings instanceof Refusal) return tellings;
      await insertDeliveries(manager, { agencyId, webhookId }, tellings, at);
      await this.tryNow(manager, agencyId, webhookId, at);
      await this.parts.audit.write(manager, viewer, at, {
        ...{ verb: 'replayWebhook', subjectKind: 'WEBHOOK', subjectId: webhookId },
        ...{ before: {}, after: { events: tellings.length } },
      });
      return { events: tellings.length };
    });
    if (!(replayed instanceof Refusal)) this.parts.wake(agencyId);
    return replayed;
  }

  /** The endpoint, held; or why nothing can be sent there. */
  private async refuseUnready(
    manager: EntityManager,
    agencyId: string,
    webhookId: string,
  ): Promise<Subscription | Refusal> {
    const [row] = await manager.query<(SubscriptionRow & { readonly status: WebhookStatus })[]>(
      `SELECT ${SUBSCRIPTION_COLUMNS}, status FROM webhook WHERE agency_id = $1 AND id = $2 FOR UPDATE`,
      [agencyId, webhookId],
    );
    if (!row) return notFound();
    if (row.status !== 'ACTIVE')
      return refuse('WRONG_STATE', 'The webhook is paused: resume it first.', 'webhookId');
    const [counted] = await manager.query<[{ waiting: number }]>(
      `SELECT count(*)::int4 AS waiting FROM (SELECT 1 FROM webhook_delivery
         WHERE agency_id = $1 AND webhook_id = $2 AND status = 'WAITING' LIMIT ${WAITING_MAX}) AS w`,
      [agencyId, webhookId],
    );
    if (counted.waiting >= WAITING_MAX) {
      const message = `At the webhook ${WAITING_MAX} events wait already: ask again once they have arrived, or were given up.`;
      return refuse('WRONG_STATE', message, 'webhookId');
    }
    return subscriptionFromRow({ agencyId, webhookId }, row);
  }

  private async tryNow(
    manager: EntityManager,
    agencyId: string,
    webhookId: string,
    at: number,
  ): Promise<void> {
    await manager.query(
      'UPDATE webhook SET next_try_at = $3 WHERE agency_id = $1 AND id = $2 AND next_try_at IS NOT NULL',
      [agencyId, webhookId, at],
    );
  }
}

function isBySequence({ fromSequence, untilSequence }: Replay): boolean {
  return (fromSequence ?? null) !== null || (untilSequence ?? null) !== null;
}

function checkReplay(input: Replay): Check {
  const { fromSequence, untilSequence, from, until } = input;
  const isByTime = (from ?? null) !== null || (until ?? null) !== null;
  const said = Number(isBySequence(input)) + Number(isByTime);
  const isBackwards =
    (fromSequence ?? 0) > (untilSequence ?? Infinity) || (from ?? -Infinity) > (until ?? Infinity);
  return checkAll(
    said === 1 || (said === 0 && input.deadOnly === true)
      ? null
      : refuse('INVALID', 'Say a range of numbers of alerts, or of time, one of the two.'),
    isBackwards ? refuse('INVALID', 'The range ends before it begins.') : null,
    isBySequence(input) && input.deadOnly === true
      ? refuse('INVALID', 'What was given up is found by time.', 'deadOnly')
      : null,
  );
}

async function readAgain(
  manager: EntityManager,
  webhook: Subscription,
  input: Replay,
  at: number,
): Promise<Telling[] | Refusal> {
  const from = input.fromSequence ?? 1;
  const until = Math.min(input.untilSequence ?? Infinity, webhook.readSequence);
  if (isBySequence(input) && until - from >= LOOKED_THROUGH_MAX) {
    return refuse('INVALID', `The range is ${LOOKED_THROUGH_MAX} numbers at most.`, 'untilSequence');
  }
  const found = await (isBySequence(input)
    ? alertsBetween(manager, webhook, { from, until, at })
    : loggedBetween(manager, webhook, input, at));
  if (found.length <= REPLAYED_MAX) return found.map((telling) => ({ ...telling, replayed: true }));
  const message = `More than ${REPLAYED_MAX} events are in the range: send a part of it at a time.`;
  return refuse('INVALID', message, isBySequence(input) ? 'untilSequence' : 'until');
}

async function loggedBetween(
  manager: EntityManager,
  webhook: Subscription,
  { from, until, deadOnly }: Replay,
  at: number,
): Promise<Telling[]> {
  const { agencyId, webhookId } = webhook;
  const asked = WEBHOOK_EVENTS.filter((event) => event !== 'TEST' && isAskedFor(webhook, event));
  // Each once, however often it was sent; what arrived in the end is not dead. The log is bounded as it is.
  const told = await manager.query<Telling[]>(
    `SELECT event, subject_id AS "subjectId" FROM webhook_delivery
     WHERE agency_id = $1 AND webhook_id = $2 AND event = ANY ($6) AND status <> 'WAITING'
       AND created_at >= $3 AND created_at < $4
     GROUP BY event, subject_id HAVING NOT $5 OR bool_and(status = 'DEAD') ORDER BY min(number)`,
    [agencyId, webhookId, from ?? 0, until ?? Number.MAX_SAFE_INTEGER, deadOnly ?? false, asked],
  );
  return stillTold(manager, webhook, told, at);
}
