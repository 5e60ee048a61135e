import type { ZoneFrom } from './calendar.js';
import type { Instant } from './window.js';
import type { Action } from './words.js';

/** What a person notices as being written to. Looking at somebody, or liking what they wrote, takes nobody's place. */
export const CONTACT_ACTIONS: readonly Action[] = [
  'CONNECTION_REQUEST',
  'DIRECT_MESSAGE',
  'INMAIL',
  'OPEN_PROFILE_MESSAGE',
  'GROUP_MESSAGE',
];

/** What the client accounts of an agency that pool their contacts sent to a person. */
export interface PooledContact {
  readonly at: Instant;
  /** For another client account than the one that asks. */
  readonly isOthers: boolean;
}

/** What they hold for the person; those that have lapsed today among them. */
export interface PooledHold {
  readonly heldAt: Instant;
  readonly expiresAt: Instant;
  readonly isOthers: boolean;
}

/** Whom a client account of the pool has in a campaign, with steps before them. */
export interface PooledPlace {
  /** When they were taken in. */
  readonly at: Instant;
  /** The last day of the campaign is over; Infinity where it has none. */
  readonly endsAt: Instant;
  readonly isOthers: boolean;
}

/** Numbers of the policy. Null where it has none. */
export interface CollisionNumbers {
  /** Milliseconds after a contact for one client account in which others leave the person alone. */
  readonly embargo: number | null;
  /** So many contacts of all of them together in so many milliseconds, and no more. */
  readonly pressure: { readonly most: number; readonly within: number } | null;
}

/** All that is known of a person between client accounts, when one of them asks. */
export interface CollisionFacts extends CollisionNumbers {
  readonly contacts: readonly PooledContact[];
  readonly holds: readonly PooledHold[];
  /** In the order in which they were taken in: the first one has the person. */
  readonly queue: readonly PooledPlace[];
  /** Of the agency: its days are what an answer is rounded to. Days of several zones together would tell the hour. */
  readonly zones: readonly ZoneFrom[];
  /** An answer to what the person wrote is never too much. */
  readonly isReply: boolean;
}
