import 'reflect-metadata';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { ConditionKind, EngageAction, StepKind } from '../outreach/campaign/steps.js';
import type { ConnectionDegree } from '../quota/words.js';
import { ConditionKindEnum, EngageActionEnum, StepKindEnum } from './campaign.enums.js';
import { ConnectionDegreeEnum } from './enums.js';

@ObjectType({
  description: 'One of the texts of a step: each person gets one, by weight, and always the same.',
})
export class StepVariant {
  @Field(() => String, { description: 'What it is told by, within its step.' })
  key: string;

  @Field(() => Int, { description: 'How often it is taken, beside the others: 1 to 100.' })
  weight: number;

  @Field(() => String, { nullable: true, description: 'The subject of an InMail, in Liquid.' })
  subject: string | null;

  @Field(() => String, { description: 'The text, in Liquid.' })
  body: string;
}

@ObjectType({ description: 'A step of a campaign.' })
export class CampaignStep {
  @Field(() => String, { description: 'What other steps name it by.' })
  key: string;

  @Field(() => StepKindEnum, { description: 'What it does.' })
  kind: StepKind;

  @Field(() => Int, {
    description: 'Minutes after the step before it; of a BRANCH, how long it waits for its condition.',
  })
  delayMinutes: number;

  @Field(() => EngageActionEnum, { nullable: true, description: 'Of ENGAGE.' })
  action: EngageAction | null;

  @Field(() => [StepVariant], { description: 'Its texts; none where it has none.' })
  variants: readonly StepVariant[];

  @Field(() => ConditionKindEnum, { nullable: true, description: 'Of BRANCH: what it goes by.' })
  condition: ConditionKind | null;

  @Field(() => [ConnectionDegreeEnum], { description: 'Of a BRANCH by DEGREE.' })
  degrees: readonly ConnectionDegree[];

  @Field(() => String, {
    nullable: true,
    description: 'The key of the step behind it, of a BRANCH where the condition is met; null for the end.',
  })
  next: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of BRANCH: the key where the condition is not met in time; null for the end.',
  })
  otherwise: string | null;
}

@ObjectType({ description: 'The steps of a campaign, as they were.' })
export class CampaignSteps {
  @Field(() => Int, { description: 'Their version.' })
  version: number;

  @Field(() => Boolean, { description: 'Whether whoever answers is asked for nothing more.' })
  stopOnReply: boolean;

  @Field(() => [CampaignStep], { description: 'In order; everybody begins at the first.' })
  steps: readonly CampaignStep[];
}

@InputType({ description: 'A text of a step.' })
export class StepVariantInput {
  @Field(() => String, {
    description: 'What it is told by, within its step: small letters, digits, - and _, 60 at most.',
  })
  key: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'How often it is taken, beside the others: 1 to 100.',
  })
  weight: number | null;

  @Field(() => String, { nullable: true, description: 'The subject of an InMail, in Liquid.' })
  subject?: string | null;

  @Field(() => String, { description: 'The text, in Liquid: `Hi {{ first_name }}`.' })
  body: string;
}

@InputType({ description: 'A step of a campaign.' })
export class CampaignStepInput {
  @Field(() => String, {
    description: 'What other steps name it by: small letters, digits, - and _, 60 at most. `END` is the end.',
  })
  key: string;

  @Field(() => StepKindEnum, { description: 'What it does.' })
  kind: StepKind;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: 'Minutes after the step before it; of a BRANCH, how long it waits for its condition.',
  })
  delayMinutes: number | null;

  @Field(() => EngageActionEnum, { nullable: true, description: 'Of ENGAGE: PROFILE_VIEW where left out.' })
  action?: EngageAction | null;

  @Field(() => [StepVariantInput], {
    nullable: true,
    description: 'Its texts: of CONNECT the notes, if any; MESSAGE and INMAIL have one at least.',
  })
  variants?: StepVariantInput[] | null;

  @Field(() => ConditionKindEnum, { nullable: true, description: 'Of BRANCH: ACCEPTED where left out.' })
  condition?: ConditionKind | null;

  @Field(() => [ConnectionDegreeEnum], { nullable: true, description: 'Of a BRANCH by DEGREE.' })
  degrees?: ConnectionDegree[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The key of the step behind it, of a BRANCH where the condition is met. Left out: the next one of the list. `END`: none.',
  })
  next?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of BRANCH: the key where the condition is not met in time. Left out, or `END`: none.',
  })
  otherwise?: string | null;
}
