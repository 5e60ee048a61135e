import { type IdKind, toId } from '../schema/ids.js';
import type { Refs } from '../services/webhooks/webhook.reading.js';

/** What the bodies of all that is sent to webhooks have in common. */

export type EventType =
  | 'alert.raised'
  | 'reservation.changed'
  | 'touch.completed'
  | 'touch.skipped'
  | 'touch.failed'
  | 'engagement.recorded'
  | 'webhook.test';

/** The body of a request: Standard Webhooks' own shape. */
interface Payload {
  readonly type: EventType;
  readonly timestamp: string;
  readonly data: object;
}

/** Under which id, with which body, and as a line for a chat, which is escaped where it is sent. */
export type Told = { readonly id: string; readonly payload: Payload; readonly text: string };

export function payload(type: Payload['type'], at: number, data: object): Payload {
  return { type, timestamp: new Date(at).toISOString(), data };
}

/** What an event is about: by the API's ids, and the agency's own references. */
export function aboutOf(
  {
    clientAccountId,
    seatId,
    campaignId,
  }: {
    readonly clientAccountId: string | null;
    readonly seatId: string | null;
    readonly campaignId: string | null;
  },
  refs: Refs,
) {
  const reference = (kind: IdKind, uuid: string | null) =>
    uuid === null ? null : { id: toId(kind, uuid), externalRef: refs.get(uuid) ?? null };
  return {
    clientAccount: reference('client', clientAccountId),
    seat: reference('seat', seatId),
    campaign: reference('campaign', campaignId),
  };
}

/** For people: the agency's own reference of what it is about, or the id. */
export function whereOf({ seat, campaign, clientAccount }: ReturnType<typeof aboutOf>): string {
  const named = { seat, campaign, 'client account': clientAccount };
  const [found] = Object.entries(named).filter(([, one]) => one !== null);
  if (!found?.[1]) return '';
  const [what, { id, externalRef }] = found;
  return ` (${what} ${externalRef ?? id})`;
}

export function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
