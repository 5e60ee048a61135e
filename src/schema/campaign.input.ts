import 'reflect-metadata';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { LawfulBasis } from '../outreach/campaign/lawful-basis.js';
import { CampaignStepInput } from './campaign-steps.schema.js';
import { LawfulBasisEnum } from './campaign.enums.js';
import { DateScalar } from './scalars.js';

@InputType({ description: 'Changes to a campaign; what is left out stays, null clears.' })
export class UpdateCampaignInput {
  @Field(() => ID, { description: 'The campaign to change.' })
  campaignId: string;

  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: "The agency's own reference; null for none." })
  externalRef?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for, in 1,000 characters.' })
  purpose?: string | null;

  @Field(() => LawfulBasisEnum, { nullable: true, description: 'On which ground people are written to.' })
  lawfulBasis?: LawfulBasis | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where what is known of its people is from, in 500 characters.',
  })
  dataSource?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Whom it is for: those whom this segment of the client account means. In the place of tags.',
  })
  segmentId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "Whom it is for: those of the client account's list who have all of these tags, 8 at most; without one, all of the list.",
  })
  audienceTags?: string[] | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'Its first day, in the zone of the client account.',
  })
  startsOn?: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'Its last day.' })
  endsOn?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the client approves this one.' })
  approvalRequired?: boolean | null;
}

@InputType({ description: 'A seat of a campaign, and its share.' })
export class SeatShareInput {
  @Field(() => ID, { description: 'A seat of the client account.' })
  seatId: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'Its share of the people, and the share of this campaign in what the seat has left: 1 to 3.',
  })
  weight: number | null;
}

@InputType({ description: 'The seats of a campaign, in place of those that there are.' })
export class SetCampaignSeatsInput {
  @Field(() => ID, { description: 'The campaign.' })
  campaignId: string;

  @Field(() => [SeatShareInput], { description: 'Each once, 1,000 at most.' })
  seats: SeatShareInput[];
}

@InputType({ description: 'The steps of a campaign, as a new version.' })
export class SetCampaignStepsInput {
  @Field(() => ID, { description: 'The campaign.' })
  campaignId: string;

  @Field(() => [CampaignStepInput], { description: 'In order, 60 at most; everybody begins at the first.' })
  steps: CampaignStepInput[];

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether whoever answers is asked for nothing more.',
  })
  stopOnReply: boolean | null;
}

@InputType({ description: 'A campaign.' })
export class CampaignInput {
  @Field(() => ID, { description: 'The campaign.' })
  campaignId: string;
}
