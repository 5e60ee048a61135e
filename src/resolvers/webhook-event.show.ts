import { type CursorKeys, sealCursor } from '../schema/cursor.js';
import { toId } from '../schema/ids.js';
import type { Usage } from '../schema/limit.schema.js';
import type { Due } from '../services/webhooks/webhook.queue.js';
import { viewerOfWebhook, type WebhookEvent } from '../services/webhooks/webhook.reading.js';
import type { Viewer } from '../tenancy/viewer.js';
import { ALERTS } from './alert.resolver.js';
import { showAlert } from './alert.show.js';
import { showReservation } from './decision.show.js';
import { limitOf } from './limit.show.js';
import { tellEngagement, tellTouch } from './webhook-people.show.js';
import { aboutOf, instant, payload, whereOf, type Told } from './webhook-payload.show.js';

/** What is sent to webhooks: what an event is about as the API shows it to a viewer of the same part of the agency. */

/** Under which id, and with which body. */
export interface WrittenEvent {
  readonly id: string;
  readonly body: string;
}

export function eventWriter(keys: CursorKeys): (agencyId: string, due: Due) => WrittenEvent {
  return (agencyId, { event, format, clientAccountId }) => {
    if (event === null) throw new Error('There is nothing to tell.');
    const { id, payload, text } = tell(keys, viewerOfWebhook(agencyId, clientAccountId), event);
    return { id, body: JSON.stringify(format === 'SLACK' ? { text: slackText(text) } : payload) };
  };
}

function tell(keys: CursorKeys, viewer: Viewer, event: WebhookEvent): Told {
  switch (event.kind) {
    case 'ALERT':
      return tellAlert(keys, viewer, event);
    case 'RESERVATION':
      return tellReservation(event);
    case 'TOUCH':
      return tellTouch(event);
    case 'ENGAGEMENT':
      return tellEngagement(event);
    case 'TEST': {
      const id = toId('delivery', event.id);
      const message = 'A test: Headroom reaches this endpoint.';
      return { id, payload: payload('webhook.test', event.at, { message }), text: message };
    }
  }
}

function tellAlert(
  keys: CursorKeys,
  viewer: Viewer,
  { alert: record, refs }: Extract<WebhookEvent, { kind: 'ALERT' }>,
): Told {
  const { id, sequence, kind, severity, message, usage, acknowledgedBy, ...shown } = showAlert(
    viewer,
    record,
  );
  const owner = { agencyId: viewer.agencyId, connection: ALERTS };
  const alert = {
    ...{ id, sequence, kind, severity, message },
    ...aboutOf(shown, refs),
    usage: usage && usageOf(usage),
    raisedAt: instant(shown.raisedAt),
    acknowledgedAt: instant(shown.acknowledgedAt),
    acknowledgedBy,
  };
  return {
    id,
    payload: payload('alert.raised', shown.raisedAt, {
      cursor: sealCursor(keys, owner, [record.sequence]),
      alert,
    }),
    text: `*${severity}* ${kind}: ${message}${whereOf(alert)}`,
  };
}

function tellReservation({ reservation, refs }: Extract<WebhookEvent, { kind: 'RESERVATION' }>): Told {
  const { id, status, action, heldAt, expiresAt, resolvedAt, releasedBecause } = showReservation(reservation);
  const changedAt = resolvedAt ?? expiresAt;
  const about = aboutOf(reservation, refs);
  const shown = { id, status, action, ...about, heldAt: instant(heldAt), expiresAt: instant(expiresAt) };
  const data = { reservation: { ...shown, resolvedAt: instant(resolvedAt), releasedBecause } };
  const because = releasedBecause === null ? '' : ` because of ${releasedBecause}`;
  return {
    id,
    payload: payload('reservation.changed', changedAt, data),
    text: `A held ${action} is ${status}${because}: it may not be sent.${whereOf(about)}`,
  };
}

/** A counter as the API shows it, its instants as the API writes them. */
function usageOf({ nextRoomAt, asOf, counted, ...numbers }: Usage): object {
  return { ...numbers, limit: limitOf({ counted }), nextRoomAt: instant(nextRoomAt), asOf: instant(asOf) };
}

/** Slack takes these three for signs of its own; a reference may hold them as well as a message. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
