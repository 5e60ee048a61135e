import type { Instant } from './window.js';
import type { Action, ConnectionDegree } from './words.js';

/** What a person did not answer yet, and when it was sent. */
export type Unanswered = Instant | null;

/** How long something of a person is minded: numbers of the policy, in milliseconds. */
export interface PersonSpans {
  readonly invitationLapsesAfter: number;
  readonly reinviteEmbargo: number;
  readonly awaitsReplyFor: number;
}

/** What a seat has under way to a person. */
export interface PersonHold {
  readonly action: Action;
  readonly expiresAt: Instant;
}

/** What may keep a person from being contacted at all. */
export type DoNotContactKind = 'PERSON' | 'COMPANY' | 'DOMAIN';

/** All that is known of a seat and a person, when the seat asks about them. */
export interface PersonFacts {
  /** The newest that is known: the caller's word, or else what imports and engagements say. */
  readonly degree: ConnectionDegree;
  readonly openProfile: boolean;
  readonly isReply: boolean;
  /** The newest invitation, unless it was answered or withdrawn. */
  readonly invitedAt: Unanswered;
  readonly withdrawnAt: Instant | null;
  /** The newest InMail, unless the person has answered since. */
  readonly inmailAt: Unanswered;
  /** The person declined something of this seat, or wants to hear no more of it. */
  readonly declined: boolean;
  readonly holds: readonly PersonHold[];
  /** The narrowest mark that binds; null where the person may be contacted. */
  readonly doNotContact: DoNotContactKind | null;
  readonly spans: PersonSpans;
}
