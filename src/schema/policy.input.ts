import 'reflect-metadata';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { PolicyRuleKind } from '../quota/policy/index.js';
import type { Action, Confidence, LinkedInTier, WindowKind } from '../quota/words.js';
import { ActionEnum, ConfidenceEnum, LinkedInTierEnum, WindowKindEnum } from './enums.js';
import { UserError } from './payload.js';
import { PolicyRuleKindEnum } from './policy-rule-kind.enum.js';
import { Policy, PolicyEffect } from './policy.schema.js';
import { DateScalar, DateTimeScalar } from './scalars.js';

@InputType({
  description:
    'Other numbers for one rule. kind to windowSeconds say which rule: as much of it as it takes to mean one alone. What is left out of recommended and ceiling stays, null takes the number away.',
})
export class PolicyChangeInput {
  @Field(() => PolicyRuleKindEnum, {
    nullable: true,
    defaultValue: 'LIMIT',
    description: 'LIMIT, or which other rule uses the number.',
  })
  kind: PolicyRuleKind | null;

  @Field(() => String, { nullable: true, description: "The rule's description, whole." })
  description?: string | null;

  @Field(() => [ActionEnum], { nullable: true, description: 'All of its actions, in any order.' })
  actions?: Action[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is only about connection requests with a note.',
  })
  onlyWithNote?: boolean | null;

  @Field(() => [LinkedInTierEnum], {
    nullable: true,
    description: 'All tiers that it names; empty: every tier.',
  })
  tiers?: LinkedInTier[] | null;

  @Field(() => WindowKindEnum, { nullable: true, description: 'The kind of its window.' })
  windowKind?: WindowKind | null;

  @Field(() => Int, { nullable: true, description: 'The length of its ROLLING window in seconds.' })
  windowSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Above it a warning is due, and planSends stays under it; not over the ceiling.',
  })
  recommended?: number | null;

  @Field(() => Int, { nullable: true, description: 'What no request of a seat goes over.' })
  ceiling?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who says so, where it is not the source of the whole.',
  })
  source?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  sourceUrl?: string | null;

  @Field(() => ConfidenceEnum, { nullable: true, description: 'How well it is known.' })
  confidence?: Confidence | null;

  @Field(() => DateScalar, { nullable: true, description: 'The day on which the source was last read.' })
  checkedOn?: string | null;
}

@InputType({ description: 'Other numbers for the InMail credits of a tier. What is left out stays.' })
export class CreditChangeInput {
  @Field(() => LinkedInTierEnum, { description: 'The tier; one that has InMail credits.' })
  tier: LinkedInTier;

  @Field(() => Int, { nullable: true, description: 'Credits granted each month.' })
  perMonth?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Most credits that are kept; no less than a month's grant.",
  })
  keep?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Days after its grant that a lot expires, 1 to 400; null: never.',
  })
  expiresAfterDays?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who says so, where it is not the source of the whole.',
  })
  source?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  sourceUrl?: string | null;

  @Field(() => ConfidenceEnum, { nullable: true, description: 'How well it is known.' })
  confidence?: Confidence | null;

  @Field(() => DateScalar, { nullable: true, description: 'The day on which the source was last read.' })
  checkedOn?: string | null;
}

@InputType({ description: "A version of the policy of the agency's own." })
export class PublishPolicyInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The version that it is made from, the agency’s own or a built-in one; left out: the one that would be in force then.',
  })
  basedOn?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'From when on it decides, within 400 days; left out: from now on. Of two versions for one instant the one published later holds.',
  })
  effectiveFrom?: number | null;

  @Field(() => [PolicyChangeInput], {
    nullable: true,
    defaultValue: [],
    description:
      'What is otherwise than in basedOn, 100 at most. Naming basedOn alone takes that version over as it is.',
  })
  changes: PolicyChangeInput[] | null;

  @Field(() => [CreditChangeInput], {
    nullable: true,
    defaultValue: [],
    description: 'What is otherwise of InMail credits.',
  })
  creditChanges: CreditChangeInput[] | null;

  @Field(() => String, { description: 'Who says so: of every changed number that has no source of its own.' })
  source: string;

  @Field(() => String, { nullable: true, description: 'Where it can be read.' })
  sourceUrl?: string | null;

  @Field(() => ConfidenceEnum, {
    nullable: true,
    defaultValue: 'LOW',
    description: 'How well the changed numbers are known.',
  })
  confidence: Confidence | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day on which the source was last read; today in UTC, where left out.',
  })
  checkedOn?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Answers with what it would change for the seats if it were in force today, and publishes nothing.',
  })
  dryRun: boolean | null;
}

@ObjectType({ description: 'The version that was published, or would be.' })
export class PublishPolicyPayload {
  @Field(() => Policy, { nullable: true, description: 'The version; null when nothing was done.' })
  policy: Policy | null;

  @Field(() => PolicyEffect, {
    nullable: true,
    description: 'What it would change if it were in force today; of a dry run alone.',
  })
  effect: PolicyEffect | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
