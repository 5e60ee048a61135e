import type { ZoneFrom } from './calendar.js';
import type { Instant, WorkingHours } from './window.js';
import type { Action, LinkedInTier, RestrictionKind } from './words.js';

/** What the rules of a seat alone judge by. */

/** What a seat's subscription is, and the actions that it has not. */
export interface TierFacts {
  readonly tier: LinkedInTier;
  readonly actionsLacking: readonly Action[];
}

/** When a seat works. */
export interface HoursFacts {
  readonly week: WorkingHours;
  /** Set by the seat itself, which refuses outside; else the policy's, which warn. */
  readonly areOwn: boolean;
  /** `2026-12-25`: closed on these all day. */
  readonly daysOff: readonly string[];
  /** The seat's, oldest first. */
  readonly zones: readonly ZoneFrom[];
  /** An answer in a conversation that the recipient wrote in goes out at any hour. */
  readonly isReply: boolean;
}

/** How close to each other two actions of a seat may be before it is told. */
export interface GapFacts {
  readonly seconds: number;
  /** The last send, or the newest live hold; null where neither is of late. */
  readonly lastAt: Instant | null;
  /** Whether it refuses, as for a plan and for whoever keeps to one. */
  readonly binds?: boolean;
}

/** What LinkedIn did to a seat's account. */
export interface RestrictionFacts {
  readonly kind: RestrictionKind;
  /** Null: every action. */
  readonly actions: readonly Action[] | null;
  /** Null: when a person lifts it. */
  readonly endsAt: Instant | null;
  /** From its end on half of every cap, until then; null where the end is not known. */
  readonly halfCapsUntil: Instant | null;
}
