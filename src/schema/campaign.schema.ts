import 'reflect-metadata';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { CampaignStatus } from '../quota/words.js';
import { countedConnectionOf, PageArgs } from './connection.js';
import { CampaignStatusEnum } from './enums.js';
import { Node } from './node.js';
import { UserError } from './payload.js';

@ObjectType({ implements: Node, description: 'An effort for a client account, from some of its seats.' })
export class Campaign implements Node {
  id: string;

  /** `clientAccount` is resolved from it. */
  clientAccountId: string;

  @Field(() => String, { nullable: true, description: "The agency's own reference; one of a kind." })
  externalRef: string | null;

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => CampaignStatusEnum, { description: 'How far it is.' })
  status: CampaignStatus;
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
}

@ObjectType({ description: 'The campaign that was created or changed.' })
export class CampaignPayload {
  @Field(() => Campaign, { nullable: true, description: 'The campaign; null when nothing was done.' })
  campaign: Campaign | null;

  @Field(() => [UserError], { description: 'Why nothing was done; empty when it was.' })
  userErrors: UserError[];
}
