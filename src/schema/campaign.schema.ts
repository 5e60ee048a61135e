import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { CampaignStatus } from '../quota/words.js';
import type { LawfulBasis } from '../outreach/campaign/lawful-basis.js';
import { LawfulBasisEnum } from './campaign.enums.js';
import { countedConnectionOf, PageArgs } from './connection.js';
import { CampaignStatusEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';
import { DateScalar, DateTimeScalar } from './scalars.js';
import { Seat } from './seat.schema.js';

@ObjectType({ implements: Node, description: 'An effort for a client account, from some of its seats.' })
export class Campaign implements Node {
  id: string;

  /** `clientAccount` and `segment` are resolved from these. */
  clientAccountId: string;
  segmentId: string | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef: string | null;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => CampaignStatusEnum, { description: 'How far it is.' })
  status: CampaignStatus;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  purpose: string | null;

  @Field(() => LawfulBasisEnum, {
    nullable: true,
    description: 'The ground of the law on which people are written to.',
  })
  lawfulBasis: LawfulBasis | null;

  @Field(() => String, { nullable: true, description: 'Where what is known of its people is from.' })
  dataSource: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "Whom it is for: those of the client account's list who have all of these tags; without one, all of the list. Null while nobody has said.",
  })
  audienceTags: string[] | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'Its first day, in the zone of the client account.',
  })
  startsOn: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'Its last day.' })
  endsOn: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the client approves this one before it is launched, whatever is said of its client account.',
  })
  approvalRequired: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Of the steps that people are started under; null before the first launch.',
  })
  version: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of the newest steps, which launchCampaign puts in force.',
  })
  draftVersion: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was first launched.' })
  launchedAt: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was completed.' })
  endedAt: number | null;

  @Field(() => Boolean, { description: 'Whether people are still being taken in.' })
  isEnrolling: boolean;
}

@ObjectType({ description: 'A seat of a campaign, and its share.' })
export class CampaignSeatShare {
  @Field(() => Seat, { description: 'The seat.' })
  seat: Seat;

  @Field(() => Int, {
    description: 'Its share of the people, and the share of this campaign in what the seat has left: 1 to 3.',
  })
  weight: number;
}

export const CampaignConnection = countedConnectionOf('Campaign', Campaign);

@ArgsType()
export class CampaignsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only those of this client account.' })
  clientAccountId?: string | null;

  @Field(() => [CampaignStatusEnum], { nullable: true, description: 'Only those in one of these states.' })
  statuses?: CampaignStatus[] | null;
}

@InputType({ description: 'A new campaign, as a DRAFT.' })
export class CreateCampaignInput {
  @Field(() => ID, { description: 'The client account that it is for.' })
  clientAccountId: string;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => [ID], { description: 'The seats of the client account that act in it.' })
  seatIds: string[];

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Whom it is for: those whom this segment of the client account means.',
  })
  segmentId?: string | null;
}

@ObjectType({ description: 'The campaign that was created or changed.' })
export class CampaignPayload {
  @Field(() => Campaign, { nullable: true, description: 'The campaign; null when nothing was done.' })
  campaign: Campaign | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
