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
}

export const PolicyConnection = connectionOf('Policy', Policy);
