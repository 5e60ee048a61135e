import { RESTRICTION_KINDS, type Action, type Confidence, type LinkedInTier } from '../words.js';
import type { Instant, Window, WorkingHours } from '../window.js';

/** Where a number comes from, how sure it is, and the day it was last checked. */
export interface Sourced {
  readonly source: string;
  readonly sourceUrl: string | null;
  readonly confidence: Confidence;
  /** `2026-11-24` */
  readonly checkedOn: string;
}

/** What a number of the policy is for. LIMIT is a maximum on a counter; each other kind is read by the rule of that name. */
export const POLICY_RULE_KINDS = [
  'LIMIT',
  'ACTION_NOT_IN_TIER',
  'HISTORY_UNKNOWN',
  'PENDING_INVITATIONS',
  'PENDING_INVITATION_AGE',
  'REINVITE_EMBARGO',
  'AWAITING_REPLY',
  'NOTE_LENGTH',
  'INMAIL_SUBJECT_LENGTH',
  'INMAIL_BODY_LENGTH',
  'MESSAGE_LENGTH',
  'GAP',
  'WARM_UP',
  'WARM_UP_PER_DAY',
  'WARM_UP_AGAIN',
  ...RESTRICTION_KINDS.map((kind) => `RESTRICTION_${kind}` as const),
  'HALF_CAPS',
  'ACCEPTANCE',
  'ACCEPTANCE_AGE',
  'ACCEPTANCE_COUNT',
  'ACCEPTANCE_STOP',
  'ACCEPTANCE_CAP',
  'RESPONSE_RATE',
  'RESPONSE_COUNT',
  'REPEATED_TEXT',
  'COLLISION_EMBARGO',
  'PERSON_PRESSURE',
] as const;
export type PolicyRuleKind = (typeof POLICY_RULE_KINDS)[number];

export interface PolicyRule extends Sourced {
  readonly kind: PolicyRuleKind;
  readonly description: string;
  /** Empty where the number is not of an action. */
  readonly actions: readonly Action[];
  readonly onlyWithNote: boolean;
  /** Null: every tier. */
  readonly tiers: readonly LinkedInTier[] | null;
  readonly window: Window | null;
  readonly recommended: number | null;
  readonly ceiling: number | null;
  /** What the numbers count: `actions`, `days`, `UTF-16 code units`, … */
  readonly unit: string;
}

/** InMail credits of a tier. */
export interface CreditRule extends Sourced {
  readonly tier: LinkedInTier;
  readonly perMonth: number;
  readonly keep: number;
  /** Null: a lot ends by the keep alone. */
  readonly expiresAfterDays: number | null;
  /** Shared by the seats of a client account. */
  readonly pooled: boolean;
  /** Each month on the seat's own day, in its zone; or on the first at 00:00 UTC. */
  readonly renews: 'SEAT_DAY' | 'FIRST_UTC';
  /** An answer within so many days of the send gives its credit back. */
  readonly returnsWithinDays: number;
}

/** What is known of LinkedIn's limits, as data. The engine knows no number of its own. */
export interface Policy {
  readonly id: string;
  readonly version: string;
  readonly effectiveFrom: Instant;
  readonly builtIn: boolean;
  readonly rules: readonly PolicyRule[];
  readonly creditRules: readonly CreditRule[];
  /** For plans and warnings, where a seat has none of its own. */
  readonly workingHours: WorkingHours & Sourced;
  /** Of an agency's own version; null for a built-in one. */
  readonly published: Published | null;
}

/** How an agency came by a version of its own. */
export interface Published {
  /** Its place among the agency's versions, from 1 on. */
  readonly number: number;
  readonly at: Instant;
  /** Who published it, as decisions say who asked. */
  readonly by: string;
  /** The version that it was made from. */
  readonly basedOn: string;
  /** The built-in version that it follows from, through all that it was made from. */
  readonly builtIn: string;
  /** Why its numbers are what they are. */
  readonly source: string;
}

/** A rule is for a tier if it names it or names none. */
export function isForTier(rule: PolicyRule, tier: LinkedInTier): boolean {
  return rule.tiers === null || rule.tiers.includes(tier);
}
