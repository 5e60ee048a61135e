import { toId } from '../schema/ids.js';
import type { Person } from '../services/webhooks/webhook.people.js';
import type { WebhookEvent } from '../services/webhooks/webhook.reading.js';
import type { TouchEnd } from '../services/campaigns/touch.ends.js';
import { aboutOf, instant, payload, whereOf, type EventType, type Told } from './webhook-payload.show.js';

/** What is sent to webhooks of people: to those that ask for it, and to no chat. */

const TYPE_OF: Readonly<Record<TouchEnd, EventType>> = {
  DONE: 'touch.completed',
  SKIPPED: 'touch.skipped',
  FAILED: 'touch.failed',
};

export function tellTouch({ touch: record, refs }: Extract<WebhookEvent, { kind: 'TOUCH' }>): Told {
  const { state, step, kind, action, variant, reservationId, endedBecause, sentAt, endedAt } = record;
  const about = aboutOf(record, refs);
  const touch = {
    ...{ id: toId('touch', record.id), state, ...about, step, kind, action, variant },
    reservationId: reservationId && toId('reservation', reservationId),
    ...{ sentAt: instant(sentAt), endedAt: instant(endedAt), endedBecause },
    person: personOf(record.person),
  };
  return {
    id: touch.id,
    payload: payload(TYPE_OF[state], endedAt, { touch }),
    text: `A touch is ${state}: ${action}.${whereOf(about)}`,
  };
}

export function tellEngagement({
  engagement: record,
  refs,
}: Extract<WebhookEvent, { kind: 'ENGAGEMENT' }>): Told {
  const { kind, origin, reservationId, occurredAt, recordedAt } = record;
  const about = aboutOf(record, refs);
  const engagement = {
    ...{ id: toId('engagement', record.id), kind, origin, ...about },
    reservationId: reservationId && toId('reservation', reservationId),
    ...{ occurredAt: instant(occurredAt), recordedAt: instant(recordedAt) },
    person: personOf(record.person),
  };
  return {
    id: engagement.id,
    payload: payload('engagement.recorded', recordedAt, { engagement }),
    text: `Somebody answered: ${kind}.${whereOf(about)}`,
  };
}

function personOf({ profileUrl, isErased, prospectId, prospectRef }: Person): object {
  const prospect = prospectId && { id: toId('prospect', prospectId), externalRef: prospectRef };
  return { profileUrl, isErased, prospect };
}
