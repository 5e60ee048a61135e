import type { EntityManager } from 'typeorm';
import { DAY, type Instant } from '../../quota/window.js';
import type { DeliveryFailure, DeliveryStatus, WebhookEventKind } from '../../quota/words.js';
import { uuidAt } from '../../tenancy/uuid.js';

/** One thing that an endpoint is told, and what became of it. */
export interface Delivery {
  readonly webhookId: string;
  /** Of the endpoint: they are sent in this order. */
  readonly number: number;
  readonly id: string;
  readonly event: WebhookEventKind;
  /** The alert, the reservation, or of a test the delivery itself. */
  readonly subjectId: string;
  readonly replayed: boolean;
  readonly status: DeliveryStatus;
  readonly createdAt: Instant;
  /** From when on it is tried. */
  readonly dueAt: Instant;
  readonly tries: number;
  readonly triedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly statusCode: number | null;
  readonly failure: DeliveryFailure | null;
  readonly tookMs: number | null;
}

/** What is told, before it has a place in the order of its endpoint. */
export interface Telling {
  readonly event: WebhookEventKind;
  /** Null for a test, which is about itself. */
  readonly subjectId: string | null;
  readonly replayed?: boolean;
}

/** Puts deliveries behind those that an endpoint has. Nothing but the row of the endpoint is locked. */
export async function insertDeliveries(
  manager: EntityManager,
  { agencyId, webhookId }: { readonly agencyId: string; readonly webhookId: string },
  tellings: readonly Telling[],
  at: Instant,
): Promise<string[]> {
  if (tellings.length === 0) return [];
  const [[webhook]] = await manager.query<[{ last_number: string }[], number]>(
    `UPDATE webhook SET last_number = last_number + $3, next_try_at = coalesce(next_try_at, $4)
     WHERE agency_id = $1 AND id = $2 RETURNING last_number`,
    [agencyId, webhookId, tellings.length, at],
  );
  if (!webhook) return [];
  const first = Number(webhook.last_number) - tellings.length + 1;
  const ids = tellings.map(() => uuidAt(at));
  const rows = tellings.map(
    (_, index) => `($1, $2, $${4 * index + 4}, $${4 * index + 5}, $${4 * index + 6}, $${4 * index + 7},
      ${tellings[index]?.replayed === true}, 'WAITING', $3, $3)`,
  );
  await manager.query(
    `INSERT INTO webhook_delivery
       (agency_id, webhook_id, number, id, event, subject_id, replayed, status, created_at, due_at)
     VALUES ${rows.join(', ')}`,
    [
      ...[agencyId, webhookId, at],
      ...tellings.flatMap(({ event, subjectId }, index) => [
        ...[first + index, ids[index], event, subjectId ?? ids[index]],
      ]),
    ],
  );
  return ids;
}

/** How long the log of what was sent goes back. */
const KEPT_MS = 30 * DAY;
/** And how many of an endpoint it has at most. */
const KEPT_MAX = 5_000;

/** Forgets what ended long ago. */
export async function forgetDeliveries(
  manager: EntityManager,
  { agencyId, webhookId }: { readonly agencyId: string; readonly webhookId: string },
  at: Instant,
): Promise<void> {
  const [newest] = await manager.query<{ last_number: string }[]>(
    'SELECT last_number FROM webhook WHERE agency_id = $1 AND id = $2',
    [agencyId, webhookId],
  );
  await manager.query(
    `DELETE FROM webhook_delivery WHERE agency_id = $1 AND webhook_id = $2 AND ended_at IS NOT NULL
     AND (ended_at < $3 OR number <= $4)`,
    [agencyId, webhookId, at - KEPT_MS, Number(newest?.last_number) - KEPT_MAX],
  );
}

/** The same of a whole agency: an endpoint that nothing is sent to forgets nothing by itself. */
export async function forgetOldDeliveries(
  manager: EntityManager,
  agencyId: string,
  at: Instant,
): Promise<void> {
  await manager.query(
    'DELETE FROM webhook_delivery WHERE agency_id = $1 AND ended_at IS NOT NULL AND ended_at < $2',
    [agencyId, at - KEPT_MS],
  );
}

type Numbers = 'number' | 'createdAt' | 'dueAt' | 'triedAt' | 'endedAt';
type DeliveryRow = Omit<Delivery, Numbers> & { readonly [Field in Numbers]: string | null };

const DELIVERY_COLUMNS = `webhook_id AS "webhookId", number, id, event, subject_id AS "subjectId", replayed, status,
  created_at AS "createdAt", due_at AS "dueAt", tries, tried_at AS "triedAt", ended_at AS "endedAt", status_code AS "statusCode", failure,
  took_ms AS "tookMs"`;

/** The deliveries that `where` names, by a condition on $1, the agency, $2, the endpoint, and what follows. */
export async function readDeliveries(
  manager: EntityManager,
  where: string,
  values: readonly unknown[],
): Promise<Delivery[]> {
  const rows = await manager.query<DeliveryRow[]>(
    `SELECT ${DELIVERY_COLUMNS} FROM webhook_delivery WHERE agency_id = $1 AND webhook_id = $2 AND ${where}`,
    [...values],
  );
  const instant = (text: string | null): Instant | null => (text === null ? null : Number(text));
  return rows.map((row) => ({
    ...row,
    ...{ number: Number(row.number), createdAt: Number(row.createdAt), dueAt: Number(row.dueAt) },
    ...{ triedAt: instant(row.triedAt), endedAt: instant(row.endedAt) },
  }));
}
