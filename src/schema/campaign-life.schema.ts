import 'reflect-metadata';
import { Field, Int, ObjectType } from 'type-graphql';
import type { ApprovalState } from '../outreach/campaign/approval.js';
import type { CampaignProblemCode } from '../outreach/campaign/problem.js';
import type { Severity } from '../quota/words.js';
import { SeverityEnum } from './alert.enums.js';
import { ApprovalStateEnum, CampaignProblemCodeEnum } from './campaign.enums.js';
import { Campaign } from './campaign.schema.js';
import { UserError } from './payload.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'One thing that is wrong with a campaign.' })
export class CampaignProblem {
  @Field(() => CampaignProblemCodeEnum, { description: 'What, for programs.' })
  code: CampaignProblemCode;

  @Field(() => SeverityEnum, {
    description: 'CRITICAL: it is not launched like this. WARNING: it had better not be.',
  })
  severity: Severity;

  @Field(() => [String], {
    description: 'Where, from the campaign down: `steps`, `2`, `variants`, `0`, `body`.',
  })
  path: readonly string[];

  @Field(() => String, { description: 'What, for people.' })
  message: string;
}

@ObjectType({ description: 'What a client was asked, and what it answered.' })
export class CampaignApproval {
  @Field(() => ApprovalStateEnum, { description: 'What became of it.' })
  state: ApprovalState;

  @Field(() => Int, { description: 'Of the steps that were shown.' })
  version: number;

  @Field(() => Int, { description: 'How many people it is for.' })
  people: number;

  @Field(() => DateTimeScalar, { description: 'When it was asked.' })
  askedAt: number;

  @Field(() => String, { description: 'Who asked: the key, the member, or the part of the system.' })
  askedBy: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Whom of the agency the link was shown to, who could have answered by it as well as the client; null where it was sent to the client alone.',
  })
  linkShownTo: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was answered; null while it was not.',
  })
  answeredAt: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who answered, in their own words; forgotten 400 days after the campaign has ended.',
  })
  answeredName: string | null;

  @Field(() => String, { nullable: true, description: 'What they said to it.' })
  remark: string | null;
}

@ObjectType({ description: 'How far the people of a campaign are.' })
export class CampaignPeople {
  @Field(() => Int, { description: 'Whom it has taken in.' })
  enrolled: number;

  @Field(() => Int, { description: 'Who has not had their first touch yet.' })
  waiting: number;

  @Field(() => Int, { description: 'Who has, and has steps before them.' })
  underWay: number;

  @Field(() => Int, { description: 'Who has no step left.' })
  finished: number;

  @Field(() => Int, {
    description: 'Whose steps ended before: they answered, opted out, or somebody stopped them.',
  })
  stopped: number;
}

@ObjectType({ description: 'The link that was made.' })
export class ApprovalLinkPayload {
  @Field(() => String, {
    nullable: true,
    description:
      'For the client alone: whoever has it can answer. At HEADROOM_PUBLIC_URL, else at the address that this server listens on; null when nothing was done, and where it was sent to the client.',
  })
  link: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The address of the client that the link was sent to (ClientAccount.approverEmail); null where it was sent to nobody.',
  })
  sentTo: string | null;

  @Field(() => Campaign, { nullable: true, description: 'The campaign; null when nothing was done.' })
  campaign: Campaign | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
