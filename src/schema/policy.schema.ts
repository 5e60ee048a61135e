import 'reflect-metadata';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Action, Confidence, LinkedInTier } from '../quota/words.js';
import { connectionOf } from './connection.js';
import { ActionEnum, ConfidenceEnum, LinkedInTierEnum } from './enums.js';
import { Window } from './limit.schema.js';
import { Node } from './node.js';
import { DateScalar, DateTimeScalar } from './scalars.js';

@ObjectType({
  description:
    'A limit (kind LIMIT, with a window) or another number that a rule uses (PENDING_INVITATIONS, TEXT_LENGTH, GAP, WARM_UP, ACCEPTANCE, …).',
})
export class PolicyRule {
  @Field(() => String, { description: 'LIMIT, or which other rule uses the number.' })
  kind: string;

  @Field(() => String, { description: 'What it says, for people.' })
  description: string;

  @Field(() => [ActionEnum], { description: 'The actions that it is about, counted together.' })
  actions: readonly Action[];

  @Field(() => Boolean, { description: 'Only about connection requests with a note.' })
  onlyWithNote: boolean;

  @Field(() => [LinkedInTierEnum], { nullable: true, description: 'Null: every tier.' })
  tiers: readonly LinkedInTier[] | null;

  @Field(() => Window, { nullable: true, description: 'The span that a LIMIT counts over.' })
  window: Window | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Above it a warning is due, and planSends stays under it.',
  })
  recommended: number | null;

  @Field(() => Int, { nullable: true, description: 'What no request of a seat goes over.' })
  ceiling: number | null;

  @Field(() => String, {
    description: 'What the two numbers count: actions, seconds, characters, percent, …',
  })
  unit: string;

  @Field(() => String, { description: 'Who says so.' })
  source: string;

  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  sourceUrl: string | null;

  @Field(() => ConfidenceEnum, { description: 'How well it is known.' })
  confidence: Confidence;

  @Field(() => DateScalar, { description: 'The day on which the source was last read.' })
  checkedOn: string;

  @Field(() => DateTimeScalar, {
    description: 'From when on it counts as unchecked: 180 days after that day. POLICY_STALE is about it.',
  })
  staleFrom: number;
}

@ObjectType({ description: 'InMail credits by tier.' })
export class CreditRule {
  @Field(() => LinkedInTierEnum, { description: 'The tier.' })
  tier: LinkedInTier;

  @Field(() => Int, { description: 'Credits granted each month.' })
  perMonth: number;

  @Field(() => Int, { description: 'Most credits that are kept; a grant above it is lost.' })
  keep: number;

  @Field(() => Int, { nullable: true, description: 'Days after its grant that a lot expires; null: never.' })
  expiresAfterDays: number | null;

  @Field(() => Boolean, { description: 'The seats of a client account spend from one pool.' })
  pooled: boolean;

  @Field(() => String, { description: 'Who says so.' })
  source: string;

  @Field(() => ConfidenceEnum, { description: 'How well it is known.' })
  confidence: Confidence;

  @Field(() => DateScalar, { description: 'The day on which the source was last read.' })
  checkedOn: string;

  @Field(() => DateTimeScalar, {
    description: 'From when on it counts as unchecked: 180 days after that day. POLICY_STALE is about it.',
  })
  staleFrom: number;
}

@ObjectType({
  implements: Node,
  description:
    "What is known of LinkedIn's limits, as data: versioned, dated, sourced. The agency's own version, or the built-in one.",
})
export class Policy implements Node {
  id: string;

  @Field(() => String, { description: 'Its name among the versions, 2026-11.' })
  version: string;

  @Field(() => DateTimeScalar, { description: 'From when on it decides.' })
  effectiveFrom: number;

  @Field(() => Boolean, { description: "It came with the software, and isn't the agency's own." })
  builtIn: boolean;

  @Field(() => [PolicyRule], { description: 'Its limits and other numbers.' })
  rules: readonly PolicyRule[];

  @Field(() => [CreditRule], { description: 'InMail credits, a rule for each tier that has them.' })
  creditRules: readonly CreditRule[];

  @Field(() => DateTimeScalar, {
    description: 'When the first of its numbers counts as unchecked: 180 days after it was last checked.',
  })
  staleFrom: number;

  @Field(() => String, {
    nullable: true,
    description: 'The version it was made from; null for a built-in one.',
  })
  basedOn: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the agency published it, in its own words; null for a built-in one.',
  })
  source: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the agency published it; null for a built-in one.',
  })
  publishedAt: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A built-in version that is newer than the one it follows from. It moves nobody: an agency takes it over with publishPolicy, as basedOn.',
  })
  newerBuiltIn: string | null;
}

export const PolicyConnection = connectionOf('Policy', Policy);

@ObjectType({
  description: 'What a version would change for a seat and an action if it were in force today.',
})
export class RoomChange {
  /** A uuid: a loader starts from it. */
  seatId: string;

  @Field(() => ActionEnum, { description: 'The action.' })
  action: Action;

  @Field(() => Int, { description: 'How many are left today; bursts, windows under a day, are left out.' })
  roomNow: number;

  @Field(() => Int, { description: 'How many would be left under that version.' })
  roomThen: number;
}

export const RoomChangeConnection = connectionOf('RoomChange', RoomChange);

@ObjectType({
  description: 'What a version would change for the seats of the agency if it were in force today.',
})
export class PolicyEffect {
  /** All of them: the connection is a page of these. */
  roomChanges: readonly RoomChange[];

  @Field(() => Int, { description: 'Seats that were looked at, 10000 at most.' })
  seats: number;

  @Field(() => Int, { description: 'Seats that would have less room for some action.' })
  seatsLosing: number;

  @Field(() => Int, { description: 'Seats that would have more room for some action.' })
  seatsGaining: number;
}
