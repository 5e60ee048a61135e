import type { EntityManager } from 'typeorm';
import type { AlertRecord } from '../../ledger/alerts/alert-list.js';
import { readAlerts } from '../../ledger/alerts/alert-list.js';
import { isMuted, readMutes, type Muting } from '../../ledger/alerts/alert-mutes.js';
import { readReservationRecords, type ReservationRecord } from '../../ledger/told/history.js';
import { ledgerOn } from '../../ledger/books/manager-rows.js';
import { listReservationEnds } from '../../ledger/told/reservation-ends.js';
import type { Instant } from '../../quota/window.js';
import { SEVERITIES, type AlertKind, type Severity, type WebhookEventKind } from '../../quota/words.js';
import { reachOfKey, systemViewer, type Viewer } from '../../tenancy/viewer.js';
import type { Delivery, Telling } from './webhook.delivery.js';
import {
  readEndedTouch,
  readRecordedEngagement,
  type EndedTouch,
  type RecordedEngagement,
} from './webhook.people.js';
import type { Subscription } from './webhook.subscription.js';
import type { WebhookTerms } from './webhook.js';

/** What an endpoint is told of, read from the alerts and the reservations themselves. */

/** What there is to tell, as it stands. */
export type WebhookEvent =
  | { readonly kind: 'ALERT'; readonly alert: AlertRecord; readonly refs: Refs }
  | { readonly kind: 'RESERVATION'; readonly reservation: ReservationRecord; readonly refs: Refs }
  | { readonly kind: 'TOUCH'; readonly touch: EndedTouch; readonly refs: Refs }
  | { readonly kind: 'ENGAGEMENT'; readonly engagement: RecordedEngagement; readonly refs: Refs }
  | { readonly kind: 'TEST'; readonly id: string; readonly at: Instant };

/** The agency's own references of what an event is about, by uuid. */
export type Refs = ReadonlyMap<string, string | null>;

/** An endpoint sees what whoever is behind it may see: with a client account, that one's alone. */
export function viewerOfWebhook(agencyId: string, clientAccountId: string | null): Viewer {
  return { ...systemViewer(agencyId, 'webhook'), reach: reachOfKey(clientAccountId) };
}

/** Alerts that are looked at at once. */
const ALERTS_AT_ONCE = 200;
/** Ends of holds, and those of the same instant as the last. */
const CHANGES_AT_ONCE = 200;

interface AlertHead {
  readonly sequence: string;
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly clientAccountId: string | null;
  readonly seatId: string | null;
  readonly webhookId: string | null;
}

const ALERT_HEAD = `sequence, id, kind, severity, client_account_id AS "clientAccountId", seat_id AS "seatId",
  detail->'facts'->>'webhookId' AS "webhookId"`;

