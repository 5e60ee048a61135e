import type { Scope } from '../../quota/counter.js';
import type { Instant } from '../../quota/window.js';
import type { Action, EngagementKind } from '../../quota/words.js';

/** A send, or a withdrawal, that invitations may have to be read for. */
export interface AboutInvitation {
  readonly seatId: string;
  readonly recipientId: string | null;
  readonly action: Action;
  readonly at: Instant;
  /** Where it takes one out of the books: which. */
  readonly voids: string | null;
}

/** An answer of a person to a seat. */
export interface Engaged {
  readonly seatId: string;
  readonly recipientId: string;
  readonly kind: EngagementKind;
  readonly at: Instant;
}

export const ENDS_INVITATION: readonly EngagementKind[] = [
  'INVITATION_ACCEPTED',
  'INVITATION_DECLINED',
  'INVITATION_WITHDRAWN',
];

/** Whether it makes an invitation or ends one. */
export function isAboutInvitation(action: Action): boolean {
  return action === 'CONNECTION_REQUEST' || action === 'INVITATION_WITHDRAWAL';
}

/** Whether it is about an invitation, which it takes out of the seat's gauge. */
export function endsInvitation(kind: EngagementKind): boolean {
  return ENDS_INVITATION.includes(kind);
}

export function seatScope(seatId: string): Scope {
  return { kind: 'SEAT', id: seatId };
}