/** The next alerts of the agency: those that are the endpoint's, and how far that is. */
export async function nextAlerts(
  manager: EntityManager,
  subscription: Subscription,
  at: Instant,
): Promise<{ readonly tellings: Telling[]; readonly readSequence: number; readonly isAll: boolean }> {
  const heads = await manager.query<AlertHead[]>(
    `SELECT ${ALERT_HEAD} FROM alert WHERE agency_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
    [subscription.agencyId, subscription.readSequence, ALERTS_AT_ONCE],
  );
  return {
    tellings: await tellingsOf(manager, heads, subscription, at),
    readSequence: Number(heads.at(-1)?.sequence ?? subscription.readSequence),
    isAll: heads.length < ALERTS_AT_ONCE,
  };
}

async function tellingsOf(
  manager: EntityManager,
  heads: readonly AlertHead[],
  subscription: Subscription,
  at: Instant,
): Promise<Telling[]> {
  const mutes = await readMutes(await ledgerOn(manager), subscription.agencyId, at);
  return heads
    .filter((head) => isTold(head, subscription, mutes))
    .map(({ id }): Telling => ({ event: 'ALERT', subjectId: id }));
}

function isTold(head: AlertHead, subscription: Subscription, mutes: readonly Muting[]): boolean {
  const { kind, severity, clientAccountId, webhookId } = head;
  if (isMuted(mutes, head)) return false;
  // That it fails is not told to the one that fails: it would be told so for ever.
  if (webhookId === subscription.webhookId) return false;
  if (!isAlertAskedFor(subscription, { kind, severity })) return false;
  return subscription.clientAccountId === null || clientAccountId === subscription.clientAccountId;
}

function isAlertAskedFor(
  { alertKinds, minSeverity }: Pick<WebhookTerms, 'alertKinds' | 'minSeverity'>,
  { kind, severity }: Pick<AlertHead, 'kind' | 'severity'>,
): boolean {
  return (alertKinds?.includes(kind) ?? true) && severitiesFrom(minSeverity).includes(severity);
}

/** A severity and those above it. */
function severitiesFrom(min: Severity): readonly Severity[] {
  return SEVERITIES.slice(SEVERITIES.indexOf(min));
}

/** Whether an endpoint asks for such things at all. */
export function isAskedFor(
  {
    reservationChanges,
    touchChanges,
    engagements,
  }: Pick<WebhookTerms, 'reservationChanges' | 'touchChanges' | 'engagements'>,
  event: WebhookEventKind,
): boolean {
  if (event === 'RESERVATION') return reservationChanges;
  if (event === 'ENGAGEMENT') return engagements;
  return event === 'TEST' || event === 'ALERT' || touchChanges;
}

/** The next ends of holds before `until`, an instant before which nothing more will end: under the book. */
export async function nextChanges(
  manager: EntityManager,
  { agencyId, clientAccountId, readAt }: Subscription,
  until: Instant,
): Promise<{ readonly tellings: Telling[]; readonly readAt: Instant; readonly isAll: boolean }> {
  const ended = await listReservationEnds(manager, agencyId, { from: readAt, until, rows: CHANGES_AT_ONCE });
  const own = await ofClientAccount(manager, agencyId, clientAccountId, ended);
  const last = ended.length < CHANGES_AT_ONCE ? null : ended.at(-1);
  return {
    tellings: own.map(({ id }): Telling => ({ event: 'RESERVATION', subjectId: id })),
    // Where nothing ended, nothing is said of the time: it is looked at again.
    readAt: last ? last.endedAt + 1 : ended.length > 0 ? until : readAt,
    isAll: !last,
  };
}

async function ofClientAccount<Row extends { readonly id: string }>(
  manager: EntityManager,
  agencyId: string,
  clientAccountId: string | null,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  if (clientAccountId === null || rows.length === 0) return rows;
  const found = await manager.query<{ id: string }[]>(
    'SELECT id FROM decision WHERE agency_id = $1 AND client_account_id = $2 AND id = ANY ($3::uuid[])',
    [agencyId, clientAccountId, rows.map(({ id }) => id)],
  );
  const own = new Set(found.map(({ id }) => id));
  return rows.filter(({ id }) => own.has(id));
}

/** What is told again: alerts by their numbers. */
export async function alertsBetween(
  manager: EntityManager,
  subscription: Subscription,
  { from, until, at }: { readonly from: number; readonly until: number; readonly at: Instant },
): Promise<Telling[]> {
  const heads = await manager.query<AlertHead[]>(
    `SELECT ${ALERT_HEAD} FROM alert WHERE agency_id = $1 AND sequence BETWEEN $2 AND $3 AND sequence <= $4
     ORDER BY sequence`,
    [subscription.agencyId, from, until, subscription.readSequence],
  );
  return tellingsOf(manager, heads, subscription, at);
}

/** The same of what was told: alerts that are so no more for this endpoint are left out. */
export async function stillTold(
  manager: EntityManager,
  subscription: Subscription,
  told: readonly Telling[],
  at: Instant,
): Promise<Telling[]> {
  const ids = told.filter(({ event }) => event === 'ALERT').map(({ subjectId }) => subjectId);
  const heads = await manager.query<AlertHead[]>(
    `SELECT ${ALERT_HEAD} FROM alert WHERE agency_id = $1 AND id = ANY ($2::uuid[])`,
    [subscription.agencyId, ids],
  );
  const still = new Set(
    (await tellingsOf(manager, heads, subscription, at)).map(({ subjectId }) => subjectId),
  );
  return told.filter(({ event, subjectId }) => event !== 'ALERT' || still.has(subjectId));
}

/** What a delivery is about, as the endpoint may see it; null where it sees no more of it, or asks for it no more. */
export async function readEvent(
  manager: EntityManager,
  viewer: Viewer,
  { event, subjectId, createdAt }: Delivery,
  { at, webhook }: { readonly at: Instant; readonly webhook: WebhookTerms },
): Promise<WebhookEvent | null> {
  if (!isAskedFor(webhook, event)) return null;
  const { prospectRefField: refField } = webhook;
  const transaction = await ledgerOn(manager);
  const refs = (about: About): Promise<Refs> => readRefs(manager, viewer, about);
  switch (event) {
    case 'TEST':
      return { kind: 'TEST', id: subjectId, at: createdAt };
    case 'ALERT': {
      const [alert] = await readAlerts(transaction, viewer, [subjectId]);
      if (!alert || !isAlertAskedFor(webhook, alert)) return null;
      return { kind: 'ALERT', alert, refs: await refs(alert) };
    }
    case 'RESERVATION': {
      const [reservation] = await readReservationRecords(transaction, viewer, [subjectId], at);
      return reservation ? { kind: 'RESERVATION', reservation, refs: await refs(reservation) } : null;
    }
    case 'ENGAGEMENT': {
      const engagement = await readRecordedEngagement(manager, viewer, subjectId, refField);
      return engagement && { kind: 'ENGAGEMENT', engagement, refs: await refs(engagement) };
    }
    case 'TOUCH_COMPLETED':
    case 'TOUCH_SKIPPED':
    case 'TOUCH_FAILED': {
      const touch = await readEndedTouch(manager, viewer, subjectId, refField);
      return touch && { kind: 'TOUCH', touch, refs: await refs(touch) };
    }
  }
}

interface About {
  readonly seatId: string | null;
  readonly clientAccountId: string | null;
  readonly campaignId: string | null;
}

/** Of a seat that went to another client account since, as of that one's campaign, the reference is that one's business. */
async function readRefs(manager: EntityManager, { agencyId, reach }: Viewer, about: About): Promise<Refs> {
  const rows = await manager.query<{ id: string; ref: string | null }[]>(
    `SELECT id, external_ref AS ref FROM seat WHERE agency_id = $1 AND id = $2
       AND ($5::uuid[] IS NULL OR client_account_id = ANY ($5))
     UNION ALL SELECT id, external_ref FROM client_account WHERE agency_id = $1 AND id = $3
     UNION ALL SELECT id, external_ref FROM campaign WHERE agency_id = $1 AND id = $4
       AND ($5::uuid[] IS NULL OR client_account_id = ANY ($5))`,
    [agencyId, about.seatId, about.clientAccountId, about.campaignId, reach?.clientAccountIds ?? null],
  );
  return new Map(rows.map(({ id, ref }) => [id, ref]));
}
